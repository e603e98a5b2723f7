"""The tables of the accounts app."""

from accounts.models.session import Session, Why
from accounts.models.setuplink import SetupLink
from accounts.models.user import Role, User

__all__ = ["Role", "Session", "SetupLink", "User", "Why"]
