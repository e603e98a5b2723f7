"""Whatever is done to the chain behind its back is found, and named by its first row and kind."""

import pytest
from django.db import connection
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from security import alerts, chain, entries, verification
from security.chain import COLUMNS, Kind, Place, Walk, moved
from security.models import Alert, AuditEntry
from tests.security.chains import cut, edit, make, renumber, unconstrained

pytestmark = pytest.mark.django_db

ROWS = 12


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    verification.forget()


@pytest.fixture
def rows(db) -> Place:
    return make(ROWS)


def found() -> tuple[Kind, int] | None:
    broken = verification.verify().broken
    return (broken.kind, broken.seq) if broken else None


def test_an_empty_chain_is_whole():
    assert found() is None


def test_a_whole_chain_is_whole(rows):
    assert verification.verify() == chain.Report(rows, ROWS, 0, 0, None)


def flipped(column: str) -> str:
    """SQL that changes one letter, digit or bit of a column's value."""
    if column == "seq":
        return "seq + 1000"
    if column == "at":
        later = {"sqlite": "substr(at, 1, 25) || '7'", "postgresql": "at + interval '1 microsecond'"}
        return later[connection.vendor]
    return f"""'x' || substr("{column}", 2)"""


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("seq", [1, 5, ROWS])
def test_one_changed_letter_of_any_column_is_found(rows, column, seq):
    with unconstrained():
        edit(column, flipped(column), seq)
        kind = {"seq": Kind.REORDER, "key_id": Kind.UNKNOWN_KEY}.get(column, Kind.EDIT)
        assert found() == (kind, seq)


def value_of(column: str, seq: int) -> bytes:
    return str(AuditEntry.objects.values_list(column, flat=True).get(pk=seq)).encode()


@pytest.mark.only_on("sqlite")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(st.sampled_from(COLUMNS[2:]), st.integers(1, ROWS), st.integers(0, 99), st.integers(1, 255))
def test_any_single_byte_edit_of_a_text_is_found(rows, column, seq, offset, bits):
    data = bytearray(value_of(column, seq))
    assume(offset < len(data))
    data[offset] ^= bits
    with unconstrained():
        edit(column, "CAST(%s AS TEXT)", seq, bytes(data))
        kind, where = found() or (None, 0)
        assert (kind in (Kind.EDIT, Kind.UNKNOWN_KEY), where) == (True, seq)


@pytest.mark.only_on("postgresql")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(st.sampled_from(COLUMNS[2:]), st.integers(1, ROWS), st.integers(0, 99), st.integers(1, 126))
def test_any_single_byte_edit_that_is_text_is_found(rows, column, seq, offset, bits):
    data = bytearray(value_of(column, seq))
    assume(offset < len(data) and 0 < data[offset] < 128 and 0 < data[offset] ^ bits < 128)
    data[offset] ^= bits
    with unconstrained():
        edit(column, "%s", seq, data.decode())
        kind, where = found() or (None, 0)
        assert (kind in (Kind.EDIT, Kind.UNKNOWN_KEY), where) == (True, seq)


@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize("bit", range(50))
def test_any_single_bit_of_an_instant_is_found(rows, bit):
    edit("at", f"at + {2**bit} * interval '1 microsecond'", 5)
    assert found() == (Kind.EDIT, 5)


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("value", ["x'00ff'", "CAST(x'ff' AS TEXT)", "7", "1.5", "''"])
@pytest.mark.parametrize("column", ["at", "about", "before", "key_id", "mac"])
def test_no_foreign_type_upsets_the_walk(rows, column, value):
    edit(column, value, 5)
    assert (found() or (None, 0))[1] == 5


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("value", ["x'00ff'", "'five'", "12.5"])
def test_a_row_numbered_by_text_is_found_at_the_end(rows, value):
    edit("seq", value, ROWS)
    assert (found() or (None, 0))[1] == ROWS


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("value", ["x'00ff'", "'five'", "4.5"])
def test_no_foreign_number_upsets_the_walk(rows, value):
    edit("seq", value, 5)
    assert found() == (Kind.REORDER, 5)


