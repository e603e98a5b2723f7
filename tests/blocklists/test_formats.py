"""What a format writes it reads again; what it cannot read it tells by its line."""

import csv
from datetime import timedelta
from io import BytesIO, StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from security import cells
from security.addresses import network
from security.blocklists import formats
from security.blocklists.entries import Entry, NotABlocklist, Problem
from security.blocklists.files import LONGEST
from security.blocklists.formats import FORMATS
from tests.blocklists.rows import NOW, again, listed, networks, parsed, rows, written

WHOLE = [name for name, each in FORMATS.items() if each.whole]
DAY = timedelta(days=1)
ATTACKER = "203.0.113.9"


def facts(entries) -> list[tuple[object, ...]]:
    return [each[1:] for each in entries]


@pytest.mark.parametrize("name", WHOLE)
@given(chosen=st.lists(rows, max_size=5))
def test_a_whole_format_brings_back_whom_what_why_and_until_when(name, chosen):
    assert facts(again(name, *chosen)) == [(network(row.cidr), row.action, row.reason, row.expires) for row in chosen]


@pytest.mark.parametrize("name", sorted(set(FORMATS) - set(WHOLE)))
@given(cidr=networks.map(str), hours=st.none() | st.integers(1, 90_000))
def test_a_firewalls_format_brings_back_whom_and_until_when(name, cidr, hours):
    until = None if hours is None else NOW + timedelta(hours=hours)
    (found,) = again(name, listed(cidr, expires=until))
    assert isinstance(found, Entry)
    assert (found.target, found.expires) == (network(cidr), until)


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_is_told_by_what_stands_in_it(name):
    text = written(name, listed("203.0.113.9/32"), listed("2001:db8::/64"))
    assert formats.of(BytesIO(text.encode())).name == name


@pytest.mark.parametrize("data", [b"GIF89a\x01\x00", b"\x1f\x8b\x08\x00", b"\xff\xfe\xfd", b"<html>", b"", b"# nothing\n\n"])
def test_what_is_no_list_of_bans_is_none(data):
    with pytest.raises(NotABlocklist):
        formats.of(BytesIO(data))


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "'=1", "''", "\uff1d1+1"]


@pytest.mark.parametrize("reason", FORMULAS)
def test_no_cell_is_a_formula_and_each_comes_back_as_it_was(reason):
    text = written("csv", listed("203.0.113.9/32", reason=reason))
    cell = list(csv.reader(StringIO(text)))[1][2]
    assert not cell.startswith(("=", "+", "-", "@", "\uff1d"))
    assert [each[2] for each in facts(parsed("csv", text))] == [reason]


@given(st.text())
def test_neutralising_a_cell_is_undone_exactly(text):
    assert cells.plain(cells.guarded(text)) == text


def test_columns_come_in_any_order_and_those_nobody_needs_are_left_out():
    text = "\ufeffscenario,Reason, CIDR ,actor\nx,scans,2001:db8::1,mallory\n\ny,,198.51.100.0/24,mallory\n"
    assert facts(parsed("csv", text)) == [
        (network("2001:db8::/64"), "ban", "scans", None),
        (network("198.51.100.0/24"), "ban", "imported", None),
    ]


@pytest.mark.parametrize(("name", "text"), [
    ("csv", "cidr,reason,until\n203.0.113.9,scans,2026-12-01T00:00:00Z\n"),
    ("json", '[{"cidr": "203.0.113.9", "until": "tomorrow"}]'),
])  # fmt: skip
def test_a_name_that_nobody_knows_is_told_before_a_ban_is_permanent_by_mistake(name, text):
    (problem,) = parsed(name, text)
    assert isinstance(problem, Problem)
    assert (problem.line, "'until'" in problem.sentence, "expires" in problem.sentence) == (1, True, True)


