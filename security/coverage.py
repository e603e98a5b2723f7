"""Whom a range covers: subjects that were seen in it lately, counted for whoever is about to ban it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from security import proofs
from security.addresses import Network, network
from security.models import Probe, ProvenBy

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Coverage:
    """Subjects seen within 24 h, by where they were seen ("probes", "api keys", "staff sessions", ...)."""

    target: str
    seen: dict[str, int]

    def __str__(self) -> str:
        told = ", ".join(f"{count} by {name}" for name, count in self.seen.items() if count)
        return f"{self.target} covers these subjects seen within 24 h: {told or 'none'}."


def of(target: Network) -> Coverage:
    """Asks the database; a count of each kind, in which one subject may appear more than once."""
    since = timezone.now() - DAY
    probing = Probe.objects.filter(at__gte=since).values_list("subject", flat=True).distinct().iterator()
    seen = {"probes": set(probing)} | {str(by.label): set(_proven(by)) for by in ProvenBy}
    return Coverage(str(target), {name: sum(target.overlaps(network(each)) for each in found) for name, found in seen.items()})


def _proven(by: ProvenBy) -> Iterator[str]:
    return proofs.lately().filter(by=by).values_list("subject", flat=True).iterator()
