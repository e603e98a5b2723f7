"""Variants of one probe are one path; what scanners ask for weighs most, what every server is asked for nothing."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from security.paths import LONGEST, is_api, normalise, redacted, weight
from tests.security.trying import corpus

SCANNED, HARMLESS = corpus("scanned"), corpus("harmless")


def test_the_corpora_are_as_large_as_they_should_be():
    assert len(set(SCANNED)) >= 200
    assert len(set(HARMLESS)) >= 200


@pytest.mark.parametrize(("path", "expected"), SCANNED)
def test_what_scanners_ask_for_weighs_much(path, expected):
    assert weight(path) == expected > 1


@pytest.mark.parametrize(("path", "expected"), HARMLESS)
def test_what_people_and_browsers_ask_for_weighs_little(path, expected):
    assert weight(path) == expected <= 1


@pytest.mark.parametrize(("path", "_"), HARMLESS)
def test_what_is_harmless_becomes_a_scan_with_a_traversal_after_it(path, _):
    assert weight(f"{path}/..%2f..%2f") == weight(f"{path}/../x") == weight(f"{path}\0") == 5


@pytest.mark.parametrize(
    ("path", "normal"),
    [
        ("/WP-Login.PHP", "/wp-login.php"),
        ("//a///b/", "/a/b/"),
        ("/item/17/4", "/item/#/#"),
        ("/backup2024.zip", "/backup#.zip"),
        ("/x/0190b6f0-5f6b-7e3c-9d2a-0123456789ab", "/x/#"),
        ("/x/0190B6F05F6B7E3C9D2A0123456789AB/y", "/x/#/y"),
    ],
)
def test_variants_become_one(path, normal):
    assert normalise(path) == normal


@given(st.text())
def test_normalising_twice_changes_nothing(path):
    assert normalise(normalise(path)) == normalise(path)


@given(st.text(max_size=LONGEST // 2))
def test_case_and_doubled_slashes_make_no_difference(path):
    assert normalise(path.replace("/", "//")) == normalise(path)
    assert normalise(path.lower()) == normalise(path)
    assert weight(path.upper()) == weight(path.upper().lower())


@given(st.integers(min_value=0), st.integers(min_value=0))
def test_numbers_make_no_difference(one, other):
    assert normalise(f"/x{one}/b") == normalise(f"/x{other}/b")


@given(st.uuids(), st.uuids())
def test_uuids_make_no_difference(one: uuid.UUID, other: uuid.UUID):
    assert normalise(f"/a/{one}/b") == normalise(f"/a/{other}/b") == normalise(f"/a/{one.hex}/b")


@given(st.text(st.characters(codec=None), max_size=9000))
def test_whatever_is_asked_for_is_weighed_and_can_be_written_down(path):
    assert weight(path) in (0, 1, 2, 5)
    assert redacted(path).isprintable()
    assert len(redacted(path)) <= 200
    assert len(normalise(path)) <= LONGEST


@pytest.mark.parametrize("path", ["/" + "a" * 8192, "/" + "a/" * 4096, "/" + "<" * 8192, "/\ufffd\ufffd", "/\udcff", "/\0"])
def test_long_and_broken_paths_are_weighed_like_others(path):
    assert weight(path) in (1, 5)


def test_what_follows_after_two_thousand_characters_is_the_same_probe():
    assert normalise("/" + "a" * 8000) == normalise("/" + "a" * 7000 + "/b")


@pytest.mark.parametrize(
    "secret",
    ["oa_live_0123456789_" + "x" * 49, "eyJhbGciOiJIUzI1NiJ9.e30.abc", "gAAAAABnQ", "a1" * 16, "k" * 41],
)
def test_what_may_be_a_secret_is_not_kept(secret):
    assert redacted(f"/setup/{secret}/next") == "/setup/…/next"


def test_a_field_of_a_path_is_not_kept_if_its_name_is_that_of_a_secret():
    assert redacted("/x;password=hunter22/next") == "/x;password=[masked]"


def test_programs_call_under_api_also_with_two_slashes():
    assert [is_api(path) for path in ("/api/v1/ping", "//api/v1/ping", "/v1/decisions", "/apiary", "/keys/")] == [True] * 3 + [
        False
    ] * 2
