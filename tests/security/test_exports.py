"""Exports verify without a database, and whatever is done to such a file is found."""

from datetime import timedelta

import pytest
from django.conf import settings as live
from django.db import connection

from security import archives, entries, exports, segments, triggers
from security.actors import COMMAND_LINE
from security.archives import NotAnArchive
from security.chain import START, Kind, Place
from security.exports import NotExported
from security.models import AuditEntry
from tests.security.chains import BEGAN, edit, make

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
ROWS = 10


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    triggers.install(connection)
    return tmp_path


@pytest.fixture
def rows(db) -> Place:
    """One a day; row 1 is a day younger than BEGAN."""
    return make(ROWS, step=DAY)


def test_an_export_verifies_and_is_audited(rows, folder):
    exports.write(exports.choose(), folder / "out", by=COMMAND_LINE)
    assert archives.verify(folder / "out", live.AUDIT_KEYS).rows == ROWS
    assert AuditEntry.objects.get(seq=ROWS + 1).act == "audit:chain:export"


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [({"first": 3}, 3, 10), ({"last": 4}, 1, 4), ({"since": BEGAN + 6.5 * DAY}, 7, 10), ({"first": 2, "last": 2}, 2, 2)],
)
def test_a_stretch_of_any_bounds_verifies(rows, folder, asked, first, last):
    stretch = exports.choose(**asked)
    exports.write(stretch, folder / "out", by=COMMAND_LINE)
    assert (stretch.first, stretch.last, archives.verify(folder / "out", live.AUDIT_KEYS).broken) == (first, last, None)


@pytest.mark.parametrize(
    "asked", [{"first": 11}, {"last": 0}, {"first": 5, "last": 4}, {"since": BEGAN + 90 * DAY}, {"last": 99}]
)
def test_rows_that_are_not_there_are_not_exported(rows, asked):
    with pytest.raises(NotExported, match="holds 1 to 10"):
        exports.choose(**asked)


def test_rows_that_left_are_found_in_their_archive(rows):
    segments.prune(BEGAN + 5.5 * DAY, by=COMMAND_LINE)
    with pytest.raises(NotExported, match=r"audit-1-5\.jsonl"):
        exports.choose(first=2)


def test_an_export_that_cannot_be_told_of_is_not_written(rows, folder, monkeypatch):
    monkeypatch.setattr(entries, "insert", lambda row: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        exports.write(exports.choose(), folder / "out", by=COMMAND_LINE)
    assert not (folder / "out").exists()


def test_a_broken_stretch_is_exported_as_it_is(rows, folder):
    triggers.remove(connection)
    edit("about", "'x'", 4)
    assert exports.write(exports.choose(), folder / "out", by=COMMAND_LINE).broken
    broken = archives.verify(folder / "out", live.AUDIT_KEYS).broken
    assert broken
    assert (broken.kind, broken.seq) == (Kind.EDIT, 4)


def tampered(lines: list[bytes]) -> dict[str, list[bytes]]:
    return {
        "edit": [*lines[:4], lines[4].replace(b"ban:order", b"ban:lift"), *lines[5:]],
        "gap": [*lines[:4], *lines[5:]],
        "truncation": lines[:-1],
        "noise": [*lines[:4], b"noise\n", *lines[5:]],
        "torn": [*lines[:-1], lines[-1][:40]],
    }


FOUND = [("edit", Kind.EDIT, 4), ("gap", Kind.GAP, 4), ("truncation", Kind.TRUNCATION, 10), ("noise", Kind.EDIT, 4)]


@pytest.mark.parametrize(("how", "kind", "seq"), [*FOUND, ("torn", Kind.EDIT, 10)])
def test_a_file_that_was_tampered_with_is_found(rows, folder, how, kind, seq):
    archives.write(folder / "out", start=START, last=ROWS)
    (folder / "out").write_bytes(b"".join(tampered((folder / "out").read_bytes().splitlines(keepends=True))[how]))
    broken = archives.verify(folder / "out", live.AUDIT_KEYS).broken
    assert broken
    assert (broken.kind, broken.seq) == (kind, seq)


def test_a_file_that_goes_on_is_found(rows, folder):
    archives.write(folder / "long", start=START, last=ROWS)
    archives.write(folder / "out", start=START, last=4)
    rest = (folder / "long").read_bytes().splitlines(keepends=True)[5:]
    (folder / "out").write_bytes((folder / "out").read_bytes() + b"".join(rest))
    assert archives.verify(folder / "out", live.AUDIT_KEYS).broken


@pytest.mark.parametrize("line", [b"", b"\xff", b"[]", b"{}", b"[" * 100_000, b'{"audit": 1, "seal": "00"}'])
def test_what_is_no_export_is_refused(folder, line):
    (folder / "out").write_bytes(line)
    with pytest.raises(NotAnArchive, match="header"):
        archives.verify(folder / "out", live.AUDIT_KEYS)


def test_an_edited_header_is_refused(rows, folder):
    archives.write(folder / "out", start=START, last=ROWS)
    (folder / "out").write_bytes((folder / "out").read_bytes().replace(b'"last": 10', b'"last": 9', 1))
    with pytest.raises(NotAnArchive, match="seal"):
        archives.verify(folder / "out", live.AUDIT_KEYS)
