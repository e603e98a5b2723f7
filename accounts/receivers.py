"""Notes on the session where a login came from and when it proved somebody; announces what changes about a user."""

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.http import HttpRequest

from accounts.models import Session, User
from accounts.models.session import DEVICE_LENGTH
from accounts.sessions import SessionStore
from security import propagation, sudo, trail

SILENT = frozenset({"password", "last_login", "email"})  # a change of these alone ends no session


def note_origin(request: HttpRequest, user: User, **_: Any) -> None:
    sudo.stamp(request)
    trail.proven(user=user.username)
    if isinstance(request.session, SessionStore):
        request.session.device = request.META.get("HTTP_USER_AGENT", "").replace("\0", "")[:DEVICE_LENGTH]


def user_saved(instance: User, *, created: bool, update_fields: Collection[str] | None = None, **_: Any) -> None:
    """A new password or a disabled account ends sessions: the sockets that rest on them learn it here."""
    if created or (update_fields is not None and SILENT.issuperset(update_fields)):
        return
    with transaction.atomic():
        if Session.objects.live().filter(user=instance).exists():
            propagation.bump()
