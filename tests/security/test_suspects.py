"""Whom detection has an eye on, how near they are, and what of our own is broken."""

import pytest
import time_machine

from security import merging, probes, suspects
from security.actors import COMMAND_LINE
from tests.security.trying import ATTACKER, caller, try_keys, try_paths

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel("2026-11-23 12:00:00Z", tick=False) as clock:
        yield clock


def test_whoever_tried_most_comes_first():
    try_paths(3, who=caller("198.51.100.7"))
    try_paths(8)
    merging.merge()
    assert [each.subject for each in suspects.page().suspects] == ["203.0.113.9", "198.51.100.7"]


def test_a_suspect_shows_how_near_it_is_and_what_it_tried():
    try_keys(5)
    try_paths(2)
    merging.merge()
    found = suspects.find(ATTACKER.subject)
    assert found is not None
    assert (found.score.keys, found.score.keys_limit, found.score.day, found.score.share, found.count) == (5, 10, 2, 0.5, 7)
    assert {each.sample for each in found.tried} == {"API key: unknown", "GET /x", "GET /xx"}


def test_pages_hold_fifty_and_say_whether_there_are_more():
    for number in range(120):
        try_paths(1, who=caller(f"198.51.100.{number}"))
    merging.merge()
    pages = [suspects.page(number) for number in (1, 2, 3, 4)]
    assert [(len(page.suspects), page.has_next) for page in pages] == [(50, True), (50, True), (20, False), (0, False)]
    assert len({each.subject for page in pages for each in page.suspects}) == 120


def test_who_was_cleared_or_tried_a_day_ago_is_no_suspect(clock):
    try_paths(3)
    merging.merge()
    probes.clear(ATTACKER.subject, by=COMMAND_LINE)
    try_paths(3, who=caller("198.51.100.7"))
    merging.merge()
    clock.shift(86_401)
    assert suspects.page().suspects == []
    assert suspects.find(ATTACKER.subject) is None


def test_our_broken_links_are_counted_by_who_followed_them():
    for number in range(3):
        probes.unrouted(caller(f"198.51.100.{number}"), "/gone", linked=True)
    probes.unrouted(ATTACKER, "/moved", linked=True)
    merging.merge()
    assert [(each.path, each.count) for each in suspects.broken_links()] == [("GET /gone", 3), ("GET /moved", 1)]
    assert suspects.page().suspects == []
