"""Sums of the traffic as lines in a box of 100 by 100, which the page stretches: geometry alone; pure functions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil, floor, log10

from security.rollups import Point

SIDE = 100  # of the box: its units are percents of the picture, so that texts beside it keep their size
STEPS = (1, 2, 5, 10)
MARKS = 4  # on the scale of a chart, at most one more

Value = float | None


@dataclass(frozen=True, slots=True)
class Line:
    """`path` is SVG; `now` the newest value there is."""

    name: str
    slug: str
    path: str
    now: Value


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on a scale: where it is, in percents from the top, and what stands there."""

    at: float
    value: float


@dataclass(frozen=True, slots=True)
class Hour:
    """A time at the foot, in percents from the left; `spare` ones go where there is little room."""

    at: float
    spare: bool
    start: datetime


@dataclass(frozen=True, slots=True)
class Chart:
    """`unit` is what its values are; `marks` go up the left side, `hours` along the foot."""

    slug: str
    title: str
    unit: str
    lines: tuple[Line, ...]
    marks: tuple[Mark, ...]
    hours: tuple[Hour, ...]
    empty: bool


@dataclass(frozen=True, slots=True)
class Source:
    """What a line shows of each point."""

    name: str
    slug: str
    of: Callable[[Point], Value]


@dataclass(frozen=True, slots=True)
class Subject:
    """What a chart is about."""

    slug: str
    title: str
    unit: str
    sources: tuple[Source, ...]


TRAFFIC = Subject("traffic", "Requests", "requests", (Source("Requests", "requests", lambda each: each.requests),))
TROUBLE = Subject(
    "trouble",
    "Refused, unknown, wrong, banned",
    "events",
    (
        Source("Refusals of the banned", "refused", lambda each: each.refused),
        Source("Unknown paths (404)", "missing", lambda each: each.not_found),
        Source("Bad keys", "keys", lambda each: each.bad_keys),
        Source("Bans", "bans", lambda each: each.bans),
    ),
)
OWN = Subject(
    "own",
    "Our time",
    "ms",
    (
        Source("p50", "half", lambda each: each.own.p50),
        Source("p95", "most", lambda each: each.own.p95),
        Source("p99", "worst", lambda each: each.own.p99),
    ),
)
BROKER = Subject(
    "broker",
    "The broker's time",
    "ms",
    (
        Source("p50", "half", lambda each: each.broker.p50),
        Source("p95", "most", lambda each: each.broker.p95),
        Source("p99", "worst", lambda each: each.broker.p99),
    ),
)


def draw(points: Sequence[Point], *, every: int) -> list[Chart]:
    """The pictures of some points in time, oldest first, a time below each `every`th; without brokers none of them."""
    charts = [_chart(subject, points, every) for subject in (TRAFFIC, TROUBLE, OWN, BROKER)]
    return [chart for chart in charts if chart.slug != BROKER.slug or not chart.empty]


def step(top: float) -> float:
    """The distance of the marks on a scale from 0: 1, 2 or 5 times a power of ten, such that MARKS of them reach the top."""
    if top <= 0:
        return 1.0
    rough = top / MARKS
    power: float = 10.0 ** floor(log10(rough))
    return next(each * power for each in STEPS if each * power >= rough * (1 - 1e-9))


def path(values: Sequence[Value], *, top: float) -> str:
    """A line through the values, 0 at the foot of the box; where one is missing the line breaks off."""
    parts, pen = [], "M"
    for number, value in enumerate(values):
        if value is None:
            pen = "M"
            continue
        parts.append(f"{pen}{_across(number, len(values)):.2f} {_up(value, top):.2f}")
        if pen == "M":
            parts.append("h0")  # a lone point shows as a dot
        pen = "L"
    return "".join(parts)


def _chart(subject: Subject, points: Sequence[Point], every: int) -> Chart:
    values = {source: [source.of(point) for point in points] for source in subject.sources}
    known = [value for each in values.values() for value in each if value is not None]
    marks = _marks(max(known, default=0))
    top = marks[-1].value
    lines = tuple(Line(each.name, each.slug, path(held, top=top), _newest(held)) for each, held in values.items())
    hours = tuple(
        Hour(_across(number, len(points)), spare=bool(number // every % 2), start=points[number].start)
        for number in range(0, len(points), every)
    )
    return Chart(subject.slug, subject.title, subject.unit, lines, marks, hours, empty=not any(known))


def _marks(highest: float) -> tuple[Mark, ...]:
    apart = step(highest)
    many = max(1, ceil(highest / apart * (1 - 1e-9)))
    return tuple(Mark(_up(number * apart, many * apart), number * apart) for number in range(many + 1))


def _newest(values: Sequence[Value]) -> Value:
    return next((value for value in reversed(values) if value is not None), None)


def _across(number: int, many: int) -> float:
    return SIDE * number / max(1, many - 1)


def _up(value: float, top: float) -> float:
    return SIDE - SIDE * value / top