@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize("at", ["infinity", "-infinity", "0044-03-15 BC", "294276-12-31"])
def test_no_impossible_instant_upsets_the_walk(rows, at):
    edit("at", "%s::timestamptz", 5, at)
    assert found() == (Kind.EDIT, 5)


@pytest.mark.parametrize(("one", "other"), [(5, 6), (1, 2), (3, 11), (11, 12)])
def test_swapped_rows_are_a_reorder(rows, one, other):
    for old, new in ((one, 900), (other, one), (900, other)):
        renumber(old, new)
    assert found() == (Kind.REORDER, one)


@pytest.mark.parametrize(("first", "last"), [(1, 1), (5, 5), (4, 9), (1, 11)])
def test_deleted_rows_are_a_gap(rows, first, last):
    cut(first, last)
    assert found() == (Kind.GAP, first)


def test_a_gap_that_was_closed_up_is_an_edit(rows):
    cut(5, 5)
    for seq in range(6, ROWS + 1):
        renumber(seq, seq - 1)
    assert found() == (Kind.EDIT, 5)


def test_a_row_without_the_key_cannot_be_added(rows):
    AuditEntry.objects.create(
        seq=ROWS + 1, at="2026-04-02T00:00Z", act="bans:ban:lift", actor="nobody", key_id="k1", mac="ab" * 32
    )
    assert found() == (Kind.EDIT, ROWS + 1)


def test_rows_under_an_old_key_still_verify(rows, settings):
    settings.AUDIT_KEYS = (("k2", b"2" * 32), *settings.AUDIT_KEYS)
    make(3, after=rows)
    assert found() is None
    assert set(AuditEntry.objects.values_list("key_id", flat=True)) == {"k1", "k2"}


def test_a_missing_key_is_named(rows, settings):
    settings.AUDIT_KEYS = (("k2", b"2" * 32),)
    broken = verification.verify().broken
    assert broken == chain.Break(Kind.UNKNOWN_KEY, 1, "Row 1 names the key 'k1', which AUDIT_KEYS lacks.")


def test_the_same_id_with_another_key_is_an_edit(rows, settings):
    settings.AUDIT_KEYS = (("k1", b"2" * 32),)
    assert found() == (Kind.EDIT, 1)


def test_the_minutes_glance_walks_what_came_since(rows):
    assert verification.glance().rows == ROWS
    make(3, after=rows)
    assert verification.glance().rows == 3


def test_the_first_glance_starts_a_little_before_the_end(rows, monkeypatch):
    monkeypatch.setattr(verification, "NEWEST", 4)
    assert verification.glance().rows == 4


def test_a_break_is_alarmed_until_it_is_mended(rows):
    edit("about", "'x'", 5)
    verification.watch()
    verification.watch_all()
    alerts.flush()
    alert = Alert.objects.get(kind="audit-chain")
    assert alert.sentence == "The audit chain is broken at row 5 (edit). Row 5 was edited: its mac does not fit."
    assert alert.count == 2


def test_memory_is_bounded_by_a_chunk(rows, monkeypatch):
    monkeypatch.setattr(entries, "CHUNK", 5)
    assert [len(chunk) for chunk in entries.after(0)] == [5, 5, 2]
    assert found() is None


def test_a_row_that_stands_elsewhere_is_looked_for_once():
    walk = Walk((), start=chain.START)
    found = chain.Break(Kind.TRUNCATION, 1, "cut")
    assert moved(walk, iter(()), found) is found


def test_the_number_is_part_of_the_seal():
    assert chain.seal(b"key", chain.NO_MAC, 1, ["a"]) != chain.seal(b"key", chain.NO_MAC, 2, ["a"])


def test_columns_cannot_be_shifted_into_each_other():
    assert chain.seal(b"key", chain.NO_MAC, 1, ["a", "b"]) != chain.seal(b"key", chain.NO_MAC, 1, ['a","b', ""])
