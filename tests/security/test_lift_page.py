"""The page that asks before a lift."""

import pytest
from django.urls import reverse

from security import bans
from security.actors import COMMAND_LINE
from security.models import Action


@pytest.mark.parametrize(("action", "said"), [(Action.BAN, "may knock again"), (Action.THROTTLE, "is slowed no more")])
def test_it_says_what_a_lift_ends(client, owner, action, said):
    client.force_login(owner)
    bans.ban("203.0.113.7", reason="r", origin="operator", by=COMMAND_LINE, duration=None, action=action)
    assert said in client.get(reverse("lift_ban"), {"cidr": "203.0.113.7/32"}).content.decode()
