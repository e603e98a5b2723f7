#!/usr/bin/env python3
"""The one entry for commands: serve, migrate, create_owner, ban_ip and the rest."""

import os
import sys

try:
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
except ModuleNotFoundError:
    sys.exit("Django is not installed here. Use .venv/bin/python manage.py (`make run` makes the environment).")

from openalgo import logs

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openalgo.settings")
    logs.guard()
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"This configuration cannot be used: {error}")
