"""The life of a key: issue, rotate, revoke."""

import pytest
from django.utils import timezone

from apiauth import keys
from apiauth.errors import KeyRefused, NoSuchKey
from apiauth.keys import Overlap
from apiauth.models import ApiKey
from apiauth.scopes import Scope
from security.actors import COMMAND_LINE
from tests.apiauth.checking import row


def test_revoking_twice_keeps_the_first_moment(api_key):
    first = keys.revoke(row(api_key).kid, by=COMMAND_LINE).revoked
    assert keys.revoke(row(api_key).kid, by=COMMAND_LINE).revoked == first


def test_each_change_moves_the_version_and_the_sequence(api_key):
    before = row(api_key)
    after = keys.revoke(before.kid, by=COMMAND_LINE)
    assert after.version == before.version + 1
    assert after.seq > before.seq


def test_a_successor_inherits_the_rights(owner):
    old = keys.issue(owner, by=COMMAND_LINE, name="bot", scopes={Scope.READ}, addresses=["203.0.113.0/24"], test=True)
    new = keys.rotate(old.key.kid, overlap=Overlap.DAY, by=COMMAND_LINE)
    assert (new.key.name, new.key.scopes, new.key.addresses, new.key.test) == ("bot", "read", ["203.0.113.0/24"], True)
    assert row(old.token).successor == new.key


def test_a_key_is_rotated_once(api_key):
    keys.rotate(row(api_key).kid, overlap=Overlap.DAY, by=COMMAND_LINE)
    with pytest.raises(KeyRefused, match="rotated already"):
        keys.rotate(row(api_key).kid, overlap=Overlap.DAY, by=COMMAND_LINE)


def test_a_refused_rotation_leaves_no_successor(api_key):
    keys.revoke(row(api_key).kid, by=COMMAND_LINE)
    with pytest.raises(KeyRefused, match="revoked"):
        keys.rotate(row(api_key).kid, overlap=Overlap.DAY, by=COMMAND_LINE)
    assert ApiKey.objects.count() == 1


@pytest.mark.parametrize(("verb", "more"), [(keys.revoke, {}), (keys.rotate, {"overlap": Overlap.NOW})])
def test_an_unknown_id_is_named(db, verb, more):
    with pytest.raises(NoSuchKey, match="nobody"):
        verb("nobody", by=COMMAND_LINE, **more)


@pytest.mark.parametrize("name", ["", "   ", "x" * 65, "two\nlines"])
def test_a_name_is_required_and_printable(owner, name):
    with pytest.raises(KeyRefused, match="name"):
        keys.issue(owner, by=COMMAND_LINE, name=name)


@pytest.mark.parametrize("text", ["office", "203.0.113.9/8", "203.0.113.0/33", ""])
def test_a_bad_address_is_named(owner, text):
    with pytest.raises(KeyRefused, match="no address"):
        keys.issue(owner, by=COMMAND_LINE, name="k", addresses=[text])


def test_an_expiry_in_the_past_is_refused(owner):
    with pytest.raises(KeyRefused, match="past"):
        keys.issue(owner, by=COMMAND_LINE, name="k", expires=timezone.now())


def test_live_keys_are_limited_per_user(owner, api_key, monkeypatch):
    monkeypatch.setattr(keys, "MAX_LIVE_KEYS", 1)
    with pytest.raises(KeyRefused, match="revoke one"):
        keys.issue(owner, by=COMMAND_LINE, name="second")
    keys.revoke(row(api_key).kid, by=COMMAND_LINE)
    assert keys.issue(owner, by=COMMAND_LINE, name="second")


def test_only_staff_may_hold_the_scope_bans(owner):
    owner.role = "trader"
    with pytest.raises(KeyRefused, match="staff"):
        keys.issue(owner, by=COMMAND_LINE, name="k", scopes={Scope.BANS})


def test_operators_get_no_key_that_trades(owner):
    owner.role = "operator"
    with pytest.raises(KeyRefused, match="does not trade: leave out the scope 'trade'"):
        keys.issue(owner, by=COMMAND_LINE, name="k")
    assert keys.issue(owner, by=COMMAND_LINE, name="k", scopes={Scope.READ, Scope.BANS}).key.scopes == "bans,read"


def test_the_secret_is_in_no_repr(owner):
    issued = keys.issue(owner, by=COMMAND_LINE, name="k")
    assert issued.token not in repr(issued)


def test_a_disabled_user_gets_no_key(owner):
    owner.is_active = False
    with pytest.raises(KeyRefused, match="disabled"):
        keys.issue(owner, by=COMMAND_LINE, name="k")
