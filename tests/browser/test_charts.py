"""The charts in Chromium: their texts are of one size on every screen, and none lies on another."""

from itertools import combinations

import pytest

from tests.browser.visitor import Visitor
from tests.live import Live

pytestmark = pytest.mark.slow

COUNTED = """
import time
from security import rollups
now = time.time()
for ago in range(24 * 60):
    sums = rollups.Sums(requests=4000, refused=700_000, own=[0] * 24 + [40, 90])
    rollups.add({(rollups.minute_of(now - 60 * ago), rollups.Group.API): sums})
"""
BOXES = """texts => texts.map(text => text.getBoundingClientRect()).filter(box => box.width)
    .map(box => [box.left, box.top, box.right, box.bottom])"""
BOTTOMS = "charts => charts.map(chart => Math.round(chart.getBoundingClientRect().bottom))"
Box = tuple[float, float, float, float]


@pytest.fixture(scope="module")
def _counted(owned: Live) -> None:
    owned.manage("shell", "-v", "0", "-c", COUNTED)


@pytest.fixture(params=[(1440, 900), (360, 740)], ids=["desk", "phone"])
def charts(request: pytest.FixtureRequest, owner_browser: Visitor, _counted: None) -> Visitor:
    width, height = request.param
    owner_browser.page.set_viewport_size({"width": width, "height": height})
    owner_browser.open("/security/charts/?span=day")
    return owner_browser


def boxes(charts: Visitor) -> list[list[Box]]:
    """Of each chart where its texts lie: left, top, right, bottom."""
    return [chart.locator("text").evaluate_all(BOXES) for chart in charts.page.locator("svg.chart").all()]


def overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def test_texts_are_as_tall_in_every_chart(charts):
    tall = {round(bottom - top) for chart in boxes(charts) for _, top, _, bottom in chart}
    assert len(tall) == 1
    assert min(tall) >= 12


def test_no_text_lies_on_another_or_beyond_the_window(charts):
    drawn = boxes(charts)
    assert not [pair for chart in drawn for pair in combinations(chart, 2) if overlap(*pair)]
    assert len(drawn) == 3
    assert all(left >= 0 for chart in drawn for left, *_ in chart)


@pytest.mark.usefixtures("_counted")
def test_charts_beside_each_other_end_at_one_line(owner_browser):
    owner_browser.page.set_viewport_size({"width": 1440, "height": 900})
    owner_browser.open("/security/charts/?span=day")
    ends = owner_browser.page.locator("svg.chart").evaluate_all(BOTTOMS)
    assert ends[1] == ends[2] != ends[0]
