"""/security/logins/: operators read who came, who failed to and who left, and who guesses at this moment."""

import pytest
from django.test import Client

from accounts import activity, sessions
from accounts.activity import Kind
from accounts.models import Session, Why
from security import audit, audit_pages
from security.actors import COMMAND_LINE, Actor
from security.audit import Act
from security.guessers import guessers
from security.models import Outcome
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/security/logins/"
ATTACKER = "203.0.113.9"


@pytest.fixture
def operator(owner) -> Client:
    client = Client(REMOTE_ADDR="192.0.2.1")
    client.post("/login/", {"username": "owner", "password": PASSWORD})
    return client


@pytest.fixture
def attacker(settings) -> Client:
    settings.RATE_LIMITS = "off"
    return Client(REMOTE_ADDR=ATTACKER)


def guess(attacker: Client, name: str = "owner", times: int = 1) -> None:
    for _ in range(times):
        attacker.post("/login/", {"username": name, "password": "wrong wrong wrong"})


def read(client: Client, **query: str) -> str:
    return str(client.get(PAGE, query).content.decode())


def told(kind: Kind = Kind.ALL, **more) -> list[tuple[str, str, str]]:
    return [(row.what, row.who, row.address) for row in activity.page(kind, **more).rows]


def test_a_login_says_who_and_from_where(operator):
    assert told() == [("Logged in", "owner", "192.0.2.1")]
    assert "192.0.2.1" in read(operator)


def test_a_failure_says_so_and_keeps_no_name_that_does_not_exist(operator, attacker):
    guess(attacker)
    guess(attacker, "my secret password")
    assert told(Kind.FAILURES) == [
        ("Wrong name or password", "an unknown name", ATTACKER),
        ("Wrong name or password", "owner", ATTACKER),
    ]
    assert "my secret password" not in read(operator)


def test_a_logout_and_an_end_by_somebody_else_are_both_ends(operator, owner):
    operator.post("/logout/")
    Client().post("/login/", {"username": "owner", "password": PASSWORD})
    sessions.end(Session.objects.all(), why=Why.COMMAND, by=COMMAND_LINE)
    ends = [(row.what, row.who, row.by) for row in activity.page(Kind.ENDS).rows]
    assert ends == [("Session ended", "owner", "command line"), ("Logged out", "owner", "")]


def test_logins_alone_are_the_successful_ones(operator, attacker):
    guess(attacker)
    assert [what for what, _, _ in told(Kind.LOGINS)] == ["Logged in"]


def test_other_acts_are_not_among_them(operator):
    operator.post("/security/", {"address": ATTACKER, "reason": "scans", "duration": "24h"})
    assert len(told()) == 1


@pytest.mark.parametrize("query", [ATTACKER, "203.0.113."])
def test_one_address_is_found(operator, attacker, query):
    guess(attacker)
    assert [address for _, _, address in told(query=query)] == [ATTACKER]


def test_one_user_is_found_whatever_the_case(operator, second_user):
    Client().post("/login/", {"username": "trader", "password": PASSWORD})
    assert [who for _, who, _ in told(query="TRADER")] == ["trader"]


def test_pages_are_followed_by_key_and_miss_nothing(operator, monkeypatch):
    for number in range(120):
        with audit.change():
            audit.record(Act.LOGGED_IN, by=Actor(f"user {number}"), about=f"user {number}")
    page = activity.page()
    seen = [row.who for row in page.rows]
    while page.older:
        page = activity.page(before=page.older)
        seen += [row.who for row in page.rows]
    assert seen == [*(f"user {number}" for number in reversed(range(120))), "owner"]


def test_a_search_stops_after_a_while_and_says_how_to_go_on(operator, monkeypatch):
    monkeypatch.setattr(audit_pages, "WALK", 5)
    for _ in range(9):
        with audit.change():
            audit.record(Act.ALERT_CLOSED, by=COMMAND_LINE)
    page = activity.page()
    assert (page.rows, page.cut, page.older) == ([], True, "6")
    assert "Search further back" in read(operator)
    last = activity.page(before=page.older)
    assert ([row.who for row in last.rows], last.older) == (["owner"], "")


@pytest.mark.parametrize("before", ["-1", "x", "²", "9" * 30])
def test_a_page_that_no_link_of_ours_names_is_refused(operator, before):
    assert operator.get(PAGE, {"before": before}).status_code == 400


@pytest.mark.parametrize("kind", ["", "nonsense", "logins"])
def test_an_unknown_kind_is_all(operator, kind):
    assert operator.get(PAGE, {"kind": kind, "q": "\0"}).status_code == 200


def test_whoever_guesses_is_shown_with_their_wait(operator, attacker):
    guess(attacker, times=3)
    (found,) = [each for each in guessers() if each.subject == ATTACKER]
    assert (round(found.score), found.limit) == (3, 10)
    assert "Guessing now" in read(operator)


def test_whose_guesses_are_forgotten_is_not_shown(operator):
    assert guessers() == []
    assert "Guessing now" not in read(operator)


def test_a_trader_may_not_look(second_user):
    client = Client()
    client.force_login(second_user)
    assert client.get(PAGE).status_code == 403


def test_a_row_whose_act_has_no_words_is_shown_by_its_name(operator):
    with audit.change():
        audit.record(Act.LOGGED_OUT, by=COMMAND_LINE, about="owner", outcome=Outcome.FAILED)
    assert told(Kind.ENDS)[0][0] == "accounts:session:logout"
