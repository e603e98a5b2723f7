"""The pages in a real Chromium, served by `manage.py serve`."""
