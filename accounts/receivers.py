"""Notes on the session where a login came from."""

from typing import Any

from django.http import HttpRequest

from accounts.models.session import DEVICE_LENGTH
from accounts.sessions import SessionStore


def note_origin(request: HttpRequest, **_: Any) -> None:
    if isinstance(request.session, SessionStore):
        request.session.address = request.META.get("REMOTE_ADDR", "")
        request.session.device = request.META.get("HTTP_USER_AGENT", "").replace("\0", "")[:DEVICE_LENGTH]
