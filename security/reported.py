"""Whose an incident was: a caller who was refused comes with the number they were told."""

import re
from dataclasses import dataclass

from security.addresses import NotAnAddress, network
from security.durations import clock
from security.models import Refusal, TrafficEntry
from security.models.traffic import NUMBERED

_NUMBER = re.compile(r"[0-9a-f]{12}", re.IGNORECASE)  # no address is spelled like that


class Unclear(ValueError):
    """The incident names nobody, or too many; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Report:
    """Whose an incident was, and in a sentence what."""

    subject: str
    sentence: str


def is_incident(text: str) -> bool:
    return _NUMBER.fullmatch(text.strip()) is not None


def find(incident: str) -> Report:
    """Raises Unclear."""
    incident = incident.strip().lower()
    found = _answered(incident) or _refused(incident)
    if found is None:
        raise Unclear("Nothing is recorded under this incident: no such number, not yet, or no more.")
    return found


def _answered(incident: str) -> Report | None:
    row = TrafficEntry.objects.filter(NUMBERED, incident=incident).first()
    if row is None:
        return None
    who = f"{row.subject} ({row.user})" if row.user else row.subject
    sentence = f"Incident {incident}: {row.method} {row.path} of {who} was answered {row.status} at {clock(row.at)}."
    if row.anonymous or not _is_single(row.subject):
        raise Unclear(sentence)
    return Report(row.subject, sentence)


def _refused(incident: str) -> Report | None:
    rows = list(Refusal.objects.filter(incident=incident).order_by("first")[:2])
    if not rows:
        return None
    row, *others = rows
    if others or not _is_single(row.subject):
        raise Unclear(f"Incident {incident}: too many to name were refused by their bans at {clock(row.first)}.")
    sentence = f"Incident {incident}: {row.subject} was refused by the ban of {row.cidr} at {clock(row.first)}."
    return Report(row.subject, sentence)


def _is_single(subject: str) -> bool:
    """Where too many were refused at once, a row stands for a range of them, or for all."""
    try:
        return not network(subject).is_range
    except NotAnAddress:  # REST, or what never was one
        return False
