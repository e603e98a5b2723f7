"""Variants of one probe are one path; what every server is asked for counts nothing."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from security.paths import is_api, normalise, weight


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


@given(st.text())
def test_case_and_doubled_slashes_make_no_difference(path):
    assert normalise(path.replace("/", "//")) == normalise(path)
    assert normalise(path.lower()) == normalise(path)


@given(st.integers(min_value=0), st.integers(min_value=0))
def test_numbers_make_no_difference(one, other):
    assert normalise(f"/x{one}/b") == normalise(f"/x{other}/b")


@given(st.uuids(), st.uuids())
def test_uuids_make_no_difference(one: uuid.UUID, other: uuid.UUID):
    assert normalise(f"/a/{one}/b") == normalise(f"/a/{other}/b") == normalise(f"/a/{one.hex}/b")


@pytest.mark.parametrize(
    "path",
    [
        "/favicon.ico", "/robots.txt", "/sitemap.xml", "/apple-touch-icon.png", "/apple-touch-icon-120x120-precomposed.png",
        "/.well-known/appspecific/com.chrome.devtools.json", "/static/openalgo/base.css.map",
    ],
)  # fmt: skip
def test_what_every_server_is_asked_for_counts_nothing(path):
    assert weight(normalise(path)) == 0


@pytest.mark.parametrize(
    "path", ["/favicon.ico/x", "/x/robots.txt", "/.well-known/", "/app.js.map", "/.env", "/api/v1/nothing"]
)
def test_any_other_unknown_path_counts(path):
    assert weight(normalise(path)) == 1


def test_programs_call_under_api_also_with_two_slashes():
    assert [is_api(path) for path in ("/api/v1/ping", "//api/v1/ping", "/apiary", "/keys/")] == [True, True, False, False]
