"""The first owner, by a link shown on the console or by a command; in doubt, an owner exists and it refuses."""

import hmac
import secrets
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError
from django.utils import timezone

from accounts.errors import SetUpRefused
from accounts.models import Role, SetupLink, User
from security import audit, crypto
from security.actors import Actor
from security.audit import Act

VALID_FOR = timedelta(hours=24)


def needed() -> bool:
    return not User.objects.filter(role=Role.OWNER).exists()


def link(base_url: str) -> str:
    """A new link, good for a day or until the next one is made or an owner exists."""
    token = secrets.token_urlsafe(32)
    values = {"digest": _digest(token), "expires": timezone.now() + VALID_FOR}
    SetupLink.objects.update_or_create(pk=1, defaults=values)
    return f"{base_url.rstrip('/')}/setup/{token}"


def opens(token: str) -> bool:
    """Whether this token may create the owner now."""
    row = SetupLink.objects.filter(pk=1, expires__gt=timezone.now()).first()
    held = row.digest if row else ""
    return hmac.compare_digest(held, _digest(token)) and needed()


def create_owner(username: str, email: str, password: str, *, by: Actor) -> User:
    """The one owner, from validated details; attempts wait for one another, and the second is refused."""
    user = User(username=username, email=email, role=Role.OWNER)
    user.set_password(password)  # slow, so before the lock
    try:
        with audit.change():
            SetupLink.objects.select_for_update().get_or_create(pk=1)
            if not needed():
                raise SetUpRefused("An owner exists already.")
            user.save(force_insert=True)
            SetupLink.objects.update(digest="", expires=None)
            audit.record(Act.USER_CREATED, by=by, about=username, after={"role": user.role, "email": email})
    except IntegrityError as error:
        raise SetUpRefused("This name is taken.") from error
    return user


def _digest(token: str) -> str:
    return crypto.digest(settings.SECRET_KEY.encode(), purpose="setup link", data=token.encode()).hex()
