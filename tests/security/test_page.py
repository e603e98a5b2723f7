"""/security: an operator bans and lifts by form; everybody else is refused."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import sessions
from accounts.models import Session, Why
from security import bans, listing
from security.actors import Actor
from security.models import Ban, Origin, Refusal
from tests.conftest import PASSWORD

ATTACKER, HOME = "203.0.113.9", "198.51.100.7"


@pytest.fixture
def operator(owner) -> Client:
    client = Client(REMOTE_ADDR=HOME)
    client.force_login(owner)
    return client


@pytest.fixture
def banned(db) -> Ban:
    return bans.ban(ATTACKER, reason="guesses keys", origin=Origin.COMMAND, by=Actor("owner"), duration=timedelta(hours=24))


def order(client: Client, address: str = ATTACKER, **fields: str):
    return client.post(reverse("security"), {"address": address, "reason": "scans", "duration": "24h"} | fields)


def test_a_ban_is_ordered_by_form(operator):
    answer = order(operator)
    assert answer.status_code == 302
    assert bans.in_force().get().cidr == "203.0.113.9/32"


def test_a_ban_names_who_ordered_it(operator):
    order(operator)
    row = bans.in_force().get()
    assert (row.actor, row.origin) == ("owner", Origin.OPERATOR)


@pytest.mark.parametrize(("choice", "length"), [("24h", timedelta(1)), ("48h", timedelta(2)), ("1w", timedelta(7))])
def test_a_ban_lasts_as_long_as_chosen(operator, choice, length):
    order(operator, duration=choice)
    row = bans.in_force().get()
    assert row.expires is not None
    assert abs(row.expires - timezone.now() - length) < timedelta(minutes=1)


def test_a_permanent_ban_has_no_end(operator):
    order(operator, duration="permanent")
    assert bans.in_force().get().expires is None


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("127.0.0.1", "never banned"),
        (HOME, "shut you out"),
        ("198.51.100.0/24", "shut you out"),
        ("2001::/16", "wider than"),
        ("nonsense", "not an address"),
        ("203.0.113.9/24", "the range is 203.0.113.0/24"),
    ],
)
def test_a_refusal_stands_beside_the_field(operator, address, sentence):
    answer = order(operator, address)
    assert answer.status_code == 400
    assert sentence in answer.context["form"].errors["address"][0]


def colleague(*, seen_at: str = HOME) -> Client:
    client = Client()
    client.post("/login/", {"username": "owner", "password": PASSWORD}, REMOTE_ADDR=seen_at)
    return client


def test_a_colleague_at_work_is_not_shut_out(operator):
    colleague(seen_at=ATTACKER)
    assert "staff session" in order(operator).context["form"].errors["address"][0]


def test_a_colleague_who_moved_is_not_shut_out(operator):
    colleague().get("/security/", REMOTE_ADDR=ATTACKER)
    assert "staff session" in order(operator).context["form"].errors["address"][0]


def test_where_a_colleague_came_from_before_is_banned(operator):
    colleague(seen_at=ATTACKER).get("/security/", REMOTE_ADDR="192.0.2.1")
    assert order(operator).status_code == 302


def test_a_thief_whose_session_was_ended_is_banned_at_once(operator):
    colleague(seen_at=ATTACKER)
    sessions.end(Session.objects.filter(address=ATTACKER), why=Why.OPERATOR, by=Actor("owner"))
    assert order(operator).status_code == 302


def test_a_refused_ban_shuts_nobody_out(operator):
    order(operator, HOME)
    assert not bans.in_force().exists()


def test_a_ban_needs_a_reason(operator):
    assert "reason" in order(operator, reason="").context["form"].errors


def test_a_ban_is_lifted_with_a_note(operator, banned):
    operator.post(reverse("lift_ban"), {"cidr": banned.cidr, "note": "our office"})
    banned.refresh_from_db()
    assert (banned.state, banned.lifted_by, banned.note) == ("lifted", "owner", "our office")


def test_lifting_asks_first_and_names_what_ends(operator, banned):
    asked = operator.get(reverse("lift_ban"), {"cidr": "203.0.113.0/24"}).content.decode()
    assert "203.0.113.9/32" in asked
    assert bans.in_force().exists()


@pytest.mark.parametrize("query", [{}, {"cidr": "nonsense"}, {"cidr": "198.51.100.1"}])
def test_nothing_to_lift_is_said(operator, query):
    answer = operator.get(reverse("lift_ban"), query, follow=True)
    assert "no such ban" in answer.content.decode()


def test_lifting_twice_says_so(operator):
    answer = operator.post(reverse("lift_ban"), {"cidr": "203.0.113.9/32"}, follow=True)
    assert "was not banned" in answer.content.decode()


def test_lifting_nonsense_is_refused_with_a_sentence(operator):
    answer = operator.post(reverse("lift_ban"), {"cidr": "nonsense"}, follow=True)
    assert "not an address" in answer.content.decode()


@pytest.mark.parametrize("query", ["203.0.113.9", "203.0.113.0/24", "GUESSES", ""])
def test_a_ban_is_found_by_address_range_or_reason(operator, banned, query):
    page = operator.get(reverse("security"), {"q": query})
    assert banned.cidr in page.content.decode()


@pytest.mark.parametrize("query", ["203.0.113.10", "2001:db8::/32", "other", "<script>"])
def test_what_does_not_match_is_not_shown(operator, banned, query):
    page = operator.get(reverse("security"), {"q": query})
    assert banned.cidr not in page.content.decode()


def test_the_list_says_who_banned_and_how_much_that_blocked(operator, banned):
    now = timezone.now()
    Refusal.objects.create(subject=ATTACKER, cidr=banned.cidr, first=now, last=now, count=4213)
    page = re.sub(r"\s+", " ", operator.get(reverse("security")).content.decode())
    assert '<td data-label="Blocked" class="number">4213</td>' in page
    assert 'Command line<span class="under break">owner</span>' in page


def test_what_ended_is_listed_where_it_is_asked_for(operator, banned):
    bans.lift(ATTACKER, by=Actor("owner"))
    assert banned.cidr in operator.get(reverse("security"), {"state": "ended"}).content.decode()
    assert banned.cidr not in operator.get(reverse("security")).content.decode()


@pytest.mark.parametrize(("name", "value"), [("state", "x"), ("action", "x"), ("before", "x"), ("q", "x" * 101), ("q", "\0")])
def test_a_filter_that_cannot_be_is_told(operator, banned, name, value):
    answer = operator.get(reverse("security"), {name: value})
    assert answer.status_code == 400
    assert answer.context["find"].errors[name][0] in answer.content.decode().replace("&#x27;", "'")


def test_a_page_leads_on_with_all_that_was_asked(operator, monkeypatch, banned):
    monkeypatch.setattr(listing, "PER_PAGE", 1)
    bans.ban("203.0.113.8", reason="guesses too", origin=Origin.COMMAND, by=Actor("owner"), duration=None)
    page = operator.get(reverse("security"), {"q": "guesses"})
    [older] = re.findall(r'href="([^"]+)" rel="next"', page.content.decode())
    assert re.findall(r"<code[^>]*>(203[^<]+)", operator.get("/security/" + older.replace("&amp;", "&")).content.decode()) == [
        banned.cidr
    ]


def test_a_link_fills_in_whom_to_ban_and_why(operator):
    page = operator.get(reverse("security"), {"address": ATTACKER, "reason": "scans"}).content.decode()
    assert f'value="{ATTACKER}"' in page
    assert 'value="scans"' in page


def test_the_page_says_which_address_and_hop_decided(operator):
    page = operator.get(reverse("security")).content.decode()
    assert HOME in page
    assert "the other end of the connection" in page


def own_address(operator: Client, **request) -> str:
    """The card's text."""
    page = operator.get(reverse("security"), **request).content.decode()
    card = page.partition('id="you">')[2].partition("</section>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", card).split())


