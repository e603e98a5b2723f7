"""Tells the walls where staff work from now, so that no colleague shuts an operator out."""

from collections.abc import Iterable

from accounts.models import Session
from accounts.models.user import Role


def staff_at_work() -> Iterable[str]:
    """The addresses that live sessions of staff come from."""
    staff = Session.objects.live().filter(user__role__in=(Role.OWNER, Role.OPERATOR), user__is_active=True)
    return staff.values_list("address", flat=True).distinct()
