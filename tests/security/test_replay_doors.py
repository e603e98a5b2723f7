"""/security/replay/ and replay_bans: the same answer for operators at both doors, and one sentence for what cannot be read."""

import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from security import bans, policy
from security.actors import COMMAND_LINE
from security.models import AuditEntry, Ban, Policy, TrafficEntry
from tests.forms import fields_of

URL = "/security/replay/"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def operator(owner) -> Client:
    client = Client()
    client.force_login(owner)
    return client


@pytest.fixture
def six_keys():
    """Tried by one, who was not banned for them; by another, who was banned though nothing is recorded of it."""
    for number in range(6):
        TrafficEntry.objects.create(
            at=timezone.now() - timedelta(minutes=30 - number), subject="203.0.113.9", method="POST", path="/api/v1/ping",
            status=403, tried=[["bad-keys", 1, f"{number:032x}"]],
        )  # fmt: skip
    bans.punish("198.51.100.7", reason="a burst", scenario="unknown-paths")


def said(capsys: pytest.CaptureFixture[str], *args: str) -> str:
    capsys.readouterr()
    call_command("replay_bans", *args)
    return capsys.readouterr().out


def test_the_form_comes_with_what_is_in_force(operator):
    policy.change({"bad_keys": 7}, by=COMMAND_LINE)
    policy.apply(0)
    assert fields_of(operator.get(URL))["bad_keys"] == ["7"]


def test_the_page_names_whom_a_lower_threshold_would_have_banned(operator, six_keys):
    page = operator.get(URL, {**fields_of(operator.get(URL)), "bad_keys": "6"}).content.decode()
    assert "6 distinct bad API keys within 24 h" in page
    assert page.index("1 would have been banned") < page.index("203.0.113.9") < page.index("1 banned, and would not have been")
    assert page.index("1 banned, and would not have been") < page.index("198.51.100.7")


def test_what_is_left_empty_is_as_in_force(operator, six_keys):
    assert "0 would have been banned" in operator.get(URL, {"since": "1 d"}).content.decode()


def test_the_page_says_why_automation_would_leave_somebody_be(operator, six_keys, settings):
    settings.TRUSTED_PROXIES = ["203.0.113.0/24"]
    assert "holds a trusted proxy" in operator.get(URL, {"since": "1 d", "bad_keys": "6"}).content.decode()


def test_more_than_a_page_looks_at_is_cut_with_a_sentence(operator, six_keys, monkeypatch):
    monkeypatch.setattr("security.replay_form.MOST", 3)
    assert "<strong>This is not all</strong>" in operator.get(URL, {"since": "1 d"}).content.decode()


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("since", "8 d", "A time from 1 min to 1 w"), ("since", "", "This field is required."),
        ("since", "permanent", "A time from 1 min to 1 w"), ("bad_keys", "many", "A whole number from 1 to 64."),
        ("path_burst", "nan", "A number from 1 to 59."), ("path_leak", "0\x00", "A time from 0.1 s to 1 d"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said_beside_its_field(operator, name, text, sentence):
    answer = operator.get(URL, {"since": "1 d", name: text})
    assert (answer.status_code, sentence in answer.content.decode()) == (400, True)
    assert answer.content.decode().count('class="errorlist"') == 1


def test_a_trader_may_not_look(second_user):
    client = Client()
    client.force_login(second_user)
    assert client.get(URL).status_code == 403


def test_nothing_is_changed_by_either_door(operator, six_keys, capsys):
    before = [AuditEntry.objects.count(), Ban.objects.count(), Policy.objects.count()]
    operator.get(URL, {"since": "1 d", "bad_keys": "6"})
    said(capsys, "--set", "bad_keys=6")
    assert [AuditEntry.objects.count(), Ban.objects.count(), Policy.objects.count()] == before


def test_the_command_says_the_same(six_keys, capsys):
    lines = said(capsys, "--since", "2h", "--set", "bad_keys=6")
    assert "203.0.113.9  bad-keys: 6 distinct bad API keys within 24 h. In fact: nothing." in lines
    assert "Were banned, and would not have been: 1." in lines


def test_the_command_answers_programs(six_keys, capsys):
    found = json.loads(said(capsys, "--set", "bad_keys=6", "--json"))
    assert [(each["subject"], each["scenario"], each["real"]) for each in found["would"]] == [("203.0.113.9", "bad-keys", None)]
    assert [each["subject"] for each in found["would_not"]] == ["198.51.100.7"]


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (("--set", "bad_keys"), "'bad_keys' is no FIELD=VALUE, such as path_day=10."),
        (("--set", "jitter=1"), "'jitter' cannot be replayed: set one of bad_keys"),
        (("--set", "bad_keys=0"), "bad_keys: A whole number from 1 to 64."),
        (("--since", "8d"), "--since: A time from 1 min to 1 w"),
        (("--since", "permanent"), "--since: A time from 1 min to 1 w"),
    ],
)
def test_the_command_refuses_in_one_sentence(args, sentence):
    with pytest.raises(CommandError, match=sentence):
        call_command("replay_bans", *args)
