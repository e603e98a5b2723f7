"""What the security page and the admin do in an operator's name: find bans, order them, lift them."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from security import bans, clientip, proofs
from security.addresses import NotAnAddress, network, subject_network
from security.bans import BanRefused
from security.clientip import Caller
from security.forms import BanForm
from security.models import Ban, Origin


def find(query: str) -> QuerySet[Ban]:
    """Bans in force that touch an address or range, or carry the words."""
    rows = bans.in_force()
    if not query:
        return rows
    words = Q(cidr__icontains=query) | Q(reason__icontains=query) | Q(actor__icontains=query)
    return rows.filter(words | Q(pk__in=touched(query).values("pk")))


def touched(cidr: str) -> QuerySet[Ban]:
    """What lifting an address or range would end; nothing for what is no range."""
    try:
        return bans.touching(cidr)
    except BanRefused:
        return Ban.objects.none()


def order(form: BanForm, *, request: HttpRequest) -> Ban | None:
    """The ban that a valid form asks for; None puts the refusal's sentence beside the address."""
    wanted, caller = form.cleaned_data, clientip.of(request)
    if why := _shuts_out_staff(wanted["address"], caller):
        form.add_error("address", why)
        return None
    try:
        return bans.ban(
            wanted["address"], reason=wanted["reason"], duration=wanted["duration"],
            origin=Origin.OPERATOR, actor=request.user.get_username(),
        )  # fmt: skip
    except BanRefused as refused:
        form.add_error("address", str(refused))
        return None


def lift(cidr: str, *, request: HttpRequest, note: str = "") -> list[Ban]:
    """End what is in force on a range; raises BanRefused when it is none."""
    return bans.lift(cidr, by=request.user.get_username(), note=note)


def _shuts_out_staff(address: str, caller: Caller) -> str | None:
    """Why a ban would hit the operator or a colleague at work; only the command line may do that."""
    try:
        target = subject_network(address)
    except NotAnAddress:
        return None  # the verb says what is wrong with it
    if target.overlaps(network(caller.subject)):
        return f"This would shut you out: you are {caller.address}."
    since = timezone.now() - timedelta(seconds=settings.SESSION_IDLE)
    colleague = next((each for each in proofs.subjects(proofs.STAFF, since=since) if target.overlaps(network(each))), None)
    return f"This would shut out {colleague}, where a staff session was used in the last hours." if colleague else None
