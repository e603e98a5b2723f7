"""/security/suspects/: who tries doors is seen before it is banned, and is banned, allowed or cleared from there."""

import re
from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from security import allows, bans, guesses, merging, probes, suspects
from security.actors import COMMAND_LINE, Actor
from security.models import AuditEntry, Probe
from tests.security.trying import ATTACKER, caller, try_keys, try_paths

pytestmark = pytest.mark.django_db(transaction=True)

SUSPECTS = "/security/suspects/"
CLEAR = f"{SUSPECTS}clear/"
OTHER = "198.51.100.9"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel("2026-11-23 12:00:00Z", tick=False) as clock:
        yield clock


@pytest.fixture
def operator(owner) -> Client:
    client = Client(REMOTE_ADDR="198.51.100.7")
    client.force_login(owner)
    return client


@pytest.fixture
def suspect() -> str:
    try_keys(5)
    try_paths(3)
    merging.merge()
    return ATTACKER.subject


def read(client: Client, path: str = SUSPECTS) -> str:
    return re.sub(r"\s*(<[^>]+>)\s*", r"\1", client.get(path).content.decode())


def guess(count: int, *, who: str = OTHER) -> None:
    for number in range(count):
        admitted = guesses.admit(guesses.Kind.LOGIN, caller=caller(who), name=f"name{number}")
        assert isinstance(admitted, guesses.Admitted)
        guesses.failed(admitted)


def test_a_suspect_is_shown_with_its_scores_and_what_it_tried(operator, suspect):
    page = read(operator)
    for told in (suspect, "5 of 10 bad keys", "3 of 20 points in a day", "API key: unknown", "GET /xxx"):
        assert told in page


def test_whoever_guesses_at_passwords_is_a_suspect(operator):
    guess(3)
    assert "3 of 10 wrong passwords" in read(operator)


def test_guessers_stand_among_those_who_try_doors_by_what_counts(suspect):
    guess(3)
    try_paths(9, who=caller("198.51.100.10"))
    guess(6, who="198.51.100.11")
    merging.merge()
    assert [each.subject for each in suspects.page().suspects] == ["198.51.100.10", suspect, "198.51.100.11", OTHER]


def test_guesses_that_decayed_suspect_nobody(clock):
    guess(3)
    clock.shift(80_000)
    assert suspects.page().suspects == []


def test_what_is_held_against_it_fills_in_the_ban(operator, suspect):
    [link] = re.findall(r'href="(/security/\?[^"]+)#ban"', read(operator))
    form = read(operator, link.replace("&amp;", "&"))
    assert 'value="5 bad API keys, 3 points of unknown paths within 24 h"' in form
    assert f'value="{suspect}"' in form


def test_it_is_filled_in_for_the_allow_list(operator, suspect):
    [link] = re.findall(r'href="(/security/allow/\?[^"]+)#allow"', read(operator))
    assert f'value="{suspect}"' in read(operator, link)


def test_an_operator_clears_a_suspect_and_the_audit_says_so(operator, suspect):
    operator.post(CLEAR, {"subject": suspect})
    assert (suspects.find(suspect), probes.tally.of(suspect)) == (None, [])
    entry = AuditEntry.objects.get(act="bans:probes:clear")
    assert (entry.about, entry.actor) == (suspect, "owner")


def test_clearing_forgives_its_guesses_too(operator):
    guess(6)
    operator.post(CLEAR, {"subject": OTHER})
    assert guesses.standing(OTHER) == 0


@pytest.mark.parametrize(("subject", "sentence"), [("198.51.100.200", "Nothing was counted"), ("nonsense", "not an address")])
def test_clearing_nobody_says_so(operator, subject, sentence):
    assert sentence in operator.post(CLEAR, {"subject": subject}, follow=True).content.decode()
    assert not AuditEntry.objects.filter(act="bans:probes:clear").exists()


def test_whoever_automation_spares_is_told_apart(operator, suspect):
    allows.add(suspect, by=COMMAND_LINE, note="the office")
    assert "which is on the allow list (the office)" in read(operator)


def test_whoever_is_shut_out_already_leads_to_its_ban(operator, suspect):
    row = bans.ban(suspect, reason="scans", origin="operator", by=Actor("owner"), duration=None)
    page = read(operator)
    assert f'href="/security/bans/{row.pk}/">shut out' in page
    assert f"address={suspect}&amp;reason" not in page


@pytest.mark.parametrize("query", ["203.0.113.9", "203.0.113.9/32"])
def test_a_suspect_is_found_by_address(operator, suspect, query):
    try_paths(1, who=caller(OTHER))
    merging.merge()
    page = read(operator, f"{SUSPECTS}?q={query}")
    assert f'<code class="break">{suspect}</code>' in page
    assert OTHER not in page


def test_an_ipv6_suspect_is_found_by_any_of_its_addresses(operator):
    try_paths(1, who=caller("2001:db8:1:2::5", "2001:db8:1:2::/64"))
    merging.merge()
    assert "2001:db8:1:2::/64" in read(operator, f"{SUSPECTS}?q=2001:db8:1:2::77")


@pytest.mark.parametrize("query", ["q=nonsense", "page=0", "page=x", f"page={10**30}", "q=%00"])
def test_what_cannot_be_shown_is_told(operator, suspect, query):
    answer = operator.get(f"{SUSPECTS}?{query}")
    assert answer.status_code == 400
    assert 'class="errorlist"' in answer.content.decode()


def test_our_broken_links_are_listed_as_ours(operator):
    probes.unrouted(ATTACKER, "/gone", linked=True)
    merging.merge()
    page = read(operator)
    assert page.index("Our own broken links") < page.index("GET /gone")


def test_a_sample_is_shown_as_text(operator, suspect):
    Probe.objects.update(sample="<script>alert(1)</script>")
    assert "<script>alert" not in read(operator)


def test_it_is_for_operators(second_user, suspect):
    client = Client()
    client.force_login(second_user)
    assert (client.get(SUSPECTS).status_code, client.post(CLEAR, {"subject": suspect}).status_code) == (403, 403)
    assert suspects.find(suspect)
