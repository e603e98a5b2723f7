"""/security/policy/: operators change thresholds by form, beside whoever else does."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from security import policy, sudo
from security.actors import COMMAND_LINE
from security.models import AuditEntry, Policy
from security.policy import DEFAULTS
from tests.forms import fields_of

URL = "/security/policy/"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def operator(owner) -> Client:
    client = Client()
    client.force_login(owner)
    return client


def sent(operator: Client, **values: object) -> dict[str, object]:
    """The form as a browser sends it, with some fields filled in otherwise."""
    return fields_of(operator.get(URL)) | values


def test_a_threshold_is_changed(operator):
    answer = operator.post(URL, sent(operator, bad_keys="5"))
    assert (answer.status_code, policy.current().bad_keys) == (302, 5)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("path_burst", "7.5", 7.5), ("path_leak", "20 s", 20.0), ("ladder", "1h, 2h", (3600.0, 7200.0)),
        ("ladder_end", "permanent", None),
        ("widen_v4", "on", True), ("throttle", "5/s", (5, 1)), ("simulated", ["bad-keys"], frozenset({"bad-keys"})),
        ("preset", "active", "active"), ("rates.order", "5/s", {"order": (5, 1)}), ("probation", "0", 0.0),
    ],
)  # fmt: skip
def test_each_kind_is_read(operator, name, text, value):
    operator.post(URL, sent(operator, **{name: text}))
    assert getattr(policy.current(), name.partition(".")[0]) == value


def test_what_is_sent_unchanged_changes_nothing(operator):
    answer = operator.post(URL, sent(operator), follow=True)
    assert "Nothing was changed." in answer.content.decode()
    assert not AuditEntry.objects.exists()


def test_a_switch_is_turned_off(operator):
    fields = sent(operator)
    del fields["widen_v6"]
    operator.post(URL, fields)
    assert policy.current().widen_v6 is False


def test_an_emptied_field_is_the_default(operator):
    policy.change({"bad_keys": 5, "rates": {"api": (5, 1)}}, by=COMMAND_LINE)
    operator.post(URL, sent(operator, **{"bad_keys": "", "rates.api": ""}))
    assert policy.current() == DEFAULTS


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("bad_keys", {"rates": {"api": [5, 1]}}),
        ("rates.api", {"bad_keys": 5}),
        ("path_day", {"bad_keys": 5, "rates": {"api": [5, 1]}}),
    ],
)
def test_a_reset_leads_one_threshold_back(operator, name, left):
    policy.change({"bad_keys": 5, "rates": {"api": (5, 1)}}, by=COMMAND_LINE)
    operator.post(URL, {"reset": name})
    assert json.loads(Policy.objects.get().values) == left


def test_a_reset_of_nothing_changes_nothing(operator):
    assert "Nothing was changed." in operator.post(URL, {"reset": "nothing"}, follow=True).content.decode()


def test_a_reset_that_makes_no_sense_says_why(operator):
    policy.change({"ladder": [60], "ladder_end": 120}, by=COMMAND_LINE)
    assert "At least as long as" in operator.post(URL, {"reset": "ladder"}, follow=True).content.decode()


def test_what_somebody_else_changed_meanwhile_stays(operator):
    fields = sent(operator, path_day="30")
    policy.change({"bad_keys": 5}, by=COMMAND_LINE)
    operator.post(URL, fields)
    assert (policy.current().bad_keys, policy.current().path_day) == (5, 30.0)


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("bad_keys", "0", "A whole number from 1 to 64."),
        ("ladder", "2h, 1h", "Each time must be longer than the one before."),
        ("ladder_end", "1h", "At least as long as the last"),
        ("rates.page", "1/min", "or nobody could come and change it back."),
        ("rates.api", "0/s", "such as 60/min"),
        ("path_leak", "soon", "such as 90 s"),
        ("simulated", ["x"], "x is not one"),
        ("preset", "off", "off is not one"),
        ("path_day", "NaN", "A number from 1 to 59."),
        ("path_day", "60", "A number from 1 to 59."),
    ],
)  # fmt: skip
def test_a_refusal_stands_beside_its_field_and_nothing_is_changed(operator, name, text, sentence):
    answer = operator.post(URL, sent(operator, **{name: text, "clean_days": "7"}))
    assert sentence in answer.context["form"].errors[name][0]
    assert (answer.status_code, policy.current()) == (400, DEFAULTS)


def test_a_change_says_who_made_it(operator):
    operator.post(URL, sent(operator, bad_keys="5"))
    assert AuditEntry.objects.get(act="policy:values:change").actor == "owner"
    assert "Last changed by owner" in operator.get(URL).content.decode()


def test_a_change_asks_for_the_password_again(operator):
    fields = sent(operator, bad_keys="5")
    with time_machine.travel(timezone.now() + sudo.LASTS + timedelta(seconds=1), tick=False):
        answer = operator.post(URL, fields)
    assert (answer.status_code, policy.current()) == (403, DEFAULTS)


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_trader_has_no_policy_to_see(second_user, method):
    client = Client()
    client.force_login(second_user)
    assert getattr(client, method)(URL).status_code == 403


def test_rates_that_are_switched_off_are_told(operator, settings):
    settings.RATE_LIMITS = "off"
    assert "Request rates are switched off" in operator.get(URL).content.decode()


def test_the_admin_only_shows_the_policy(operator):
    policy.change({"bad_keys": 5}, by=COMMAND_LINE)
    page = operator.get(reverse("admin:security_policy_change", args=[1])).content.decode()
    assert "bad_keys" in page
    assert 'name="_save"' not in page
