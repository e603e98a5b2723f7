"""A bouncer of the owner's."""

import pytest

from apiauth import keys
from apiauth.scopes import Scope
from security.actors import COMMAND_LINE
from tests.apiauth.bouncer import Bouncer


@pytest.fixture
def bans_key(owner) -> str:
    return keys.issue(owner, by=COMMAND_LINE, name="bouncer", scopes={Scope.BANS}).token


@pytest.fixture
def bouncer(bans_key) -> Bouncer:
    return Bouncer(bans_key)
