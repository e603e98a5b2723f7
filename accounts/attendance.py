"""Who is in at this moment: the live sessions of all users as operators read them, and their end."""

from dataclasses import dataclass

from django.db.models import Q

from accounts import sessions
from accounts.models import Session, Why
from accounts.models.session import SessionQuerySet
from security.actors import Actor

PER_PAGE = 50
HANDLE = 16  # characters of a digest by which the audit, too, names a session


@dataclass(frozen=True, slots=True)
class Page:
    """`older`: the handle of the session behind which the next page begins, None at the end."""

    rows: list[Session]
    older: str | None
    cut: bool = False


def live() -> SessionQuerySet:
    return Session.objects.live().filter(user__isnull=False, user__is_active=True)


def page(query: str = "", *, before: str = "") -> Page:
    """The newest whose user, address or device match."""
    rows = live().select_related("user").order_by("-created", "-digest")
    if query:
        rows = rows.filter(Q(user__username__icontains=query) | Q(address__istartswith=query) | Q(device__icontains=query))
    if last := _named(before):
        rows = rows.filter(Q(created__lt=last.created) | Q(created=last.created, digest__lt=last.digest))
    found = list(rows[: PER_PAGE + 1])
    older = found[PER_PAGE - 1].digest[:HANDLE] if len(found) > PER_PAGE else None
    return Page(found[:PER_PAGE], older)


def end_one(handle: str, *, by: Actor, own: str) -> Session | None:
    """End the session of that handle; None: no other than `own`, the digest of whoever asks, is live under it."""
    found = _named(handle)
    rows = live().filter(digest=found.digest).exclude(digest=own) if found else live().none()
    return found if sessions.end(rows, why=Why.OPERATOR, by=by) else None


def end_all(username: str, *, by: Actor, own: str) -> int:
    """End every session of one user but `own`; says how many."""
    return sessions.end(live().filter(user__username=username).exclude(digest=own), why=Why.OPERATOR, by=by)


def _named(handle: str) -> Session | None:
    if len(handle) != HANDLE or not handle.isalnum():
        return None
    return Session.objects.select_related("user").filter(digest__startswith=handle, user__isnull=False).first()
