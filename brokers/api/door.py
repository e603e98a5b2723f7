"""Who may pass: the key is proven before anything of the request is looked at (fails closed)."""

from dataclasses import dataclass

from django.http import HttpRequest

from apiauth.authentication import Principal, authenticate
from apiauth.scopes import Scope
from brokers import modes
from brokers.types import Mode
from security import clientip
from security.actors import Actor
from security.ratelimits import Rule


class Call(HttpRequest):
    """A request behind the door; for type checkers alone."""

    auth: Principal


@dataclass(frozen=True, slots=True)
class Door:
    """What a call asks of its key.

    `tells_mode`: its answers, good or bad, say when they come from paper. `query_key`: clients know no other place for it.
    """

    scope: Scope
    rule: Rule = Rule.API
    fresh: bool = False
    tells_mode: bool = False
    query_key: bool = False

    def __call__(self, request: HttpRequest) -> Principal:
        principal = authenticate(request, scope=self.scope, rule=self.rule, fresh=self.fresh, query_key=self.query_key)
        if self.tells_mode:
            request.mode = mode(principal)  # type: ignore[attr-defined]
        return principal


def mode(principal: Principal) -> Mode:
    """A test key acts on paper, whatever its user's mode."""
    return Mode.ANALYZE if principal.test else modes.current(principal.user_id)


def actor(request: Call) -> Actor:
    """Whoever holds the key, for the audit."""
    who = request.auth
    return Actor(who.username, id=str(who.user_id), address=clientip.of(request).address, credential=f"key {who.kid}")


ORDER = Door(Scope.TRADE, Rule.ORDER, fresh=True, tells_mode=True)
BULK = Door(Scope.TRADE, fresh=True, tells_mode=True)
SWITCH = Door(Scope.TRADE, fresh=True)
ACCOUNT = Door(Scope.READ, tells_mode=True)
READ = Door(Scope.READ)
DOWNLOAD = Door(Scope.READ, query_key=True)
