"""The real map with a plain view beside it."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from openalgo.urls import urlpatterns as real

PONG = b'{"status": "success", "data": {"broker": "paper", "message": "pong"}}'


def plain(request: HttpRequest) -> HttpResponse:
    return HttpResponse(PONG, content_type="application/json")


urlpatterns = [path("plain", plain), *real]
