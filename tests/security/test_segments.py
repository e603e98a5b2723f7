"""Old stretches leave the database sealed and archived, or not at all; exports and archives verify without it."""

import json
import stat
from datetime import timedelta

import pytest
from django.conf import settings as live
from django.db import connection

from security import archives, audit, entries, segments, triggers, verification
from security.actors import COMMAND_LINE
from security.audit import Act
from security.chain import Kind, Place
from security.models import AuditEntry, AuditSegment
from security.segments import NotPruned
from tests.security.chains import BEGAN, cut, edit, make

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
ROWS = 10


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    verification.forget()
    triggers.install(connection)
    return tmp_path


@pytest.fixture
def rows(db) -> Place:
    """One a day."""
    return make(ROWS, step=DAY)


def prune(days: float = 5.5) -> list[AuditSegment]:
    """The first rows: row 1 is a day younger than BEGAN."""
    return segments.prune(BEGAN + days * DAY, by=COMMAND_LINE)


def found() -> tuple[Kind, int] | None:
    broken = verification.verify().broken
    return (broken.kind, broken.seq) if broken else None


def test_old_rows_leave_and_the_chain_stays_whole(rows):
    assert [(each.first, each.last) for each in prune()] == [(1, 5)]
    assert (entries.first(), found(), verification.verify().segments) == (6, None, 1)


def test_the_archive_verifies_alone_and_is_its_owners(rows, folder):
    path = folder / prune()[0].archive
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    report = archives.verify(path, live.AUDIT_KEYS)
    assert (report.rows, report.end.seq, report.broken) == (5, 5, None)


def test_pruning_is_told_of_in_the_chain(rows):
    prune()
    entry = AuditEntry.objects.get(act="audit:segment:prune")
    assert (entry.about, json.loads(entry.after)["archive"]) == ("1 to 5", "audit-1-5.jsonl")


def test_segments_follow_each_other(rows):
    prune(3.5)
    prune(7.5)
    assert list(AuditSegment.objects.values_list("first", "last")) == [(1, 3), (4, 7)]
    assert found() is None


def test_a_long_stretch_becomes_several_segments(rows, monkeypatch):
    monkeypatch.setattr(segments, "ROWS", 2)
    assert [each.archive for each in prune()] == ["audit-1-2.jsonl", "audit-3-4.jsonl", "audit-5-5.jsonl"]
    assert found() is None


def test_the_newest_row_always_stays(rows):
    assert prune(900)[0].last == ROWS - 1
    assert found() is None


def test_nothing_old_is_nothing_done(rows, folder):
    assert prune(0) == []
    assert [path.name for path in folder.iterdir()] == [".pruning"]


def test_the_next_row_follows_a_chain_that_was_pruned(rows):
    prune(900)
    with audit.change():
        audit.record(Act.BAN_LIFTED, by=COMMAND_LINE)
    assert found() is None


@pytest.mark.parametrize(("column", "value"), [("mac", "'x'"), ("about", "'x'")])
def test_a_broken_stretch_is_not_pruned(rows, folder, column, value):
    triggers.remove(connection)
    edit(column, value, 3)
    with pytest.raises(NotPruned, match=r"row 3|Row 3"):
        prune()
    assert (AuditEntry.objects.count(), list(folder.glob("*.jsonl*"))) == (ROWS, [])


def test_what_cannot_be_archived_stays(rows, folder):
    (folder / "audit-1-5.jsonl.new").mkdir()
    with pytest.raises(OSError, match="directory"):
        prune()
    assert (AuditEntry.objects.count(), AuditSegment.objects.count()) == (ROWS, 0)


@pytest.mark.parametrize("step", ["archives.write", "audit.record", "propagation.bump"])
def test_a_failure_at_any_step_changes_nothing(rows, monkeypatch, step):
    monkeypatch.setattr(f"security.segments.{step}", lambda *args, **more: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        prune()
    assert (AuditEntry.objects.count(), AuditSegment.objects.count(), found()) == (ROWS, 0, None)


def test_the_archive_of_a_prune_that_was_killed_is_replaced(rows, folder):
    (folder / "audit-1-4.jsonl").write_text("left behind")
    prune()
    assert [path.name for path in folder.glob("*.jsonl*")] == ["audit-1-5.jsonl"]


@pytest.mark.parametrize("column", ["count", "mac_before", "mac", "archive", "sha256", "closed_by", "closed", "seal"])
def test_an_edited_segment_is_found(rows, column):
    prune()
    values = {"count": 5, "closed": BEGAN, "closed_by": "nobody", "archive": "elsewhere"}
    edited = {column: values.get(column, "ab" * 32)}
    if column == "count":
        edited = {"first": 1, "last": 4, "count": 4}
    AuditSegment.objects.update(**edited)
    assert found() == (Kind.SEGMENT, 1)


def test_a_segment_that_vanished_is_a_gap(rows):
    prune(3.5)
    prune(7.5)
    AuditSegment.objects.filter(first=1).delete()
    assert found() == (Kind.GAP, 1)
    AuditSegment.objects.all().delete()
    assert found() == (Kind.GAP, 1)


def test_a_row_put_back_into_a_closed_segment_is_found(rows):
    old = AuditEntry.objects.get(pk=2)
    prune()
    old.save(force_insert=True)
    assert found() == (Kind.SEGMENT, 2)


def test_segments_under_an_old_key_still_verify(rows, settings):
    prune()
    settings.AUDIT_KEYS = (("k2", b"2" * 32), *settings.AUDIT_KEYS)
    assert found() is None
    settings.AUDIT_KEYS = settings.AUDIT_KEYS[:1]
    assert found() == (Kind.UNKNOWN_KEY, 1)


def test_a_glance_goes_on_behind_a_pruned_stretch(rows):
    assert verification.glance().broken is None
    make(5, after=rows, step=DAY)
    prune(900)
    assert verification.glance().broken is None


def test_a_gap_stops_the_pruning(rows):
    triggers.remove(connection)
    cut(3, 5)
    with pytest.raises(NotPruned):
        prune()
