"""/security/offenders/: whom a path pattern names is shown, and those who were shown are banned."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from security import bans, merging, probes
from tests.security.trying import caller

pytestmark = pytest.mark.django_db(transaction=True)

HOME = "198.51.100.7"
PAGE = "/security/offenders/"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel("2026-11-23 12:00:00Z", tick=False) as clock:
        yield clock


@pytest.fixture
def operator(owner) -> Client:
    client = Client(REMOTE_ADDR=HOME)
    client.force_login(owner)
    return client


def ask(address: str, path: str) -> None:
    probes.unrouted(caller(address), path)
    merging.merge()


def cidrs() -> list[str]:
    return sorted(bans.in_force().values_list("cidr", flat=True))


def order(operator: Client, **fields: str):
    sent = {"pattern": "/wp-*", "until": timezone.now().isoformat(), "reason": "scans", "duration": "48h"} | fields
    return operator.post(PAGE, sent, follow=True)


def test_the_page_shows_whom_it_would_ban_and_who_is_spared(operator):
    for address in ("203.0.113.1", HOME):
        ask(address, "/wp-login.php")
    page = operator.get(PAGE, {"pattern": "/wp-*"}).content.decode()
    assert "203.0.113.1" in page
    assert f"This would shut you out: you are {HOME}." in page


def test_the_page_bans_those_it_showed_and_names_who_was_refused(operator):
    for address in ("203.0.113.1", HOME):
        ask(address, "/wp-login.php")
    shown = operator.get(PAGE, {"pattern": "/wp-*"}).context["form"].initial
    answer = order(operator, until=shown["until"], reason=shown["reason"])
    assert f"1 banned: 203.0.113.1/32. 1 refused: {HOME}." in answer.content.decode()
    row = bans.in_force().get()
    assert (row.reason, row.actor, row.expires) == ("asked for /wp-*", "owner", timezone.now() + timedelta(days=2))


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"reason": ""}, "required"), ({"reason": "a\tb"}, "one line"), ({"until": "x"}, "up to when"),
        ({"duration": "x"}, "valid"), ({"pattern": "/*"}, "name everybody"), ({"pattern": ""}, "required"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told_and_bans_nobody(operator, fields, sentence):
    ask("203.0.113.1", "/wp-login.php")
    answer = order(operator, **fields)
    assert (answer.status_code, cidrs()) == (400, [])
    assert sentence in answer.content.decode()


def test_a_page_of_the_future_bans_who_asked_up_to_now(operator):
    ask("203.0.113.1", "/wp-login.php")
    order(operator, until="2030-01-01T00:00:00Z")
    assert cidrs() == ["203.0.113.1/32"]


def test_it_is_for_operators(second_user):
    client = Client()
    client.force_login(second_user)
    assert (client.get(PAGE).status_code, order(client).status_code) == (403, 403)
