"""The key of a socket's first frame: weighed as on the API; every doubt is an ApiError, so nobody streams unproven."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apiauth import body, registry
from apiauth.authentication import MAX_KEY_LENGTH, Principal, known, opened, principal, refuse_too_many
from apiauth.errors import ApiError, MissingKey, MissingScope
from apiauth.registry import Entry
from apiauth.scopes import Scope
from apiauth.standing import standing
from security import probes, ratelimits
from security.clientip import Caller
from security.ratelimits import Rule

DEPTH = 8  # levels of a message's JSON
ENDPOINT = "stream"


@dataclass(frozen=True, slots=True)
class Admitted:
    """Whose socket it is, and whether it still may be."""

    principal: Principal
    address: str
    pk: int

    def stands(self, now: datetime) -> bool:
        """From memory, which follows the sequence."""
        entry = registry.find(self.principal.kid)
        return entry is not None and entry.pk == self.pk and _may_stream(entry, self.address, now)


def read(text: str) -> dict[str, Any]:
    """The JSON object of a frame, read as strictly as a request's body; raises BadRequest."""
    return body.load(text.encode(), depth=DEPTH)


def authenticate(caller: Caller, key: object) -> Admitted:
    """In a thread: Argon2 may run, a ban may be written. A wrong key counts like one on the API."""
    try:
        entry = opened(_written(key), caller, fresh=False)
    except ApiError as error:
        probes.spoofed(caller)
        refuse_too_many(ratelimits.stranger(caller), cause=error)
        raise
    known(entry, caller)
    refuse_too_many(ratelimits.charge(Rule.API, entry.kid, endpoint=ENDPOINT))
    if Scope.STREAM not in entry.scopes:
        raise MissingScope(Scope.STREAM)
    return Admitted(principal=principal(entry), address=caller.address, pk=entry.pk)


def _may_stream(entry: Entry, address: str, now: datetime) -> bool:
    return Scope.STREAM in entry.scopes and standing(entry, now=now).opens and entry.allows(address)


def _written(key: object) -> str:
    if not isinstance(key, str) or not key:
        raise MissingKey("An API key is required.")
    if len(key) > MAX_KEY_LENGTH:
        raise MissingKey(f"An API key has at most {MAX_KEY_LENGTH} characters.")
    return key
