"""What an act of the audit changed, in words."""

import json

import pytest
from django.test import Client

from security import audit
from security.actors import COMMAND_LINE
from security.audit import Act
from security.changes import Change, changes


@pytest.mark.parametrize(
    ("value", "words"),
    [(None, "none"), ("", "none"), ([], "none"), ({}, "none"), (True, "yes"), (False, "no"), (0, "0"), (0.5, "0.5"),
     ("scans", "scans"), (["a", 1], "a, 1"), ({"login": [5, 60], "page": []}, "login: 5, 60; page: none"),
     ("2026-11-27T12:00:00.345678+00:00", "27 Nov 2026, 17:30:00 IST"), ("20261127", "20261127")],
    ids=str,
)  # fmt: skip
def test_a_value_is_told_in_words(value, words):
    assert changes("", json.dumps({"fact": value})) == [Change("fact", "", words)]


def test_what_was_before_stands_beside_what_is_after():
    told = changes('{"kept":1,"moved":1,"gone":1}', '{"kept":1,"moved":2,"new":3}')
    assert told == [Change("kept", "1", "1"), Change("moved", "1", "2"), Change("gone", "1", ""), Change("new", "", "3")]


def test_an_act_that_changed_no_fact_has_none():
    assert changes("", "") == []


@pytest.mark.parametrize(
    "text", ["{", "[1]", "1", "[" * 100_000, '{"at":"2026-13-45T12:00:00Z"}', '{"a":' * 900 + "1" + "}" * 900]
)
def test_what_cannot_be_read_stays_as_it_stands(text):
    assert changes("", text) == [Change("", "", text)]


def test_the_page_shows_it_escaped(owner):
    with audit.change():
        audit.record(Act.ALLOW_ADDED, by=COMMAND_LINE, before={"<i>": "<b>"}, after={"<i>": "<s>"})
    client = Client()
    client.force_login(owner)
    page = client.get("/logs/audit/").content.decode()
    assert [text in page for text in ("&lt;i&gt;", "&lt;b&gt;", "&lt;s&gt;", "<i>", "<b>", "<s>")] == [True] * 3 + [False] * 3
