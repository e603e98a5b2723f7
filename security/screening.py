"""Whom an import may not shut out: the same rules as for one order, asked only where there may be an objection."""

from dataclasses import dataclass

from security import allows, clientip, proofs, sparing
from security.actors import COMMAND_LINE, Actor
from security.addresses import LOCAL, Network, network, parse
from security.models import Action, Origin


@dataclass(frozen=True, slots=True)
class Screen:
    """Remembers every range about which `sparing` may have a word to say: a million questions to the database would not do."""

    known: frozenset[Network]
    around: frozenset[Network]  # every range that holds one of them
    lengths: tuple[int, ...]

    def is_near(self, target: Network) -> bool:
        """Does it hold, or lie in, one of them?"""
        if target in self.around:
            return True
        return any(target.around(length) in self.known for length in self.lengths if length <= target.length)


def screen(by: Actor) -> Screen:
    """As of now. Equal to another: nothing changed in between."""
    subjects = {*proofs.at_work(), *([parse(by.address).subject] if by.address else [])}
    allowed = allows.in_force().values_list("cidr", flat=True)
    known = frozenset({*LOCAL, *clientip.proxies().ranges, *map(network, subjects), *map(network, allowed)})
    around = frozenset(each.around(length) for each in known for length in range(each.length + 1))
    return Screen(known, around, tuple(sorted({each.length for each in known})))


def objection(target: Network, *, action: Action, by: Actor, force: bool, near: Screen) -> str | None:
    """Why a range may not be imported; force widens, and at the command line it overrides all, as it does for one order."""
    if not sparing.is_wide(target) and not near.is_near(target):
        return None
    origin = Origin.COMMAND if by == COMMAND_LINE else Origin.OPERATOR
    return sparing.objection(target, action=action, origin=origin, by=by, force=force)
