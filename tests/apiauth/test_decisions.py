"""The decisions stream: all at the start, then what changed for this bouncer, to nobody but a staff key with its scope."""

import json
from typing import Any

import pytest
import time_machine
from django.test import Client

from apiauth import keys
from apiauth.models import ApiKey, Bouncer
from apiauth.scopes import Scope
from security import allows, bans, probes, propagation
from security.actors import COMMAND_LINE
from security.bans import DAY
from security.models import Action, Ban, Origin, Sequence

pytestmark = pytest.mark.django_db(transaction=True)

STREAM, HELD = "/v1/decisions/stream", "/v1/decisions"
ATTACKER = "203.0.113.9"


@pytest.fixture
def token(owner) -> str:
    return keys.issue(owner, by=COMMAND_LINE, name="bouncer", scopes={Scope.BANS}).token


class Caller:
    def __init__(self, token: str) -> None:
        self._client = Client(headers={"X-Api-Key": token})

    def get(self, path: str, **query: str) -> Any:
        return self._client.get(path, query)

    def read(self, path: str, **query: str) -> Any:
        return json.loads(self.get(path, **query).getvalue())

    def stream(self, *, startup: bool = False, **query: str) -> tuple[list[str], list[str]]:
        """The values that are new, and those deleted."""
        told = self.read(STREAM, startup=str(startup).lower(), **query)
        return [each["value"] for each in told["new"]], [each["value"] for each in told["deleted"]]

    def held(self, **query: str) -> list[str] | None:
        found = self.read(HELD, **query)
        return None if found is None else [each["value"] for each in found]


@pytest.fixture
def bouncer(token) -> Caller:
    return Caller(token)


def ban(cidr: str, **more: Any) -> Ban:
    usual: dict[str, Any] = {"reason": "scans", "origin": Origin.COMMAND, "by": COMMAND_LINE, "duration": DAY}
    return bans.ban(cidr, **(usual | more))


def test_a_decision_has_what_bouncers_read(bouncer, one_minute):
    row = ban(ATTACKER)
    (told,) = bouncer.read(STREAM, startup="true")["new"]
    assert 0 < told.pop("id") < 2**53
    assert told == {
        "uuid": str(row.pk), "origin": "command", "type": "ban", "scope": "Ip", "value": ATTACKER, "duration": "86400s",
        "scenario": "manual",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("cidr", "scope", "value"),
    [("203.0.113.0/24", "Range", "203.0.113.0/24"), ("2001:db8::1", "Range", "2001:db8::/64"),
     ("2001:db8::1/128", "Ip", "2001:db8::1")],
)  # fmt: skip
def test_a_range_is_one_and_an_address_another_scope(bouncer, cidr, scope, value):
    ban(cidr)
    (told,) = bouncer.read(STREAM, startup="true")["new"]
    assert (told["scope"], told["value"]) == (scope, value)


def test_a_ban_for_good_lasts_years(bouncer):
    ban(ATTACKER, duration=None)
    (told,) = bouncer.read(STREAM, startup="true")["new"]
    assert told["duration"] == "315360000s"


def test_the_start_tells_all_and_later_calls_what_changed(bouncer):
    ban(ATTACKER), ban("203.0.113.10")
    assert bouncer.stream(startup=True) == ([ATTACKER, "203.0.113.10"], [])
    assert bouncer.stream() == ([], [])
    ban("203.0.113.11"), bans.lift(ATTACKER, by=COMMAND_LINE)
    assert bouncer.stream() == (["203.0.113.11"], [ATTACKER])
    assert bouncer.stream() == ([], [])


def test_a_bouncer_that_starts_anew_is_told_all_again(bouncer):
    ban(ATTACKER)
    for _ in range(2):
        assert bouncer.stream(startup=True) == ([ATTACKER], [])


def test_a_key_that_never_called_is_told_all(bouncer):
    ban(ATTACKER)
    assert bouncer.stream() == ([ATTACKER], [])


def test_each_key_has_its_own_place(bouncer, owner):
    other = Caller(keys.issue(owner, by=COMMAND_LINE, name="other", scopes={Scope.BANS}).token)
    ban(ATTACKER)
    assert bouncer.stream() == other.stream() == ([ATTACKER], [])
    ban("203.0.113.10")
    assert bouncer.stream() == other.stream() == (["203.0.113.10"], [])


def test_a_ban_that_ran_out_is_deleted(bouncer):
    ban(ATTACKER)
    bouncer.stream()
    with time_machine.travel(Ban.objects.get().starts + 2 * DAY):
        bans.expire()
        assert bouncer.stream() == ([], [ATTACKER])


def test_a_ban_that_another_replaced_is_told_once_with_its_new_end(bouncer, one_minute):
    ban(ATTACKER)
    bouncer.stream()
    ban(ATTACKER, duration=7 * DAY)
    told = bouncer.read(STREAM)
    assert ([each["duration"] for each in told["new"]], told["deleted"]) == (["604800s"], [])


def test_a_ban_lifted_and_ordered_again_between_two_calls_is_not_deleted(bouncer):
    ban(ATTACKER)
    bouncer.stream()
    bans.lift(ATTACKER, by=COMMAND_LINE), ban(ATTACKER)
    assert bouncer.stream() == ([ATTACKER], [])


