"""The pictures of the traffic: their geometry, and the page that shows them."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from security import rollups
from security.charts import MARKS, SIDE, draw, path, step
from security.rollups import Group, Percentiles, Point, Sums

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
UNKNOWN = Percentiles(None, None, None)


def point(number: int, *, requests: int = 0, own: Percentiles = UNKNOWN, broker: Percentiles = UNKNOWN) -> Point:
    return Point(NOON + timedelta(minutes=number), requests, 0, 0, 0, 0, own, broker)


def places(line: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"[ML]([\d.]+) ([\d.]+)", line)]


SCALES = [(0, 1), (1, 0.5), (4, 1), (4.1, 2), (7, 2), (60, 20), (100, 50), (0.03, 0.01), (1e6, 5e5)]


@pytest.mark.parametrize(("top", "apart"), SCALES)
def test_a_scale_has_marks_at_round_numbers(top, apart):
    assert step(top) == pytest.approx(apart)


@given(st.floats(1e-6, 1e12))
def test_a_few_marks_reach_the_top(top):
    assert top / MARKS * (1 - 1e-9) <= step(top) <= top


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=200))
def test_every_point_lies_in_the_box(values):
    shown = places(path(values, top=max(*values, 1)))
    assert len(shown) == len(values)
    assert all(0 <= x <= SIDE and 0 <= y <= SIDE for x, y in shown)


def test_nothing_lies_at_the_foot_and_the_most_at_the_top():
    assert places(path([0, 10], top=10)) == [(0, SIDE), (SIDE, 0)]


def test_a_line_breaks_off_where_nothing_was_measured():
    assert re.findall("[MLh]", path([1, None, 2, 3], top=3)) == ["M", "h", "M", "h", "L"]


def test_times_stand_in_percents_and_every_second_one_is_spare():
    hours = draw([point(number) for number in range(41)], every=10)[0].hours
    assert [(hour.at, hour.spare) for hour in hours] == [(0, False), (25, True), (50, False), (75, True), (100, False)]


def test_brokers_have_a_picture_only_where_they_took_time():
    took = Percentiles(1.0, 2.0, 3.0)
    assert [each.slug for each in draw([point(0, own=took)], every=1)] == ["traffic", "trouble", "own"]
    assert draw([point(0, broker=took)], every=1)[-1].slug == "broker"


def test_the_newest_figure_stands_in_the_legend():
    times = draw([point(0, own=Percentiles(1.0, 2.0, 3.0)), point(1)], every=1)[2]
    assert [line.now for line in times.lines] == [1.0, 2.0, 3.0]


@pytest.fixture
def operator(owner) -> Client:
    client = Client()
    client.force_login(owner)
    return client


@pytest.fixture
def counted(db) -> None:
    now = timezone.now()
    rollups.add({(rollups.minute_of(now.timestamp()), Group.API): Sums(requests=1234, not_found=7)})


@pytest.mark.parametrize("span", ["hour", "day", "nonsense"])
def test_the_page_shows_pictures_and_the_numbers_behind_them(operator, counted, span):
    page = operator.get(f"/security/charts/?span={span}").content.decode()
    assert page.count('<svg class="chart"') == 2
    assert '<td data-label="Requests" class="number">1234</td>' in page


def test_where_nothing_happened_it_says_so(operator, db):
    assert operator.get("/security/charts/").content.decode().count("Nothing in this time.") == 3


def test_what_moves_is_to_be_had_alone(operator, counted):
    part = operator.get("/security/charts/?part=1").content.decode()
    assert ('<svg class="chart"' in part, "<html" in part) == (True, False)


def test_it_is_the_operators_alone(second_user):
    client = Client()
    client.force_login(second_user)
    assert client.get("/security/charts/").status_code == 403
