"""The keys in a process's memory: learnt through the sequence, at the price of one question."""

import pytest
from django.db import DatabaseError, transaction

from apiauth import keys, registry
from apiauth.models import ApiKey
from security import propagation
from security.actors import COMMAND_LINE
from tests.apiauth.checking import kind, row


@pytest.fixture
def known(api_key) -> int:
    """The number up to which this process has learnt one key."""
    assert registry.find(row(api_key).kid)
    return propagation.current()


def test_finding_a_key_asks_no_database(api_key, known, django_assert_num_queries):
    kid = row(api_key).kid
    with django_assert_num_queries(0):
        assert registry.find(kid)
        assert registry.find("nobody") is None


def test_a_move_of_others_costs_one_question(known, django_assert_num_queries):
    with django_assert_num_queries(1):
        registry.apply(known)


def test_a_new_key_is_learnt_beside_the_known(owner, api_key, known):
    second = keys.issue(owner, by=COMMAND_LINE, name="second").key
    registry.apply(known)
    assert registry.find(second.kid)
    assert registry.find(row(api_key).kid)


def test_a_vanished_row_reloads_everything(owner, api_key, known):
    second = keys.issue(owner, by=COMMAND_LINE, name="second").key
    ApiKey.objects.exclude(pk=second.pk).delete()
    registry.apply(known)
    assert (registry.find(second.kid) is None, kind(api_key)) == (False, keys.Kind.UNKNOWN)


def test_an_unreadable_table_keeps_what_was_known(api_key, known, monkeypatch, caplog):
    monkeypatch.setattr(registry, "_read", lambda after: (_ for _ in ()).throw(DatabaseError("gone")))
    with transaction.atomic():
        propagation.bump()
    assert not propagation.catch_up()
    assert kind(api_key) is None


def test_no_key_opens_before_the_table_was_read(api_key, monkeypatch):
    monkeypatch.setattr(registry, "_read", lambda after: (_ for _ in ()).throw(DatabaseError("gone")))
    with pytest.raises(DatabaseError):
        kind(api_key)


def test_a_key_read_anew_is_the_known_one_while_nothing_changed(api_key, known, django_assert_num_queries):
    entry = registry.find(row(api_key).kid)
    assert entry
    with django_assert_num_queries(1):
        assert registry.reread(entry) is entry
