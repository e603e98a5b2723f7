"""The map of the server."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from openalgo import doors, pages
from openalgo.health import healthz

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    *(path(door, doors.knocked, name="door") for door in ("ws", "ws/", "live/")),
    path("", include("brokers.urls")),
    path("", include("accounts.urls")),
    path("", include("apiauth.urls")),
    path("", include("security.urls")),
    path("favicon.ico", pages.favicon, name="favicon"),
    path(settings.ADMIN_PATH, admin.site.urls),
]

handler400 = "openalgo.errors.bad_request"
handler403 = "openalgo.errors.forbidden"
handler404 = "openalgo.errors.not_found"
handler500 = "openalgo.errors.server_error"
