"""Background work leaves the interpreter to requests between its pieces, and its rows pass the ORM by."""

import pytest
from django.db import DatabaseError

from security import bulk, pieces
from security.models import Probe

COLUMNS = ("subject", "scenario", "digest", "weight", "at", "sample", "seq")


@pytest.fixture
def rests(monkeypatch) -> list[float]:
    found: list[float] = []
    monkeypatch.setattr("security.pieces.time.sleep", found.append)
    return found


def rows(count: int) -> list[tuple[object, ...]]:
    return [("203.0.113.9/32", "keys", number.to_bytes(16), 1, bulk.instant(0), "", 0) for number in range(count)]


def test_it_rests_between_pieces_and_not_after_the_last(rests):
    assert [len(some) for some in pieces.of(range(5), size=2)] == [2, 2, 1]
    assert len(rests) == 2


def test_it_rests_in_proportion_and_never_long(rests, monkeypatch):
    clock = iter([0.0, 0.001, 1.0, 2.0, 3.0])
    monkeypatch.setattr("security.pieces.time.monotonic", lambda: next(clock))
    list(pieces.of(range(3), size=1))
    assert rests == [pytest.approx(pieces.REST * 0.001), pieces.LONGEST]


def test_nothing_is_no_piece(rests):
    assert (list(pieces.of([])), rests) == ([], [])


@pytest.mark.django_db
def test_all_rows_come_in_however_many():
    assert bulk.insert("security_probe", COLUMNS, rows(2 * pieces.PIECE + 1)) == 2 * pieces.PIECE + 1
    assert Probe.objects.count() == 2 * pieces.PIECE + 1


@pytest.mark.django_db
def test_what_stands_stays_where_that_is_asked_for():
    bulk.insert("security_probe", COLUMNS, rows(2))
    assert bulk.insert("security_probe", COLUMNS, rows(3), or_leave=True) == 1
    assert Probe.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_what_stands_is_an_error_else():
    bulk.insert("security_probe", COLUMNS, rows(2))
    with pytest.raises(DatabaseError):
        bulk.insert("security_probe", COLUMNS, rows(3))
