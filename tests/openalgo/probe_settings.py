"""The real settings with views to probe the bridge, and deadlines a test can wait for."""

from openalgo.settings import *  # noqa: F403
from openalgo.settings import MIDDLEWARE

ROOT_URLCONF = "tests.openalgo.probe_urls"
MIDDLEWARE = ["tests.openalgo.probe_views.Outermost", *MIDDLEWARE]
RATE_LIMITS = "off"
BODY_DEADLINE = 1.0
SEND_DEADLINE = 1.0
FILE_FORMS = ("/probe/echo",)
