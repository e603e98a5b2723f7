"""Last use: counted in memory, written rarely, never lost to a busy database."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError

from apiauth import usage
from tests.apiauth.checking import row


def test_many_uses_are_one_write(api_key, django_assert_num_queries):
    key = row(api_key)
    with django_assert_num_queries(0):
        for _ in range(5):
            usage.note(key.pk, address="203.0.113.9")
    usage.flush()
    assert (row(api_key).uses, row(api_key).last_address) == (5, "203.0.113.9")


def test_counts_add_up_over_flushes(api_key):
    for _ in range(2):
        usage.note(row(api_key).pk, address="2001:db8::1")
        usage.flush()
    assert row(api_key).uses == 2


def test_an_earlier_use_of_another_process_does_not_turn_time_back(api_key, time_machine):
    time_machine.move_to(datetime(2026, 11, 23, 10, tzinfo=UTC), tick=False)
    usage.note(row(api_key).pk, address="203.0.113.9")
    type(row(api_key)).objects.update(last_used=datetime.now(UTC) + timedelta(seconds=1), last_address="198.51.100.1")
    usage.flush()
    assert (row(api_key).uses, row(api_key).last_address) == (1, "198.51.100.1")


def test_what_cannot_be_written_is_kept(api_key, monkeypatch):
    usage.note(row(api_key).pk, address="203.0.113.9")
    with monkeypatch.context() as patch, pytest.raises(OperationalError):
        patch.setattr(usage, "_write", lambda pk, use: (_ for _ in ()).throw(OperationalError("locked")))
        usage.flush()
    usage.flush()
    assert row(api_key).uses == 1


@pytest.mark.django_db(transaction=True)
def test_it_is_written_without_a_further_request(api_key, monkeypatch):
    written = threading.Event()
    alone = usage._flush_alone
    monkeypatch.setattr(usage, "FLUSH_EVERY", 0.01)

    def told() -> None:
        alone()
        written.set()

    monkeypatch.setattr(usage, "_flush_alone", told)
    usage.note(row(api_key).pk, address="203.0.113.9")
    assert written.wait(10)
    assert row(api_key).uses == 1