@pytest.mark.parametrize(
    ("header", "value"),
    [("x-forwarded-for", f"{ATTACKER}, {HOME}"), ("forwarded", f"for={ATTACKER}, for={HOME}"), ("cf-connecting-ip", HOME)],
)
def test_behind_a_proxy_it_names_the_header_that_decided_and_who_wrote_it(operator, settings, header, value):
    settings.TRUSTED_PROXIES, settings.CLIENT_IP_HEADER = ["192.0.2.0/24"], header
    own = own_address(operator, REMOTE_ADDR="192.0.2.7", headers={header: value})
    assert own.startswith(f"Your address as we see it {HOME} Named by {header}")
    assert "which our proxy 192.0.2.7 wrote" in own
    assert ATTACKER not in own


def test_a_header_of_ones_own_is_said_to_be_ignored(operator):
    own = own_address(operator, headers={"x-forwarded-for": ATTACKER})
    assert "came along and was ignored" in own
    assert ATTACKER not in own


def test_an_ipv6_address_is_shown_with_the_64_it_counts_as(operator):
    own = own_address(operator, REMOTE_ADDR="2001:db8::7")
    assert "2001:db8::7 It is the other end" in own
    assert "count you as 2001:db8::/64" in own


def test_the_page_says_loudly_that_bans_are_off(operator, settings):
    settings.BANS = False
    assert "Bans are switched off" in operator.get(reverse("security")).content.decode()


def test_a_trader_may_not_open_it(second_user):
    client = Client()
    client.force_login(second_user)
    answer = client.get(reverse("security"))
    assert answer.status_code == 403
    assert "You may not open this." in answer.content.decode()


def test_a_trader_may_not_lift(second_user, banned):
    client = Client()
    client.force_login(second_user)
    assert client.post(reverse("lift_ban"), {"cidr": banned.cidr}).status_code == 403


def test_a_stranger_is_sent_to_the_login(db):
    answer = Client().get(reverse("security"))
    assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, "/login/")
