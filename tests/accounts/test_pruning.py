"""Sessions that ended long ago are forgotten, in the background."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts import sessions
from accounts.models import Session
from security import background, policy
from security.actors import COMMAND_LINE

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(("days", "left"), [(90, 1), (92, 0)])
def test_an_ended_session_is_kept_for_ninety_days(client, owner, days, left):
    client.force_login(owner)
    with time_machine.travel(timezone.now() + timedelta(days=days)):
        sessions.prune()
    assert Session.objects.count() == left


def test_the_policy_says_for_how_long(client, owner):
    client.force_login(owner)
    policy.change({"session_days": 7}, by=COMMAND_LINE)
    with time_machine.travel(timezone.now() + timedelta(days=9)):
        assert sessions.prune() == 1


def test_a_live_session_stays(client, owner):
    client.force_login(owner)
    assert sessions.prune() == 0


def test_one_process_does_it_every_day():
    job = background._jobs["forget old sessions"]
    assert (job.run, job.every) == (sessions.prune, timedelta(days=1))
