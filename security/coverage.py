"""Whom a range covers: subjects that were seen in it lately, counted for whoever is about to ban it."""

from collections.abc import Iterator
from dataclasses import dataclass

from security import banlist, proofs, sparing
from security.addresses import Network, network
from security.banlist import BanRefused
from security.models import Probe, ProvenBy


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
    probing = Probe.objects.lately().values_list("subject", flat=True).distinct().iterator()
    seen = {"probes": set(probing)} | {str(by.label): set(_proven(by)) for by in ProvenBy}
    return Coverage(str(target), {name: sum(target.overlaps(network(each)) for each in found) for name, found in seen.items()})


def of_wide(cidr: str) -> Coverage | None:
    """Whom a very wide range covers, for whoever was refused it and may force it; None for anything else."""
    try:
        target = banlist.parsed(cidr)
    except BanRefused:
        return None
    return of(target) if sparing.is_wide(target) else None


def _proven(by: ProvenBy) -> Iterator[str]:
    return proofs.lately().filter(by=by).values_list("subject", flat=True).iterator()
