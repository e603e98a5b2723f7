"""The bans in force as this process knows them; an unreadable list leaves the last known one in force."""

from datetime import datetime
from math import inf
from time import time

from django.conf import settings
from django.core.signals import setting_changed
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from security import spans
from security.addresses import parse
from security.matcher import Matcher, Verdict
from security.models import Action, Allow, Ban, Policy, State

AT_ONCE = 50_000  # rows that changed; of more, all are loaded anew
REMEMBERED = 20_000  # addresses that were refused since the last change
ENFORCED = (Action.BAN, Action.THROTTLE)
ENDED = (State.EXPIRED, State.LIFTED, State.SUPERSEDED)


class _Memory:
    """Plain attributes: hashing an enum member would cost as much as the whole verdict."""

    __slots__ = ("allows", "bans", "open_until", "refused", "throttles")

    def __init__(self) -> None:
        self.bans, self.throttles, self.allows = Matcher(), Matcher(), Matcher()
        self.open_until = _open_until()  # nobody is refused before
        self.refused: dict[str, Verdict] = {}  # by address: who is banned knocks again and again

    def replace(self, other: "_Memory") -> None:
        for name in self.__slots__:
            setattr(self, name, getattr(other, name))

    def change(self) -> None:
        """After each change. Whoever judges by what stood before remembers it in the old dict, which nobody asks again."""
        self.refused = {}

    def of(self, action: str) -> Matcher:
        return self.bans if action == Action.BAN else self.throttles


def verdict(address: str) -> Verdict | None:
    """The ban in force on an address, or None; memory only."""
    refused = _memory.refused  # taken before the list is asked
    known = refused.get(address)
    if known is not None and known.expires > time():
        return known
    found = parse(address)
    judged = _in_force(_memory.bans, found.bits, found.value)
    if judged is not None and len(refused) < REMEMBERED:
        refused[address] = judged
    return judged


def is_throttled(subject: str) -> bool:
    """Is a throttle in force on a subject (or address)? Memory only."""
    found = parse(subject.partition("/")[0])
    return _in_force(_memory.throttles, found.bits, found.value) is not None


def count() -> int:
    """Bans and throttles; one that ran out counts until it is marked so, a minute later at most."""
    return len(_memory.bans) + len(_memory.throttles)


def apply(after: int) -> None:
    """Bring memory up to the rows above a seq (0: all anew); the follower of the sequence."""
    if after and Ban.objects.filter(seq__gt=after).count() <= AT_ONCE:
        try:
            _learn(_memory, Q(seq__gt=after))
            _forget(Q(seq__gt=after))
        finally:
            _memory.change()
    else:
        fresh = _Memory()
        _learn(fresh, Q())
        _memory.replace(fresh)


def lasting() -> Q:
    """Rows whose time is not over."""
    return Q(expires=None) | Q(expires__gt=timezone.now())


def reset() -> None:
    """Forget the list (tests)."""
    _memory.replace(_Memory())


def _in_force(matcher: Matcher, bits: int, value: int) -> Verdict | None:
    now = time()
    if now < _memory.open_until or _memory.allows.find(bits, value, now) is not None:
        return None
    return matcher.find(bits, value, now)


def _learn(into: _Memory, changed: Q) -> None:
    for until in Policy.objects.filter(changed, pk=1).values_list("paused_until", flat=True):
        into.open_until = _open_until(until)
    for _, each in spans.read(Allow.objects.filter(changed, removed=None)):
        into.allows.fill(each)
    # The states that ended are named: a plain `state = 'active'` would be read by its index, row by row all over the file.
    active = Ban.objects.filter(changed, lasting() if not changed else Q(), action__in=ENFORCED).exclude(state__in=ENDED)
    for action, each in spans.read(active, by="action"):
        into.of(action).fill(each)


def _forget(changed: Q) -> None:
    """What ended, unless another row took its place, so that no range stands open in between."""
    heir = Ban.objects.filter(cidr=OuterRef("cidr"), action=OuterRef("action"), state=State.ACTIVE)
    ended = Ban.objects.filter(changed, ~Exists(heir), action__in=ENFORCED).exclude(state=State.ACTIVE)
    for action, each in spans.read(ended, by="action"):
        _memory.of(action).drop(each)
    heir_of_allow = Allow.objects.filter(cidr=OuterRef("cidr"), removed=None)
    for _, each in spans.read(Allow.objects.filter(changed, ~Exists(heir_of_allow), removed__isnull=False)):
        _memory.allows.drop(each)


def _open_until(paused_until: datetime | None = None) -> float:
    """Asking the settings at each verdict would cost as much as the rest of it."""
    if not settings.BANS:
        return inf
    return 0.0 if paused_until is None else paused_until.timestamp()


def _switched(*, setting: str, **_: object) -> None:
    if setting == "BANS":
        _memory.open_until = _open_until()
        _memory.change()


_memory = _Memory()
setting_changed.connect(_switched)
