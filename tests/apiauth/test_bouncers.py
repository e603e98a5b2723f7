"""The decisions stream: all at the start, then what changed since this bouncer's last call, whatever happened in between."""

import pytest
import time_machine

from apiauth import keys
from apiauth.models import ApiKey
from apiauth.models import Bouncer as Place
from apiauth.scopes import Scope
from security import allows, bans, propagation
from security.actors import COMMAND_LINE
from security.bans import DAY
from security.models import Action, Ban, Sequence
from tests.apiauth.bouncer import STREAM, Bouncer, ban

pytestmark = pytest.mark.django_db(transaction=True)

ATTACKER = "203.0.113.9"


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
    other = Bouncer(keys.issue(owner, by=COMMAND_LINE, name="other", scopes={Scope.BANS}).token)
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
    assert Place.objects.count() == 1
    ApiKey.objects.all().delete()
    assert not Place.objects.exists()


def test_a_call_leaves_the_ban_list_and_its_sequence_alone(bouncer):
    ban(ATTACKER)
    before = propagation.current()
    bouncer.stream()
    assert propagation.current() == before
