"""What the product promises: one test a promise, named after it, against the product as it stands."""

import json
import re
from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from django.apps import apps
from django.test import Client

from apiauth import fingerprints, keys, registry
from apiauth.models import ApiKey
from security import allows, bans, merging, policy, snapshot
from security.actors import COMMAND_LINE
from security.models import Action, AuditEntry, Ban
from tests.conftest import PASSWORD

ATTACKER = "203.0.113.9"
EVENING = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)  # 17:30 in Kolkata

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def operator(owner) -> Client:
    client = Client(REMOTE_ADDR="198.51.100.7")
    client.post("/login/", {"username": "owner", "password": PASSWORD})
    return client


@pytest.fixture
def attacker(settings) -> Client:
    settings.RATE_LIMITS = "off"
    return Client(REMOTE_ADDR=ATTACKER)


def guess_key(attacker: Client, number: int):
    fields = {"apikey": f"guess number {number}"}
    return attacker.post("/api/v1/ping", fields, content_type="application/json")


def is_banned(attacker: Client) -> bool:
    return attacker.get("/healthz").status_code == 403


def order(operator: Client, **fields: str):
    return operator.post("/security/", {"address": ATTACKER, "reason": "scans", "duration": "24h"} | fields)


def everything_stored() -> str:
    rows = (values for model in apps.get_models() for values in model._default_manager.values_list())
    return "\n".join(str(value) for values in rows for value in values)


def test_passwords_are_kept_as_argon2_under_a_pepper(owner, client, settings):
    assert "$argon2id$" in owner.password
    settings.PASSWORD_PEPPERS = (("other", b"0" * 32),)
    assert client.post("/login/", {"username": "owner", "password": PASSWORD}).status_code == 200  # the form once more


def test_sessions_end_daily_at_half_past_three_in_kolkata(owner, settings):
    settings.SESSION_EXPIRY_TIME = time(3, 30)  # the default, whatever this run's is
    with time_machine.travel(EVENING, tick=False) as clock:
        client = Client()
        client.post("/login/", {"username": "owner", "password": PASSWORD})
        clock.move_to(datetime(2026, 3, 2, 21, 59, tzinfo=UTC))
        client.get("/keys/")
        clock.move_to(datetime(2026, 3, 2, 22, 0, tzinfo=UTC))
        assert client.get("/keys/")["Location"].startswith("/login/")


def test_cookies_are_out_of_reach_for_scripts_and_other_sites(operator):
    cookie = operator.cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


def test_logout_ends_the_session_wherever_its_cookie_lies(operator):
    thief = Client()
    thief.cookies["sessionid"] = operator.cookies["sessionid"].value
    assert thief.get("/keys/").status_code == 200
    operator.post("/logout/")
    assert thief.get("/keys/").status_code == 302


def test_api_keys_are_unique_and_only_a_hash_of_them_is_kept(owner):
    first, second = (keys.issue(owner, by=COMMAND_LINE, name="robot").token for _ in range(2))
    assert first != second
    assert first.split("_")[3][:43] not in everything_stored()


def test_api_keys_are_proven_by_argon2(program):
    assert ApiKey.objects.get().digest.startswith("$argon2id$")
    ApiKey.objects.update(digest=fingerprints.slow_hash(b"of another key"))
    registry.forget()
    assert program("ping").status_code == 403


def test_an_api_key_is_worth_nothing_without_its_pepper(program, settings):
    settings.KEY_PEPPERS = (("other", b"0" * 32),)
    assert program("ping").status_code == 403


@pytest.mark.parametrize(("path", "many"), [("/login/", 60), ("/robots.txt", 60), ("/keys/", 30), ("/favicon.ico", 60)])
def test_every_address_is_limited_for_strangers(one_minute, path, many):
    answers = [Client(REMOTE_ADDR="198.51.100.9").get(path) for _ in range(70)]
    assert sum(answer.status_code != 429 for answer in answers) == many


def test_every_key_is_limited(program, one_minute):
    assert [program("ping").status_code for _ in range(61)].count(429) == 1


def test_ten_invalid_api_keys_ban(attacker):
    assert {guess_key(attacker, number).status_code for number in range(9)} == {403}
    assert not is_banned(attacker)
    guess_key(attacker, 9)
    assert is_banned(attacker)


def test_an_operator_bans_by_hand(operator, attacker):
    order(operator)
    assert is_banned(attacker)


