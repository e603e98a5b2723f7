"""The files beside the database: a tail that was cut is seen though the rows that are left agree with each other."""

import json
import stat
import time
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings as live_settings

from security import anchors, audit, verification
from security.actors import COMMAND_LINE
from security.anchors import Head, Unreadable
from security.audit import Act
from security.chain import Kind, Place
from tests.security.chains import cut

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    verification.forget()
    return tmp_path


@pytest.fixture
def write(django_capture_on_commit_callbacks):
    """Write rows as if each was committed."""

    def rows(count: int) -> Place:
        for _ in range(count):
            with django_capture_on_commit_callbacks(execute=True), audit.change():
                place = audit.record(Act.BAN_LIFTED, by=COMMAND_LINE)
        return place

    return rows


def lines() -> list[dict[str, object]]:
    return [json.loads(line) for line in (live_settings.DATA_DIR / "audit.anchors").read_text().splitlines()]


def found() -> tuple[Kind, int] | None:
    broken = verification.verify().broken
    return (broken.kind, broken.seq) if broken else None


def test_the_head_moves_with_every_commit(write):
    assert [write(1) == anchors.head() for _ in range(3)] == [True] * 3


def test_both_files_are_their_owners_alone(write, folder):
    write(1)
    modes = [stat.S_IMODE((folder / name).stat().st_mode) for name in ("audit.head", "audit.anchors")]
    assert modes == [0o600] * 2


def test_what_is_rolled_back_moves_nothing(folder):
    with pytest.raises(ZeroDivisionError), audit.change():
        audit.record(Act.BAN_LIFTED, by=COMMAND_LINE)
        raise ZeroDivisionError
    assert anchors.head() is None


def test_an_anchor_comes_at_the_thousandth_row():
    at = time.time()
    assert [Head(seq=rows, anchored_at=at).is_due for rows in (0, 1, 999, 1_000)] == [False, False, False, True]


def test_an_anchor_comes_every_so_many_rows(write, monkeypatch):
    monkeypatch.setattr(anchors, "ROWS", 5)
    write(12)
    assert [(line["seq"], line["count"]) for line in lines()] == [(1, 1), (6, 5), (11, 5)]


def test_an_anchor_comes_every_minute(write):
    with time_machine.travel("2026-11-24 12:00:00Z", tick=False) as clock:
        write(3)
        clock.shift(timedelta(seconds=59))
        write(1)
        assert [line["seq"] for line in lines()] == [1]
        clock.shift(timedelta(seconds=1))
        write(1)
    assert [line["seq"] for line in lines()] == [1, 5]


def test_an_anchor_that_is_due_is_written_without_a_row(write):
    with time_machine.travel("2026-11-24 12:00:00Z", tick=False) as clock:
        write(3)
        clock.shift(timedelta(seconds=61))
        anchors.settle()
        anchors.settle()
    assert [line["seq"] for line in lines()] == [1, 3]


def test_settling_makes_no_file(folder):
    anchors.settle()
    assert list(folder.iterdir()) == []


def test_anchors_and_head_of_a_whole_chain_agree(write):
    write(5)
    assert (found(), verification.verify().met) == (None, 2)


def test_one_row_cut_from_the_tail_is_found(write):
    write(5)
    cut(5, 5)
    assert found() == (Kind.TRUNCATION, 5)
    assert verification.glance().broken


def test_a_chain_cut_to_nothing_is_found(write):
    write(3)
    cut(1, 3)
    assert found() == (Kind.TRUNCATION, 1)


def test_the_anchors_alone_find_a_cut(write, folder):
    write(1)
    (folder / "audit.head").unlink()
    cut(1, 1)
    assert found() == (Kind.TRUNCATION, 1)


@pytest.mark.parametrize("more", [1, 3, 4, 9])
def test_rows_that_grew_over_a_cut_do_not_hide_it(write, more):
    write(6)
    cut(4, 6)
    write(more)
    broken = verification.verify().broken
    assert broken
    assert broken.kind is Kind.TRUNCATION


def test_a_head_that_stayed_behind_is_no_break(write, folder):
    write(2)
    before = (folder / "audit.head").read_bytes()
    write(2)
    (folder / "audit.head").write_bytes(before)  # as after a kill between the commit and the head
    assert found() is None


def test_the_head_never_goes_back(write):
    place = write(3)
    anchors.note(Place(2, "ab" * 32), follows="cd" * 32)
    assert anchors.head() == place


@pytest.mark.parametrize("torn", [b"{", b'{"seq": 7, "mac": "', b"\0" * 10])
def test_a_torn_last_line_says_nothing(write, folder, torn):
    write(2)
    with (folder / "audit.anchors").open("ab") as file:
        file.write(torn)
    assert found() is None


def test_an_anchor_behind_a_torn_line_is_read(write, folder, monkeypatch):
    write(2)
    with (folder / "audit.anchors").open("ab") as file:
        file.write(b'{"seq": 7, "ma')
    monkeypatch.setattr(anchors, "ROWS", 1)
    write(1)
    assert [place.seq for place in anchors.read()] == [1, 3]


@pytest.mark.parametrize("line", [b"{}\n", b'{"seq": "1", "mac": "00"}\n', b'{"seq": 1, "mac": "zz"}\n', b"[}\n"])
def test_an_anchor_file_that_cannot_be_understood_is_a_break(write, folder, line):
    write(2)
    (folder / "audit.anchors").write_bytes(line)
    assert (found() or (None,))[0] is Kind.UNREADABLE


@pytest.mark.parametrize("name", ["audit.head", "audit.anchors"])
def test_a_file_that_cannot_be_read_is_a_break(write, folder, name):
    write(2)
    (folder / name).unlink()
    (folder / name).mkdir()
    broken = verification.verify().broken
    assert broken
    assert (broken.kind, name in broken.sentence) == (Kind.UNREADABLE, True)


def test_a_head_full_of_noise_is_a_break_and_stays(write, folder):
    write(1)
    (folder / "audit.head").write_bytes(b"\xff" * 256)
    write(1)
    assert (found() or (None,))[0] is Kind.UNREADABLE


def test_the_tail_of_the_anchors_starts_at_a_line(write, monkeypatch):
    monkeypatch.setattr(anchors, "ROWS", 1)
    write(9)
    assert [place.seq for place in anchors.read(tail=300)] == [8, 9]


def test_a_file_without_a_head_is_empty(folder):
    (folder / "audit.head").touch()
    assert anchors.head() is None


def test_an_unreadable_head_refuses_to_be_overwritten(write, folder):
    (folder / "audit.head").write_bytes(b"x")
    with pytest.raises(Unreadable, match=r"audit\.head"):
        anchors.note(Place(1, "00" * 32), follows="00" * 32)
