"""Puts our admin site in the place of Django's."""

from django.contrib.admin.apps import AdminConfig


class OpenAlgoAdminConfig(AdminConfig):
    default_site = "openalgo.admin.OpenAlgoAdminSite"
