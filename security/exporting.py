"""The bans in force for other programs and other servers; what cannot be noted in the audit is not handed out."""

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from security import allows, audit, banlist
from security.actors import Actor
from security.addresses import network
from security.audit import Act
from security.blocklists.entries import COLUMNS, Listed
from security.blocklists.files import blocks
from security.blocklists.formats import FORMATS
from security.models import Action, Ban

AT_ONCE = 2000  # rows in memory

Told = Callable[[int], object]


def export(form: str, *, by: Actor, rows: QuerySet[Ban] | None = None, told: Told = lambda _: None) -> Iterator[bytes]:
    """The list in a format, or what of these rows is in force, piece by piece; read once the first piece is asked for.

    `told` hears after each ban how many those were.
    """
    with audit.change():
        audit.record(Act.BANS_EXPORTED, by=by, about=form)
    return poured(form, rows=rows, at=timezone.now(), told=told)


def write(form: str, path: Path, *, by: Actor, told: Told = lambda _: None) -> None:
    """Into a file (0600) that is whole or not there: a firewall may read it at any moment."""
    draft = path.with_name(f"{path.name}.new")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.writelines(export(form, by=by, told=told))
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def poured(form: str, *, at: datetime, rows: QuerySet[Ban] | None, told: Told) -> Iterator[bytes]:
    chosen, held = FORMATS[form], banlist.in_force()
    held = held if rows is None else held.filter(pk__in=rows.values("pk"))
    yield from blocks(chosen.write(_listed(held if chosen.whole else firewalled(held), told), at=at))


def firewalled(rows: QuerySet[Ban]) -> QuerySet[Ban]:
    """What of these a firewall is to shut out: bans, but those by force at the command line that meet the allow list."""
    return rows.filter(action=Action.BAN).exclude(pk__in=_spared())


def _listed(rows: QuerySet[Ban], told: Told) -> Iterator[Listed]:
    """By their first address, the widest first, as nftables needs them."""
    ordered = rows.order_by("start", "-end").values_list(*COLUMNS)
    for count, row in enumerate(ordered.iterator(chunk_size=AT_ONCE), start=1):
        yield Listed._make(row)
        told(count)


def _spared() -> list[UUID]:
    """Of the bans that meet the allow list: there are hardly any, and the gatehouse lets the allowed in all the same."""
    ranges = [network(cidr) for cidr in allows.in_force().values_list("cidr", flat=True)]
    rows = banlist.in_force_narrowed().order_by()
    return [pk for each in ranges for pk in rows.filter(banlist.overlapping(each)).values_list("pk", flat=True)]
