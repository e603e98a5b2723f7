"""The real settings without any middleware, and with a view that does nothing."""

from openalgo.settings import *  # noqa: F403
from openalgo.settings import MIDDLEWARE

MIDDLEWARE = MIDDLEWARE[:0]
ROOT_URLCONF = "bench.urls"
