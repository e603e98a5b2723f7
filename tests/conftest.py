"""The people and the clean slate that every test may count on."""

import os
from collections.abc import Iterator

import pytest
import time_machine
from django.core.cache import caches
from django.db import connection

from accounts.models import Role, User
from apiauth import authentication, fingerprints, keys, registry, usage
from security import (
    alerts,
    incidents,
    merging,
    policy,
    probes,
    proofs,
    propagation,
    ratelimits,
    refusals,
    roster,
    snapshot,
    trail,
    triggers,
    unconfigured,
)
from security.actors import COMMAND_LINE
from security.meter import meter
from tests.program import Program

usage.FLUSH_EVERY = 3600.0  # no timer of one test may wake in another

PASSWORD = "correct horse battery staple"


def pytest_collection_modifyitems(config, items):
    """What only one engine has is no test on the other: left out, so that a skip always means something is missing."""

    engines = {item: {mark.args[0] for mark in item.iter_markers("only_on")} for item in items}
    assert set().union(*engines.values()) <= {"sqlite", "postgresql"}
    elsewhere = [item for item in items if engines[item] - {connection.vendor}]
    config.hook.pytest_deselected(items=elsewhere)
    items[:] = [item for item in items if item not in set(elsewhere)]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Tests empty every table behind them, which the audit chain's triggers refuse: those that need them install them."""
    with django_db_blocker.unblock():
        triggers.remove(connection)


@pytest.fixture(scope="module", params=["SQLite", "PostgreSQL"])
def engine(request) -> Iterator[str]:
    """The servers that a module starts run on this engine, whichever the run itself is on."""
    url = os.environ.get("TEST_POSTGRES_URL", "") if request.param == "PostgreSQL" else ""
    if request.param == "PostgreSQL" and not url:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("TEST_POSTGRES_URL names no server")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", url)
        yield request.param


@pytest.fixture(autouse=True)
def _fresh_memory():
    """What a process remembers must not pass from test to test."""
    propagation.forget()
    snapshot.reset()
    policy.reset()
    refusals.forget()
    trail.forget()
    unconfigured.forget()
    incidents.forget()
    meter.forget()
    roster.forget()
    probes.forget()
    merging.forget()
    proofs.forget()
    ratelimits.forget()
    alerts.forget()
    registry.forget()
    usage.forget()
    fingerprints.proven.forget()
    authentication.forget()
    for cache in caches.all():
        cache.clear()


@pytest.fixture(autouse=True)
def _cheap_passwords(settings):
    """The same Argon2 over the same pepper, with fewer turns."""
    settings.PASSWORD_COST = {"passes": 1, "memory": 8}


@pytest.fixture
def one_minute() -> Iterator[None]:
    """The clock stands still: requests that a test counts fall into one minute of the limits."""
    with time_machine.travel("2026-11-23 12:00:30Z", tick=False):
        yield


@pytest.fixture
def owner(db) -> User:
    user = User(username="owner", email="owner@example.com", role=Role.OWNER)
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def api_key(owner) -> str:
    """A token of the owner with the default scopes."""
    return keys.issue(owner, by=COMMAND_LINE, name="test program").token


@pytest.fixture
def program(api_key) -> Program:
    """A program that holds that key."""
    return Program(api_key)


@pytest.fixture
def second_program(second_user) -> Program:
    """A program of somebody else; ask for it before any program has called."""
    return Program(keys.issue(second_user, by=COMMAND_LINE, name="their program").token)


@pytest.fixture
def second_user(db) -> User:
    user = User(username="trader", email="trader@example.com", role=Role.TRADER)
    user.set_password(PASSWORD)
    user.save()
    return user