def test_only_bans_are_told_and_not_whom_the_allow_list_holds(bouncer):
    ban("203.0.113.1", action=Action.THROTTLE), ban("203.0.113.2", action=Action.SIMULATE)
    allows.add("192.0.2.7", by=COMMAND_LINE, note="office")
    ban("192.0.2.7", force=True), ban("192.0.2.0/24", force=True), ban(ATTACKER)
    assert bouncer.stream(startup=True) == ([ATTACKER], [])
    assert bouncer.held() == [ATTACKER]


def test_an_answer_that_was_not_read_to_its_end_is_told_again(bouncer):
    ban(ATTACKER)
    answer = bouncer.get(STREAM)
    next(iter(answer.streaming_content))
    answer.close()
    assert bouncer.stream() == ([ATTACKER], [])


def test_after_an_older_database_was_restored_all_is_told(bouncer):
    ban(ATTACKER)
    bouncer.stream()
    Sequence.objects.update(value=propagation.current() - 1)
    assert bouncer.stream() == ([ATTACKER], [])


def test_the_place_goes_with_its_key(bouncer):
    bouncer.stream()
    assert Bouncer.objects.count() == 1
    ApiKey.objects.all().delete()
    assert not Bouncer.objects.exists()


FILTERS = [
    ({"scopes": "ip"}, {ATTACKER}), ({"scopes": "Range"}, {"203.0.113.0/24", "2001:db8::/32"}), ({"scopes": "country"}, set()),
    ({"origins": "operator,import"}, {"203.0.113.0/24"}), ({"scenarios_containing": "keys,paths"}, {ATTACKER}),
    ({"scenarios_not_containing": "KEYS"}, {"203.0.113.0/24", "2001:db8::/32"}),
]  # fmt: skip


@pytest.mark.parametrize(("query", "expected"), FILTERS)
def test_a_bouncer_hears_what_it_is_configured_to_care_for(bouncer, query, expected):
    ban(ATTACKER, scenario="bad-keys"), ban("203.0.113.0/24", origin=Origin.OPERATOR), ban("2001:db8::/32")
    assert {*bouncer.stream(startup=True, **query)[0]} == expected


HOLDING = [
    ({"ip": ATTACKER}, [ATTACKER]), ({"ip": "203.0.113.10"}, None), ({"ip": "2001:db8::99"}, ["2001:db8::/64"]),
    ({"range": "203.0.113.0/24"}, None), ({"range": "203.0.113.0/24", "contains": "false"}, [ATTACKER]),
    ({"scope": "ip", "value": ATTACKER}, [ATTACKER]), ({"scope": "country", "value": "FR"}, None),
    ({"ip": ATTACKER, "type": "captcha"}, None), ({"scope": "range"}, ["2001:db8::/64"]), ({}, ["2001:db8::/64", ATTACKER]),
]  # fmt: skip


@pytest.mark.parametrize(("query", "expected"), HOLDING)
def test_a_bouncer_asks_about_a_visitor(bouncer, query, expected):
    ban(ATTACKER), ban("2001:db8::1")
    held = bouncer.held(**query)
    assert held == expected or sorted(held or []) == sorted(expected or [])


def test_what_is_no_address_is_refused(bouncer):
    assert bouncer.get(HELD, ip="nonsense").status_code == 400


@pytest.mark.parametrize("path", [STREAM, HELD])
def test_a_head_says_that_the_key_is_good_and_is_no_call(bouncer, path):
    ban(ATTACKER)
    answer = bouncer._client.head(path)
    assert (answer.status_code, answer.content) == (200, b"")
    assert not Bouncer.objects.exists()


@pytest.mark.parametrize("path", [STREAM, HELD])
class TestWhoMayRead:
    def test_a_key_without_the_scope_is_told_its_name(self, api_key, path):
        answer = Caller(api_key).get(path)
        assert (answer.status_code, "'bans'" in answer.json()["message"]) == (403, True)

    def test_a_key_of_somebody_who_is_no_longer_staff_is_refused(self, owner, bouncer, path):
        owner.role = "trader"
        owner.save()
        assert bouncer.get(path).status_code == 403

    def test_a_wrong_key_is_refused_and_counts_as_a_guess(self, db, path):
        answer = Caller("oa_live_wrong").get(path)
        assert (answer.status_code, answer.json()["message"]) == (403, "Invalid openalgo apikey")
        assert probes.tally.of("127.0.0.1")

    def test_a_key_in_the_query_is_none(self, client, token, path):
        assert client.get(path, {"apikey": token, "api_key": token}).status_code == 400

    def test_a_session_is_no_key(self, client, owner, path):
        client.force_login(owner)
        assert client.get(path).status_code == 400

    def test_too_many_calls_are_told_when_to_come_again(self, bouncer, one_minute, path):
        answers = [bouncer.get(path) for _ in range(61)]
        assert [each.status_code for each in answers[-2:]] == [200, 429]
        assert "Retry-After" in answers[-1]

    def test_other_methods_are_not_answered(self, client, path):
        answer = client.post(path)
        assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")


def test_a_call_leaves_the_ban_list_and_its_sequence_alone(bouncer):
    ban(ATTACKER)
    before = propagation.current()
    bouncer.stream()
    assert propagation.current() == before


def test_behind_https_a_bouncer_on_the_same_machine_is_not_sent_elsewhere(bouncer, settings):
    settings.SECURE_SSL_REDIRECT = True
    assert bouncer.get(HELD).status_code == 200
