"""The rules for a new password, and changing one."""

from typing import Any

from django.contrib.auth.password_validation import MinimumLengthValidator
from django.core.exceptions import ValidationError

from accounts import sessions
from accounts.models import Session, User, Why
from security import audit
from security.actors import Actor
from security.audit import Act

LEAST, MOST = 12, 128


class LengthValidator(MinimumLengthValidator):
    """12 to 128 characters; what they are made of is the user's affair."""

    def __init__(self, min_length: int = LEAST) -> None:
        super().__init__(min_length)

    def validate(self, password: str, user: Any = None) -> None:
        super().validate(password, user)
        if len(password) > MOST:
            raise ValidationError(f"This password is too long: at most {MOST} characters.", code="password_too_long")

    def get_help_text(self) -> str:
        return f"{LEAST} to {MOST} characters."


def change(user: User, password: str, *, by: Actor) -> int:
    """Store a validated password and end every session of the user; says how many ended."""
    user.set_password(password)  # slow, so before the lock
    with audit.change():
        ended = sessions.end(Session.objects.filter(user=user), why=Why.PASSWORD, by=by)
        user.save(update_fields=["password", "password_changed"])
        audit.record(Act.PASSWORD_CHANGED, by=by, about=user.username)
    return ended
