"""Impossible rows are refused by the database itself."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from security.addresses import network
from security.identifiers import uuid7
from security.models import Ban

pytestmark = pytest.mark.django_db


def row(**changes: Any) -> Ban:
    target = network("203.0.113.9")
    fields: dict[str, Any] = {
        "seq": 1, "cidr": str(target), "start": target.first, "end": target.last, "reason": "r", "scenario": "s",
        "origin": "auto", "actor": "a", **changes,
    }  # fmt: skip
    return Ban.objects.create(**fields)


def test_a_whole_row_is_kept():
    row().refresh_from_db()
    assert len(bytes(Ban.objects.get().start)) == 16


@pytest.mark.parametrize(
    "changes",
    [
        {"reason": ""}, {"cidr": ""}, {"actor": ""}, {"scenario": ""}, {"action": "x"}, {"origin": "x"}, {"state": "x"},
        {"start": b"short"}, {"end": bytes(16)}, {"expires": timezone.now() - timedelta(days=1)}, {"state": "lifted"},
        {"lifted": timezone.now()}, {"lifted_by": "a"}, {"state": "lifted", "lifted": timezone.now()},
    ],
    ids=lambda changes: " ".join(f"{name}" for name in changes),
)  # fmt: skip
def test_an_impossible_row_is_refused(changes):
    with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
        row(**changes)


def test_one_range_has_one_active_row_per_action():
    row()
    row(action="throttle")
    row(state="expired")
    with pytest.raises(IntegrityError), transaction.atomic():
        row()


def test_identifiers_sort_by_time_and_say_their_version():
    first = uuid7()
    later = uuid7()
    assert (first.version, first.variant) == (7, "specified in RFC 4122")
    assert first.int >> 80 <= later.int >> 80