WRONG = [
    ("cidr,expires\n203.0.113.9,tomorrow\n", 2, "'tomorrow' is no end such as 2026-04-01T12:00:00Z, or permanent."),
    ("cidr\n\n203.0.113.9/24\n", 3, "203.0.113.9/24 has bits set beyond /24: the range is 203.0.113.0/24."),
    ("cidr,action\n203.0.113.9,shoot\n", 2, "'shoot' is no action: give one of ban, throttle, simulate."),
    ('cidr,reason\n203.0.113.9,"a\nb"\n', 3, "Its reason is not one printable line."),
    ("cidr,reason\n203.0.113.9,a\x07b\n", 2, "Its reason is not one printable line."),
    ("cidr,reason\n203.0.113.9," + "x" * 201 + "\n", 2, "Its reason has more than 200 characters."),
    ("cidr,reason\n203.0.113.9\n", 2, "It has 1 cells, the first line 2."),
    ("address\n203.0.113.9\n", 1, "The first line names no column cidr."),
    ('cidr,reason\n203.0.113.9,"x\n', 2, "From here on this is no CSV: unexpected end of data."),
]


@pytest.mark.parametrize(("text", "line", "sentence"), WRONG)
def test_a_wrong_line_is_told_by_its_number(text, line, sentence):
    assert parsed("csv", text) == [Problem(line, sentence)]


def test_a_wrong_line_does_not_hide_the_next():
    found = parsed("csv", "cidr\nnonsense\n203.0.113.9\n10.0.0.300\n")
    assert [(each.line, isinstance(each, Problem)) for each in found] == [(2, True), (3, False), (4, True)]


def test_json_is_read_pretty_printed_and_as_lines():
    pretty = '[\n  {\n    "cidr": "203.0.113.9",\n    "expires": null\n  },\n  {"cidr": "198.51.100.0/24"}\n]'
    lines = '{"cidr": "203.0.113.9"}\n{"cidr": "198.51.100.0/24"}\n'
    assert [each.line for each in parsed("json", pretty)] == [2, 6]
    assert facts(parsed("json", pretty)) == facts(parsed("json", lines))


BROKEN = ['[{"cidr": "203.0.113.9"},\n{"cidr": 7', "[\n7]", '[\n{"a":' + "[" * 50_000, "[\n" + '{"a": "' + "x" * 2 * LONGEST]


@pytest.mark.parametrize("text", BROKEN)
def test_broken_json_is_told_by_the_line_from_which_on_it_is(text):
    assert parsed("json", text)[-1] == Problem(2, "From here on this is no list of JSON objects.")


@pytest.mark.parametrize("value", ["7", "[]", "{}", "true"])
def test_a_json_value_that_is_no_text_is_wrong(value):
    assert parsed("json", f'[{{"cidr": {value}}}]') == [Problem(1, "Its cidr is no text.")]


def test_a_long_list_of_json_is_read_over_many_pieces():
    many = [listed(f"203.0.{number // 256}.{number % 256}/32", expires=NOW + DAY) for number in range(5000)]
    assert [str(each[1]) for each in again("json", *many)] == [row.cidr for row in many]


def test_a_deny_line_carries_its_end():
    assert written("nginx", listed("203.0.113.9/32", expires=NOW + DAY), listed("2001:db8::/64")).splitlines()[1:] == [
        "deny 203.0.113.9/32;  # until 2026-11-24T12:00:00Z",
        "deny 2001:db8::/64;  # permanent",
    ]


@pytest.mark.parametrize("line", ["allow 203.0.113.9;", "deny all;", "deny 203.0.113.9", "return 403;"])
def test_other_lines_of_nginx_are_wrong(line):
    assert isinstance(parsed("nginx", f"# a comment\n\n{line}\n")[0], Problem)


def test_a_line_for_fail2ban_says_whom_until_when_and_why():
    assert written("fail2ban", listed("203.0.113.9/32", expires=NOW + DAY)) == (
        "2026-11-23T12:00:00Z openalgo: banned 203.0.113.9 until 2026-11-24T12:00:00Z: scans\n"
    )


@pytest.mark.parametrize("name", ["csv", "nginx", "nftables", "fail2ban"])
@pytest.mark.parametrize("data", [b"x" * (LONGEST + 1), b"\xff\xfe", b"cidr\n203.0.113.9\0\n"])
def test_what_is_no_text_in_lines_ends_the_reading(name, data):
    with pytest.raises(NotABlocklist):
        parsed(name, data)


def test_bytes_that_are_no_text_end_the_reading_of_json():
    with pytest.raises(NotABlocklist, match="UTF-8"):
        parsed("json", b'[{"cidr": "\xff"}]')
