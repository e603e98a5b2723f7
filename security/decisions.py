"""Which bans a bouncer is told of: all in force, what changed since a number of the sequence, or what holds an address."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from security import banlist, exporting
from security.addresses import network
from security.blocklists import crowdsec
from security.blocklists.crowdsec import Decided
from security.blocklists.files import blocks
from security.models import Action, Ban, State

AT_ONCE = 2000  # rows in memory
_SINGLE = Q(cidr__endswith="/128") | (Q(cidr__endswith="/32") & ~Q(cidr__contains=":"))
_SCOPES = {"ip": _SINGLE, "range": ~_SINGLE}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a bouncer is configured to care for, in lower case; nothing means all."""

    scopes: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    containing: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()

    def of(self, rows: QuerySet[Ban]) -> QuerySet[Ban]:
        if self.scopes:
            rows = rows.filter(_any(_SCOPES[each] for each in self.scopes if each in _SCOPES))
        if self.origins:
            rows = rows.filter(origin__in=self.origins)
        if self.containing:
            rows = rows.filter(_any(Q(scenario__icontains=each) for each in self.containing))
        return rows.exclude(_any(Q(scenario__icontains=each) for each in self.lacking)) if self.lacking else rows


def wanted(query: Mapping[str, str]) -> Wanted:
    """Out of a query, by the names that bouncers use."""
    return Wanted(*(_words(query, name) for name in ("scopes", "origins", "scenarios_containing", "scenarios_not_containing")))


def changes(after: int | None, *, upto: int, wanted: Wanted) -> Iterator[bytes]:
    """What began and ended behind a number of the sequence, up to another; None: all that is in force."""
    rows = banlist.in_force() if after is None else banlist.in_force_narrowed().filter(seq__gt=after, seq__lte=upto)
    deleted = Ban.objects.none() if after is None else _ended(after, upto=upto)
    return blocks(crowdsec.stream(_rows(wanted.of(exporting.firewalled(rows))), _rows(wanted.of(deleted)), at=timezone.now()))


def held(query: Mapping[str, str]) -> Iterator[bytes]:
    """What is in force and holds the address or range that a query names; raises NotAnAddress."""
    rows = wanted(query).of(exporting.firewalled(banlist.in_force_narrowed().filter(_named(query))))
    return blocks(crowdsec.listed(_rows(rows), at=timezone.now()))


def _ended(after: int, *, upto: int) -> QuerySet[Ban]:
    """But where another ban of the same range took its place."""
    heir = banlist.in_force().filter(cidr=OuterRef("cidr"), action=OuterRef("action")).order_by()
    moved = Ban.objects.filter(action=Action.BAN, seq__gt=after, seq__lte=upto)
    return moved.filter(~Exists(heir)).exclude(state=State.ACTIVE)


def _named(query: Mapping[str, str]) -> Q:
    scope, kind = query.get("scope", "").lower(), query.get("type", "").lower()
    if scope not in ("", *_SCOPES) or kind not in ("", Action.BAN):
        return Q(pk__in=[])
    text = query.get("ip") or query.get("range") or query.get("value")
    if not text:
        return _SCOPES.get(scope, Q())
    target = network(text)
    return banlist.within(target) if query.get("contains") == "false" else banlist.holding(target)


def _rows(rows: QuerySet[Ban]) -> Iterator[Decided]:
    ordered = rows.order_by("start").values_list(*crowdsec.COLUMNS)
    return map(Decided._make, ordered.iterator(chunk_size=AT_ONCE))


def _words(query: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(word for each in query.get(name, "").lower().split(",") if (word := each.strip()))


def _any(conditions: Iterator[Q]) -> Q:
    """One of them at least; of none, nothing."""
    found = Q(pk__in=[])
    for each in conditions:
        found |= each
    return found
