"""Passwords guessed at the doors: when the next is looked at, what is written down; no door tells which names exist."""

import re
from datetime import timedelta
from unittest.mock import Mock, patch

import pytest
import time_machine
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import setup
from accounts.forms import REFUSED
from accounts.logins import MISTAKES
from accounts.models import Session
from accounts.turns import Busy, turn
from security import audit, guesses
from security.models import AuditEntry, Ban, Guess, Outcome
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db

ATTACKER, OTHER = "203.0.113.9", "198.51.100.7"
WRONG = "wrong wrong wrong"
SENTENCE = "Too many wrong attempts. Try again in 1 s."


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel("2026-11-24 12:00:00Z", tick=False) as clock:
        yield clock


@pytest.fixture(autouse=True)
def _unlimited(settings):
    settings.RATE_LIMITS = "off"


def log_in(username: str = "owner", password: str = WRONG, *, address: str = ATTACKER):
    return Client().post("/login/", {"username": username, "password": password}, REMOTE_ADDR=address)


def guess(times: int, username: str = "owner") -> list[int]:
    return [log_in(username).status_code for _ in range(times)]


def test_the_fourth_guess_is_told_when_to_come_back(owner):
    assert guess(3) == [200, 200, 200]
    response = log_in()
    assert (response.status_code, response["Retry-After"]) == (429, "1")
    assert response.context["form"].errors == {"__all__": [SENTENCE]}


def test_the_right_password_has_to_wait_as_well_and_is_not_looked_at(owner, clock):
    guess(3)
    with patch("accounts.hashers.turn", wraps=turn) as turns:
        assert log_in(password=PASSWORD).status_code == 429
    assert turns.call_count == 0
    clock.shift(timedelta(seconds=1))
    assert log_in(password=PASSWORD).status_code == 302


def test_the_name_stays_in_the_form_while_one_waits(owner):
    guess(3)
    assert 'value="owner"' in log_in().content.decode()


def test_the_owner_elsewhere_does_not_wait(owner):
    guess(20)
    assert log_in(password=PASSWORD, address=OTHER).status_code == 302


def test_a_guesser_is_banned(owner):
    guess(20)
    assert Ban.objects.get().cidr == f"{ATTACKER}/32"


def test_the_owner_at_the_server_itself_waits_and_is_never_banned(owner, clock):
    for _ in range(20):
        log_in(address="127.0.0.1")
    clock.shift(timedelta(minutes=5))
    assert log_in(password=PASSWORD, address="127.0.0.1").status_code == 302


def test_whoever_gets_in_has_used_up_nothing(owner):
    for _ in range(12):
        assert log_in(password=PASSWORD).status_code == 302
    assert {row.score for row in Guess.objects.all()} == {0.0}


def test_a_busy_queue_costs_nobody_a_guess(owner):
    with patch("accounts.hashers.turn", side_effect=Busy):
        assert guess(8) == [503] * 8
    assert {row.score for row in Guess.objects.all()} == {0.0}


def shown(response) -> str:
    return re.sub(r'(csrfmiddlewaretoken"|name="username") value="\w+"', "", response.content.decode())


def test_a_name_that_exists_not_waits_alike_and_reads_alike(owner):
    known, unknown = (
        [log_in(name, address=address) for _ in range(6)] for name, address in (("owner", ATTACKER), ("n0body", OTHER))
    )
    assert [each.status_code for each in known] == [each.status_code for each in unknown] == [200] * 3 + [429] * 3
    assert [shown(each) for each in known] == [shown(each).replace("n0body", "owner") for each in unknown]


def test_a_name_that_exists_not_asks_the_database_as_often(owner):
    log_in("owner", address=OTHER)  # makes what every guess shares
    counts = []
    for name in ("owner", "n0body"):
        with CaptureQueriesContext(connection) as queries:
            log_in(name)
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(("method", "path"), [("get", "/setup/x"), ("post", "/login/")])
def test_without_the_database_nobody_is_let_in(monkeypatch, client, method, path):
    monkeypatch.setattr(guesses, "_locked", Mock(side_effect=OperationalError))
    response = getattr(client, method)(path, {"username": "owner", "password": PASSWORD})
    assert (response.status_code, response["Retry-After"]) == (503, "5")


def test_a_login_that_cannot_be_written_down_is_none(owner, client, monkeypatch):
    monkeypatch.setattr(audit, "record", Mock(side_effect=OperationalError))
    response = client.post("/login/", {"username": "owner", "password": PASSWORD})
    assert (response.status_code, "sessionid" in response.cookies, Session.objects.exists()) == (503, False, False)


def test_set_up_links_are_guesses_too(client):
    setup.link("")
    answers = [client.get(f"/setup/{number}", REMOTE_ADDR=ATTACKER).status_code for number in range(8)]
    assert answers == [404] * 6 + [429] * 2


def test_once_there_is_an_owner_an_old_link_counts_nothing(client, owner):
    assert {client.get("/setup/x").status_code for _ in range(12)} == {404}
    assert not Guess.objects.exists()


def test_the_current_password_is_a_guess_where_it_is_changed(client, owner):
    client.force_login(owner)
    fields = {"current_password": WRONG, "password": "a wholly different sentence", "password_repeat": ""}
    answers = [client.post("/account/password/", fields) for _ in range(4)]
    assert [each.status_code for each in answers] == [200, 200, 200, 429]
    assert SENTENCE in answers[3].content.decode()


def test_ten_wrong_ones_there_end_the_session(client, owner, clock):
    client.force_login(owner)
    fields = {"current_password": WRONG, "password": "a wholly different sentence", "password_repeat": ""}
    for _ in range(MISTAKES):
        response = client.post("/account/password/", fields)
        clock.shift(timedelta(minutes=5))
    assert response["Location"] == "/login/?ended=1"


def test_a_guess_is_written_down_with_the_name_it_was_for(owner):
    log_in("OWNER")
    row = AuditEntry.objects.get()
    assert (row.act, row.outcome, row.about) == ("accounts:session:login", Outcome.REFUSED, "owner")
    assert (row.actor, row.address) == ("nobody", ATTACKER)


def test_a_password_typed_as_a_name_is_written_down_nowhere(owner):
    log_in(PASSWORD, "")
    log_in(PASSWORD, WRONG)
    assert AuditEntry.objects.get().about == "an unknown name"


def test_what_was_not_evaluated_is_not_written_down(owner):
    guess(6)
    assert AuditEntry.objects.filter(outcome=Outcome.REFUSED).count() == 3


def test_a_wrong_form_says_nothing_of_guesses(owner):
    assert log_in("").context["form"].errors == {"__all__": [REFUSED]}
    assert not Guess.objects.exists()
