"""Server-side sessions, one row each, read anew on every request; a key that no live row answers to is nobody's."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any
from weakref import WeakSet

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare, get_random_string

from accounts.expiry import session_end
from accounts.models import Session, User, Why
from accounts.models.session import SessionQuerySet
from security import audit, crypto, policy, propagation, staff, trail
from security.actors import AUTOMATION, Actor
from security.audit import Act

KEY_LENGTH = 43  # of 36 signs: 222 bits
KEY_SIGNS = "abcdefghijklmnopqrstuvwxyz0123456789"
SEEN_EVERY = timedelta(minutes=1)
LISTED = 20  # sessions named in one row of the audit
COOKIE_OUTLIVES = timedelta(days=1)  # an ended session still comes along, so that the login can say why it is asked for


def digest(key: str) -> str:
    return crypto.digest(settings.SECRET_KEY.encode(), purpose="session", data=key.encode()).hex()


def end(rows: SessionQuerySet, *, why: Why, by: Actor) -> int:
    """End those of the sessions that still live, everywhere from the next request on; says how many."""
    with audit.change():
        seq = propagation.bump()
        digests, names = _named(rows.live())
        rows.live().update(ended=timezone.now(), why=why, seq=seq)
        if digests:
            act = Act.LOGGED_OUT if why == Why.LOGOUT else Act.SESSIONS_ENDED
            listed = [each[:16] for each in digests[:LISTED]]
            audit.record(act, by=by, about=", ".join(names), after={"why": why, "count": len(digests), "sessions": listed})
    return len(digests)


def prune() -> int:
    """Forget sessions that were over long ago."""
    kept = timedelta(days=policy.current().session_days)
    return Session.objects.filter(expires__lt=timezone.now() - kept).delete()[0]


def _named(rows: SessionQuerySet) -> tuple[list[str], list[str]]:
    """Their digests, and whose they are."""
    found = list(rows.values_list("digest", "user__username"))
    return [digest for digest, _ in found], sorted({name for _, name in found if name})


@dataclass(eq=False, slots=True, weakref_slot=True)
class Visit:
    """A session that sockets rest on, as last read; kept current through the sequence for as long as somebody holds it."""

    user_id: int
    username: str
    digest: str = field(repr=False)
    expires: datetime
    operates: bool = False  # an operator's, whose pages show what the walls count
    over: bool = False

    def stands(self, now: datetime) -> bool:
        """From memory; what ended by idleness alone is only seen by `refresh`."""
        return not self.over and now < self.expires


_visits: WeakSet[Visit] = WeakSet()
_visits_lock = Lock()


def visit(key: str) -> Visit | None:
    """Whose live session this cookie's value names; an empty one nobody's."""
    row = _rows([digest(key)]).first() if key else None
    if row is None or row.user is None or not _proves(row):
        return None
    found = Visit(user_id=row.user.pk, username=row.user.username, digest=row.digest, expires=row.expires)
    with _visits_lock:
        _visits.add(found)
    trail.proven(user=found.username)
    refresh(found)  # what ended it between the reading and the adding would be missed
    return found


def refresh(*visits: Visit) -> None:
    """Look whether they still live."""
    live = {row.digest: staff.operates(row.user) for row in _rows({each.digest for each in visits}) if _proves(row)}
    for each in visits:
        each.over = each.over or each.digest not in live
        each.operates = live.get(each.digest, False)


def apply(after: int) -> None:
    """The follower of the sequence; few sessions hold sockets, so they are read anew, whatever moved."""
    with _visits_lock:
        visits = list(_visits)
    if visits:
        refresh(*visits)


def _rows(digests: Iterable[str]) -> SessionQuerySet:
    return Session.objects.live().filter(digest__in=list(digests), user__is_active=True).select_related("user")


def _proves(row: Session) -> bool:
    """Was it opened under the password that its user has today?"""
    held = SessionStore().decode(row.data).get(HASH_SESSION_KEY, "")
    return row.user is not None and constant_time_compare(held, row.user.get_session_auth_hash())


def user_of(request: HttpRequest) -> User | AnonymousUser:
    """Whom the session proves; it was read together with its user."""
    store: SessionStore = request.session  # type: ignore[assignment]
    held = store.get(HASH_SESSION_KEY)
    user = store.user
    if user is None or not user.is_active or not held:
        return AnonymousUser()
    if not constant_time_compare(held, user.get_session_auth_hash()):
        end(Session.objects.filter(user=user, digest=digest(store.session_key or "")), why=Why.PASSWORD, by=AUTOMATION)
        store.flush()
        store.ended = True
        return AnonymousUser()
    trail.proven(user=user.username)
    return user


class SessionStore(SessionBase):
    """Django's session over a row; an anonymous visitor has none until something is kept for them."""

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self.address = self.device = ""
        self.ended = False  # read and found over: the visitor may be told
        self._unknown = False  # no row of that key
        self._row: Session | None = None

    @property
    def user(self) -> User | None:
        self.get(SESSION_KEY)  # reads the row, once
        return self._row.user if self._row else None

    @property
    def digest(self) -> str:
        """What the session's row goes by; empty without one."""
        return self._row.digest if self._row else ""

    def load(self) -> dict[str, Any]:
        now = timezone.now()
        row = Session.objects.select_related("user").filter(digest=digest(self.session_key or "")).first()
        if row is None or not row.is_live(now):
            self.ended, self._unknown = row is not None and row.user_id is not None, row is None
            self._session_key = None
            return {}
        self._row = row
        self._notice(row, now)
        return self.decode(row.data)

    def _notice(self, row: Session, now: datetime) -> None:
        """When it was seen, to the minute; where it moved to, at once: a ban there would shut its user out."""
        if now - row.last_seen >= SEEN_EVERY or self.address not in ("", row.address):
            row.last_seen, row.address = now, self.address or row.address
            Session.objects.filter(digest=row.digest).update(last_seen=now, address=row.address)

    def exists(self, session_key: str) -> bool:
        return Session.objects.filter(digest=digest(session_key)).exists()

    def create(self) -> None:
        self._session_key = _new_key()
        self.save(must_create=True)
        self.modified = True

    def cycle_key(self) -> None:
        """A new key for the same row; the old one dies when the row is saved."""
        self.get(SESSION_KEY)  # reads the row that stays
        self._session_key = _new_key()
        self.modified = True

    def save(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002 (Django's signature)
        data: dict[str, Any] = self._get_session(no_load=must_create)  # type: ignore[attr-defined]
        if self.session_key is None:
            self._session_key = _new_key()
        if self._row is None or must_create:
            self._row = Session(created=timezone.now())
            self._write(self._row, data).save(force_insert=True)
        else:
            self._replace(self._row.digest, self._write(self._row, data))

    def _write(self, row: Session, data: dict[str, Any]) -> Session:
        """Bring the row up to what the session holds; a login starts its day anew."""
        user_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        if not row.digest or user_id != row.user_id:
            now = timezone.now()
            row.created, row.last_seen, row.expires = now, now, session_end(now)
            row.address, row.device = self.address, self.device
        row.user_id, row.digest, row.data = user_id, digest(self.session_key or ""), self.encode(data)
        return row

    def _replace(self, old: str, row: Session) -> None:
        fields = ("digest", "user_id", "address", "device", "created", "last_seen", "expires", "data")
        changes = {name: getattr(row, name) for name in fields}
        if not Session.objects.filter(digest=old, ended=None).update(**changes):
            raise UpdateError

    def delete(self, session_key: str | None = None) -> None:
        """End a user's session; one that was nobody's goes without a trace."""
        old = digest(session_key) if session_key else self._row.digest if self._row else None
        if old and not Session.objects.filter(digest=old, user=None).delete()[0]:
            end(Session.objects.filter(digest=old), why=Why.LOGOUT, by=self._owner(old))

    def _owner(self, digest: str) -> Actor:
        user, address = self.user, self._row.address if self._row else ""
        name, key = (user.username, str(user.pk)) if user else ("nobody", "")
        return Actor(name, id=key, address=address, credential=f"session {digest[:16]}")

    def flush(self) -> None:
        self.get(SESSION_KEY)  # reads the row that goes
        super().flush()
        self._row, self._unknown = None, False

    def is_empty(self) -> bool:
        """Not for an unknown key: an answer under way when another gave the browser a new key must not take that away."""
        return not self._unknown and bool(super().is_empty())

    def get_expiry_age(self, **kwargs: Any) -> int:
        """Seconds the cookie is kept; whether the session still lives is asked of its row alone."""
        now = timezone.now()
        expires = self._row.expires if self._row else session_end(now)
        return int((expires + COOKIE_OUTLIVES - now).total_seconds())


def _new_key() -> str:
    return get_random_string(KEY_LENGTH, KEY_SIGNS)
