"""Impossible entries of the allow list, and impossible offenders, are refused by the database itself."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from security.addresses import network
from security.models import Allow, Evidence, Offender

pytestmark = pytest.mark.django_db


def row(**changes: Any) -> Allow:
    target = network("203.0.113.9")
    fields: dict[str, Any] = {
        "seq": 1,
        "cidr": str(target),
        "start": target.first,
        "end": target.last,
        "note": "n",
        "actor": "a",
    }
    return Allow.objects.create(**fields | changes)


def test_a_whole_entry_is_kept():
    row()
    assert bytes(Allow.objects.get().start) == network("203.0.113.9").first


@pytest.mark.parametrize(
    "changes",
    [
        {"note": ""}, {"cidr": ""}, {"actor": ""}, {"start": b"short"}, {"end": bytes(16)}, {"end": b"short"},
        {"expires": timezone.now() - timedelta(days=1)}, {"removed": timezone.now()}, {"removed_by": "a"},
    ],
    ids=" ".join,
)  # fmt: skip
def test_an_impossible_entry_is_refused(changes):
    with pytest.raises(DatabaseError), transaction.atomic():
        row(**changes)


def test_one_range_has_one_entry_in_force():
    row()
    row(removed=timezone.now(), removed_by="a")
    with pytest.raises(IntegrityError), transaction.atomic():
        row()


def test_one_subject_is_one_offender():
    Offender.objects.create(subject="203.0.113.9", last=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        Offender.objects.create(subject="203.0.113.9", last=timezone.now())


def test_offences_are_counted_from_nothing_upwards():
    with pytest.raises(DatabaseError), transaction.atomic():
        Offender.objects.create(subject="203.0.113.9", last=timezone.now(), count=-1)


def test_evidence_belongs_to_a_ban():
    with pytest.raises(IntegrityError), transaction.atomic():
        Evidence.objects.create(at=timezone.now(), sample="x")
