"""What the security pages and the admin do in an operator's name: order bans, lift them, hand them on, allow."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone

from security import actors, allows, banlist, bans, coverage, durations, escalation, exporting, listing, policy
from security.addresses import network
from security.allows import AllowRefused
from security.bans import BanRefused
from security.blocklists.formats import FORMATS
from security.forms import AllowForm, BanForm
from security.models import Allow, Ban, Origin

HISTORY = 20


@dataclass(frozen=True, slots=True)
class File:
    """All that is kept on a ban. `offences` and `next_ban` are those of its subject, None where it is a range of many."""

    ban: Ban
    blocked: int
    history: tuple[Ban, ...]
    offences: int | None
    next_ban: str


def touched(cidr: str) -> QuerySet[Ban]:
    """What lifting an address or range would end; nothing for what is no range."""
    try:
        return bans.touching(cidr)
    except BanRefused:
        return Ban.objects.none()


def bans_of(subjects: Iterable[str]) -> dict[str, Ban]:
    """Those in force on just these subjects, by the subject's name (which has no /32)."""
    named = {subject if "/" in subject else f"{subject}/32": subject for subject in subjects}
    return {named[ban.cidr]: ban for ban in bans.in_force().filter(cidr__in=named)}


def order(form: BanForm, *, request: HttpRequest) -> Ban | None:
    """The ban that a valid form asks for; None puts the refusal's sentence beside the address."""
    wanted = {**form.cleaned_data}
    try:
        return bans.ban(
            wanted["address"], reason=wanted["reason"], duration=wanted["duration"],
            origin=Origin.OPERATOR, by=actors.of(request), force=wanted["force"],
        )  # fmt: skip
    except BanRefused as refused:
        covered = coverage.of_wide(wanted["address"]) if not wanted["force"] else None
        form.add_error("address", str(refused))
        if covered is not None:
            form.add_error("address", str(covered))
            form.offer_force()
        return None


def lift(cidr: str, *, request: HttpRequest, note: str = "") -> list[Ban]:
    """End what is in force on a range; raises BanRefused when it is none."""
    return bans.lift(cidr, by=actors.of(request), note=note)


def allow(form: AllowForm, *, request: HttpRequest) -> Allow | None:
    """The entry that a valid form asks for; None puts the refusal's sentence beside the address."""
    wanted = form.cleaned_data
    expires = None if wanted["duration"] is None else timezone.now() + wanted["duration"]
    try:
        return allows.add(wanted["address"], by=actors.of(request), note=wanted["note"], expires=expires)
    except AllowRefused as refused:
        form.add_error("address", str(refused))
        return None


def download(form: str, *, request: HttpRequest, rows: QuerySet[Ban] | None = None) -> StreamingHttpResponse:
    """The bans in force, or some rows, however many: as a file with a name of ours."""
    pieces = exporting.export(form, by=actors.of(request), rows=rows)
    headers = {"Content-Disposition": f'attachment; filename="{FORMATS[form].file}"'}
    return StreamingHttpResponse(pieces, content_type=FORMATS[form].kind, headers=headers)


def history(cidr: str) -> QuerySet[Ban]:
    """All bans, in force or not, that ever touched an address or range, newest first."""
    return Ban.objects.filter(banlist.overlapping(network(cidr)))


def file(ban: Ban) -> File:
    """Everything that is kept on one ban and its subject."""
    target = network(ban.cidr)
    count = None if target.is_range else bans.offences([target.named])[target.named]
    length = escalation.length((count or 0) + 1, policy=policy.current())
    return File(
        ban=ban,
        blocked=listing.blocked(ban),
        history=tuple(history(ban.cidr).exclude(pk=ban.pk)[:HISTORY]),
        offences=count,
        next_ban=durations.told(length) if not target.is_range else "",
    )
