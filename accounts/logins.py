"""Who somebody is, by a password: counted as a guess before it is checked, written down whether right or wrong."""

from collections.abc import Callable

from django.contrib.auth import SESSION_KEY, authenticate, login
from django.http import HttpRequest

from accounts import sessions
from accounts.models import Session, User, Why
from accounts.sessions import SessionStore
from accounts.turns import Busy
from security import actors, alerts, audit, clientip, guesses, sudo
from security.actors import AUTOMATION
from security.alerts import Alarm
from security.audit import Act
from security.guesses import Kind, Refused
from security.models import Outcome

MISTAKES = 10  # wrong passwords in a row that end a session which asks for one: it may be in another's hands

_ACTS = {
    Kind.LOGIN: Act.LOGGED_IN,
    Kind.SUDO: Act.SUDO_CONFIRMED,
    Kind.PASSWORD_CHANGE: Act.PASSWORD_CHANGED,
}


def identify(request: HttpRequest, *, username: str, password: str) -> User | Refused | None:
    """Whose name and password these are; None: nobody's."""

    def check() -> User | None:
        user = authenticate(request, username=username, password=password)
        return user if isinstance(user, User) else None

    return _evaluated(request, Kind.LOGIN, username, check)


def prove(request: HttpRequest, *, password: str, kind: Kind) -> User | Refused | None:
    """Whoever is logged in, once more by their password; None: it is not theirs, and too many of those end the session."""
    user: User = request.user  # type: ignore[assignment]
    outcome = _evaluated(request, kind, user.username, lambda: user if user.check_password(password) else None)
    if outcome is None:
        _mistake(request)
    elif isinstance(outcome, User):
        request.session.pop("mistakes", None)
    return outcome


def is_over(request: HttpRequest) -> bool:
    """Whether this very request ended its session."""
    return SESSION_KEY not in request.session


def enter(request: HttpRequest, user: User) -> None:
    """Log in under a new key; whatever session the browser had before ends."""
    with audit.change():
        request.session.flush()
        login(request, user)
        request.session.save()
        audit.record(Act.LOGGED_IN, by=actors.of(request), about=user.username)


def confirm(request: HttpRequest) -> None:
    """Whoever is logged in has proven it anew: the session goes on under a new key.

    The form's token stays, since the browser sends the form again.
    """
    by, store = actors.of(request), request.session
    assert isinstance(store, SessionStore)  # noqa: S101 - tells the type checker what SESSION_ENGINE says
    with audit.change():
        sudo.stamp(request)
        store.cycle_key()
        store.save()
        audit.record(Act.SUDO_CONFIRMED, by=by, about=by.name, after={"session": store.digest[:16]})


def _mistake(request: HttpRequest) -> None:
    store, count = request.session, int(request.session.get("mistakes", 0)) + 1
    assert isinstance(store, SessionStore)  # noqa: S101
    store["mistakes"] = count
    if count >= MISTAKES:
        name = request.user.get_username()
        sessions.end(Session.objects.filter(digest=store.digest), why=Why.GUESSED, by=AUTOMATION)
        store.flush()
        alerts.sound(Alarm.GUESSES, f"A session of {name} ended after {count} wrong passwords in a row.", about=name)


def _evaluated(request: HttpRequest, kind: Kind, name: str, check: Callable[[], User | None]) -> User | Refused | None:
    outcome = guesses.admit(kind, caller=clientip.of(request), name=name)
    if isinstance(outcome, Refused):
        return outcome
    try:
        user = check()
    except Busy:
        guesses.withdrawn(outcome)
        raise
    if user is not None:
        guesses.succeeded(outcome)
    else:
        guesses.failed(outcome)
        _note(request, kind, name)
    return user


def _note(request: HttpRequest, kind: Kind, name: str) -> None:
    """Only names that exist are written down: into the field of the name people also type their password."""
    known = User.objects.named(name).values_list("username", flat=True).first()
    with audit.change():
        audit.record(_ACTS[kind], by=actors.of(request), about=known or "an unknown name", outcome=Outcome.REFUSED)
