"""A change of a user reaches the user's keys; one that concerns no key moves nothing."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apiauth import keys, registry
from apiauth.models import ApiKey
from security import propagation
from security.actors import COMMAND_LINE
from tests.apiauth.checking import kind, learn, row


def test_a_disabled_users_keys_stop_at_the_next_catch_up(owner, api_key):
    assert kind(api_key) is None
    owner.is_active = False
    learn(owner.save(update_fields=["is_active"]))
    assert kind(api_key) is keys.Kind.DISABLED


def test_a_renamed_user_is_known_by_the_new_name(owner, api_key):
    assert kind(api_key) is None
    owner.username = "landlord"
    learn(owner.save())
    entry = registry.find(row(api_key).kid)
    assert entry
    assert entry.username == "landlord"


@pytest.mark.parametrize("field", ["password", "email"])
def test_a_password_or_address_moves_no_key(owner, api_key, field):
    before = propagation.current()
    owner.save(update_fields=[field])
    assert propagation.current() == before


def test_a_user_without_keys_moves_nothing(owner):
    before = propagation.current()
    owner.save()
    assert propagation.current() == before


def test_a_deleted_user_takes_the_keys_along(owner, api_key):
    assert kind(api_key) is None
    learn(owner.delete())
    assert kind(api_key) is keys.Kind.UNKNOWN


@pytest.mark.parametrize(
    "impossible",
    [{"kid": "short"}, {"name": ""}, {"scopes": ""}, {"scopes": "read,root"}, {"tag": b"7 bytes"}, {"digest": "plain"}],
)
def test_the_database_refuses_an_impossible_key(api_key, impossible):
    with pytest.raises(IntegrityError), transaction.atomic():
        ApiKey.objects.update(**impossible)


def test_the_database_refuses_a_successor_without_an_end(api_key, owner):
    other = keys.issue(owner, by=COMMAND_LINE, name="other").key
    with pytest.raises(IntegrityError), transaction.atomic():
        ApiKey.objects.filter(kid=row(api_key).kid).update(successor=other)


def test_the_database_refuses_a_key_that_was_never_alive(api_key):
    with pytest.raises(IntegrityError), transaction.atomic():
        ApiKey.objects.update(expires=row(api_key).created, created=timezone.now())
