"""The real settings without the traffic trail."""

from openalgo.settings import *  # noqa: F403

TRAFFIC_TRAIL = False
