"""Lines that outlive their process: whole ones alone, one owner a file, and no failure that anybody else feels."""

import os
from pathlib import Path

import pytest

from security import spool
from security.spool import Spool


@pytest.fixture
def mine(tmp_path):
    opened = Spool(tmp_path / "spool")
    opened.turn()
    yield opened
    opened.release()


def lines(path: Path, *, offset: int = 0, most: int = 100) -> list[bytes]:
    return [line for _, line in spool.read(path, offset, most=most).lines]


def fill_disk(monkeypatch, *, room: int) -> None:
    """As a full disk does: a part of what is written still goes in, and nothing after it."""
    write, left = os.write, [room]

    def short(fd: int, data: bytes) -> int:
        if not left[0]:
            raise OSError(28, "No space left on device")
        taken = write(fd, data[: left[0]])
        left[0] -= taken
        return taken

    monkeypatch.setattr(os, "write", short)


def test_what_was_written_is_read_in_order_from_any_line(mine):
    for line in (b"one\n", b"two\n", b"three\n"):
        mine.write(line)
    (path,) = mine.files()
    assert lines(path) == [b"one", b"two", b"three"]
    assert spool.read(path, 4, most=1) == spool.Batch([(4, b"two")], 8)


def test_a_torn_last_line_is_none(mine):
    mine.write(b"one\n")
    mine.write(b"tw")
    assert lines(mine.files()[0]) == [b"one"]


def test_others_cannot_adopt_what_has_an_owner(mine):
    with spool.adopted(mine.files()[0]) as ours:
        assert not ours


def test_what_a_dead_process_left_is_adopted_once(mine):
    (path,) = mine.files()
    mine.release()
    with spool.adopted(path) as first, spool.adopted(path) as second:
        assert (first, second) == (True, False)


def test_a_file_that_another_was_through_with_is_not_adopted_again(mine, monkeypatch):
    (path,) = mine.files()
    mine.release()
    opened = os.open

    def meanwhile(name: Path, flags: int) -> int:
        fd = opened(name, flags)
        path.unlink()
        return fd

    monkeypatch.setattr(os, "open", meanwhile)
    with spool.adopted(path) as ours:
        assert not ours


def test_a_full_file_makes_way_for_the_next(mine, monkeypatch):
    monkeypatch.setattr(spool, "LIMIT", 4)
    mine.write(b"one\n")
    mine.turn()
    mine.write(b"two\n")
    first, second = mine.files()
    assert (lines(first), lines(second)) == ([b"one"], [b"two"])
    assert (mine.is_closed(first), mine.is_closed(second)) == (True, False)


def test_a_full_disk_loses_and_counts_rows_and_spoils_no_other(mine, monkeypatch):
    with monkeypatch.context() as full:
        fill_disk(full, room=6)
        for line in (b"one\n", b"two\n", b"three\n"):
            mine.write(line)
    mine.write(b"four\n")
    assert (lines(mine.files()[0]), mine.lost) == ([b"one", b"tw", b"four"], 2)


def test_what_nobody_takes_is_bounded(mine, monkeypatch):
    monkeypatch.setattr(spool, "MOST", 8)
    for _ in range(5):
        mine.write(b"one\n")
    assert (len(lines(mine.files()[0])), mine.lost) == (3, 2)
    mine.took(12)
    mine.write(b"one\n")
    assert mine.lost == 2


def test_without_a_file_rows_are_counted_as_lost(tmp_path):
    closed = Spool(tmp_path)
    closed.write(b"one\n")
    assert closed.lost == 1


def test_files_are_for_their_owner_alone(mine):
    assert (mine.folder.stat().st_mode & 0o777, mine.files()[0].stat().st_mode & 0o777) == (0o700, 0o600)


@pytest.mark.parametrize(("age", "left"), [(0, 1), (120, 0)])
def test_a_file_whose_maker_was_killed_before_it_had_a_name_goes_after_a_while(mine, age, left):
    draft = mine.folder / ".1-2-3.spool.new"
    draft.touch()
    os.utime(draft, (draft.stat().st_atime - age, draft.stat().st_mtime - age))
    assert spool.names(mine.folder) == mine.files()
    assert draft.exists() == bool(left)