def test_twenty_suspicious_addresses_in_a_day_ban(attacker):
    with time_machine.travel(EVENING, tick=False) as clock:
        banned = []
        for number in range(20):
            attacker.get(f"/{'x' * (number + 1)}")
            merging.merge()
            banned.append(snapshot.verdict(ATTACKER) is not None)
            clock.shift(timedelta(minutes=30))
    assert banned == [False] * 19 + [True]


@pytest.mark.parametrize(
    "path", ["/", "/login/", "/static/openalgo/base.css", "/nowhere", "/api/v1/ping", "/admin/", "/robots.txt"]
)
def test_the_ban_is_asked_before_everything(attacker, path):
    bans.ban(ATTACKER, reason="r", origin="command", by=COMMAND_LINE, duration=None)
    assert attacker.get(path, headers={"host": "unknown.example"}).status_code == 403


def test_revocation_holds_at_once(program):
    assert program("ping").status_code == 200
    keys.revoke(program.token.split("_")[2], by=COMMAND_LINE)
    assert program("ping").status_code == 403


def test_the_dashboard_shows_operators_who_is_shut_out(operator, second_user):
    order(operator)
    assert f"{ATTACKER}/32" in operator.get("/security/").content.decode()
    trader = Client()
    trader.force_login(second_user)
    assert trader.get("/security/").status_code == 403


def test_what_operators_do_is_in_the_audit(operator):
    order(operator)
    entry = AuditEntry.objects.get(act="bans:ban:order")
    assert (entry.actor, entry.address, entry.about) == ("owner", "198.51.100.7", f"{ATTACKER}/32")


def test_a_threshold_is_changed_without_code_or_restart(operator, attacker):
    operator.post("/security/policy/", {"bad_keys": "3"})
    [guess_key(attacker, number) for number in range(3)]
    assert is_banned(attacker)


@pytest.mark.parametrize(("chosen", "days"), [("24h", 1), ("48h", 2), ("1w", 7), ("permanent", None)])
def test_bans_last_a_day_two_days_a_week_or_for_good(operator, chosen, days):
    order(operator, duration=chosen)
    row = Ban.objects.get()
    assert (row.expires and round((row.expires - row.created) / timedelta(days=1), 3)) == days


def test_who_comes_back_is_banned_for_longer():
    policy.change({"jitter": 0}, by=COMMAND_LINE)
    with time_machine.travel(EVENING, tick=False) as clock:
        lengths = []
        for _ in range(4):
            row = bans.punish(ATTACKER, reason="scans", scenario="unknown-paths")
            assert row is not None
            assert row.expires is not None
            lengths.append((row.expires - row.starts).days)
            clock.move_to(row.expires + timedelta(seconds=1))
    assert lengths == [1, 2, 7, 30]


@pytest.mark.parametrize("text", ["' OR 1=1 --", "%' UNION SELECT password FROM accounts_user --", "%"])
def test_what_is_typed_never_becomes_sql(operator, text):
    order(operator)
    answer = operator.get("/security/", {"q": text})
    assert (answer.status_code, list(answer.context["bans"])) == (200, [])


def test_what_is_typed_never_becomes_html(operator):
    order(operator, reason="<script>alert(1)</script>")
    page = operator.get("/security/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_trusted_addresses_are_never_banned(attacker):
    allows.add(ATTACKER, by=COMMAND_LINE, note="the office")
    [guess_key(attacker, number) for number in range(20)]
    assert not is_banned(attacker)
    assert not Ban.objects.filter(action=Action.BAN).exists()


def test_limits_tell_programs_when_to_come_back(program, one_minute):
    answer = next(found for _ in range(70) if (found := program("ping")).status_code == 429)
    assert json.loads(answer.content)["status"] == "error"
    assert 1 <= int(answer["Retry-After"]) <= 60


def test_data_is_exported_before_a_ban(operator):
    order(operator)
    page = operator.get("/security/").content.decode()
    click = re.search(r'name="form"\s+value="(csv)"\s+formaction="([^"]+)"', page)  # in the form that bans
    assert click
    fields = {"address": "203.0.113.10", "reason": "scans", "duration": "permanent", "form": click[1]}
    assert f"\n{ATTACKER}/32," in b"".join(operator.post(click[2], fields)).decode()
    assert bans.in_force().get().cidr == f"{ATTACKER}/32"  # nobody was banned by that click
