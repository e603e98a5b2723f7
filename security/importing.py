"""Bans out of a file: all of it or nothing; one wrong line, or one range that may not be banned, and nothing is imported."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import partial
from itertools import islice
from typing import BinaryIO

from django.utils import timezone

from security import audit, propagation, screening, sparing, staging
from security.actors import Actor
from security.audit import Act
from security.blocklists import formats
from security.blocklists.entries import Entry, NotABlocklist, Problem
from security.blocklists.files import Source
from security.blocklists.formats import FORMATS, Format
from security.screening import Screen
from security.staging import Counts

__all__ = ["Counts", "NotABlocklist", "NotImported", "Problem", "Report", "take"]

SHOWN = 20  # problems that are told; of more, the number
AT_ONCE = 5000  # rows in memory

Told = Callable[[int], object]


class NotImported(Exception):
    """Nothing was; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a file holds, and what became, or would become, of it. With anything `wrong` that is nothing."""

    form: str
    sha256: str
    lines: int  # that name a range
    wrong: int
    problems: tuple[Problem, ...]  # the first of them
    yields: bool  # some of it to force
    counts: Counts

    @property
    def sentence(self) -> str:
        counts = self.counts
        parts = [f"{counts.added:,} added", f"{counts.longer:,} prolonged", f"{counts.held:,} held already"]
        return ", ".join([*parts, f"{counts.ended:,} over already"] if counts.ended else parts)


def take(
    file: BinaryIO, *, by: Actor, form: str | None = None, force: bool = False, dry_run: bool = False,
    told: Told = lambda _: None, most: int | None = None,
) -> Report:  # fmt: skip
    """Import a file that can be read twice from its start; raises NotABlocklist and NotImported. `told` hears of progress.

    `most`: bans that it may hold; a short file can hold many, where its format knows ranges from one address to another.
    """
    chosen = FORMATS[form] if form else formats.of(file)
    near, now = screening.screen(by), timezone.now()
    with staging.table():
        judge = partial(_judged, by=by, force=force, near=near)
        report = _stage(file, chosen, judge, at=now, told=partial(_within, most, told))
        if report.wrong:
            return report
        if dry_run:
            return replace(report, counts=staging.sift(now))
        return _write(report, by=by, near=near)


def _stage(
    file: BinaryIO, form: Format, judge: Callable[[Entry], Entry | Problem], *, at: datetime, told: Told
) -> Report:  # fmt: skip
    """Read all of it, without keeping anybody waiting."""
    source, wrong, problems, lines, yields = Source(file), 0, list[Problem](), 0, False
    read = (judge(each) if isinstance(each, Entry) else each for each in form.parse(source, at=at))
    for some in _batches(read):
        good = [each for each in some if isinstance(each, Entry)]
        bad = [each for each in some if isinstance(each, Problem)]
        lines, wrong = lines + len(some), wrong + len(bad)
        problems += bad[: SHOWN - len(problems)]
        yields = yields or any(each.yields for each in bad)
        if not wrong:
            staging.add(good)
        told(lines)
    return Report(form.name, source.sha256, lines, wrong, tuple(problems), yields, Counts(0, 0, 0, 0))


def _write(report: Report, *, by: Actor, near: Screen) -> Report:
    with audit.change():
        if screening.screen(by) != near:
            raise NotImported("Meanwhile somebody else became one whom no ban may touch: import the file again.")
        seq, now = propagation.bump(), timezone.now()
        counts = staging.sift(now)
        staging.write(actor=by.name, seq=seq, now=now)
        facts = {"form": report.form, "sha256": report.sha256, "lines": report.lines, "seq": seq, **asdict(counts)}
        audit.record(Act.BANS_IMPORTED, by=by, about=f"SHA-256 {report.sha256}", after=facts)
    return replace(report, counts=counts)


def _within(most: int | None, told: Told, lines: int) -> None:
    if most is not None and lines > most:
        raise NotImported(f"It holds more than {most:,} bans: manage.py import_bans takes larger files.")
    told(lines)


def _judged(entry: Entry, *, by: Actor, force: bool, near: Screen) -> Entry | Problem:
    why = screening.objection(entry.target, action=entry.action, by=by, force=force, near=near)
    return entry if why is None else Problem(entry.line, why, yields=sparing.is_wide(entry.target) and not force)


def _batches(entries: Iterable[Entry | Problem]) -> Iterator[list[Entry | Problem]]:
    left = iter(entries)
    while some := list(islice(left, AT_ONCE)):
        yield some
