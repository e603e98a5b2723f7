"""Tells the walls where staff worked from, so that automation does not shut an operator out."""

from collections.abc import Iterable
from datetime import datetime

from accounts.models import Session
from accounts.models.user import Role


def staff_addresses(since: datetime) -> Iterable[str]:
    """Where sessions of staff that were seen since then had been opened."""
    seen = Session.objects.filter(last_seen__gte=since, user__role__in=(Role.OWNER, Role.OPERATOR), user__is_active=True)
    return seen.values_list("address", flat=True).distinct()
