"""Who calls the API and what they may do; every doubt is an ApiError, so a view behind it never runs unproven."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from apiauth import body, keys, usage
from apiauth.errors import ApiError, InvalidKey, MissingKey, MissingScope, TooMany
from apiauth.keys import Bad, Kind, Verified
from apiauth.registry import Entry
from apiauth.scopes import Scope
from security import alerts, clientip, probes, proofs, ratelimits, trail
from security.alerts import Alarm
from security.clientip import Caller
from security.models import ProvenBy
from security.paths import is_api
from security.ratelimits import Refused, Rule
from security.silence import Silence

MAX_KEY_LENGTH = 256
HINT_EVERY = 600.0  # seconds, per key


@dataclass(frozen=True, slots=True)
class Principal:
    """The user and key behind a request; a `test` key always acts on paper."""

    user_id: int
    username: str
    kid: str
    scopes: frozenset[Scope]
    test: bool


_silence = Silence(HINT_EVERY)  # by key; of a canary also by subject


def authenticate(request: HttpRequest, *, scope: Scope, rule: Rule, fresh: bool = False, query_key: bool = False) -> Principal:
    """In this order: JSON 400, presence of a key 400, key 403, limit 429, scope 403.

    Leaves the body without its key at `request.json_body`, and what the key was charged at `request.charged`. `fresh` belongs
    to calls that change orders: a revocation holds for them at once. `query_key` also takes the key from the query, for the
    two calls whose clients know no other way.
    """
    caller = clientip.of(request)
    try:
        fields = body.parse(request)
        entry = opened(_key(request, fields, in_query=query_key), caller, fresh=fresh)
    except ApiError as error:
        refuse_too_many(ratelimits.stranger(caller), cause=error)
        raise
    known(entry, caller)
    request.charged = ratelimits.charge(rule, entry.kid, endpoint=_endpoint(request))  # type: ignore[attr-defined]
    refuse_too_many(request.charged)  # type: ignore[attr-defined]
    if scope not in entry.scopes:
        raise MissingScope(scope)
    request.json_body = fields  # type: ignore[attr-defined]
    return principal(entry)


def principal(entry: Entry) -> Principal:
    return Principal(user_id=entry.user_id, username=entry.username, kid=entry.kid, scopes=entry.scopes, test=entry.test)


def prover(request: HttpRequest) -> str | None:
    """The id of a live key that a request carries which reached no view; tells nobody and changes nothing."""
    try:
        fields = body.parse(request)
    except ApiError:
        fields = {}  # a header may prove it all the same
    try:
        key = _key(request, fields, in_query=is_api(request.path))
    except ApiError:
        return None
    found = keys.verify(key, clientip.of(request))
    return found.entry.kid if isinstance(found, Verified) else None


def forget() -> None:
    _silence.forget()


def _key(request: HttpRequest, fields: dict[str, Any], *, in_query: bool) -> str:
    """The one key the request carries; taken out of the fields."""
    found = {key for key in (request.META.get("HTTP_X_API_KEY"), _bearer(request)) if key}
    if "apikey" in fields:
        found.add(_written(fields.pop("apikey")))
    if in_query:
        found.update(key for key in request.GET.getlist("apikey") if key)
    if not found:
        raise MissingKey("An API key is required.")
    if len(found) > 1:
        raise MissingKey("The request carries two different API keys.")
    key = found.pop()
    if len(key) > MAX_KEY_LENGTH:
        raise MissingKey(f"An API key has at most {MAX_KEY_LENGTH} characters.")
    return key


def _written(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise MissingKey("An API key is a text that is not empty.")
    return value


def _bearer(request: HttpRequest) -> str:
    kind, _, key = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    return key.strip() if kind.lower() == "bearer" else ""


def opened(key: str, caller: Caller, *, fresh: bool) -> Entry:
    """The entry of a key that opens; a guess is counted, and one that is or was a key of ours alarmed about."""
    result = keys.verify(key, caller, fresh=fresh)
    if not isinstance(result, Bad):
        return result.entry
    if result.entry is not None:
        _alarm(result.entry, result.kind, caller)
    if result.counts:
        probes.bad_key(caller, key, kind=result.kind)
    raise InvalidKey


def _alarm(entry: Entry, kind: Kind, caller: Caller) -> None:
    """Tell the operator, now and then, whose program still uses a key that ended; and who found one that nobody uses."""
    about = f"{entry.kid} ({entry.name})"
    if kind is Kind.CANARY and _silence.is_over(f"{entry.kid} {caller.subject}"):
        alerts.sound(Alarm.CANARY, f"{caller.subject} used the canary key {about}: where it lay, somebody looked.", about=about)
    elif kind is not Kind.CANARY and _silence.is_over(entry.kid):
        where = "from an address that is not on its list" if kind is Kind.ADDRESS else f"which is {kind}"
        alerts.sound(Alarm.OLD_KEY, f"{caller.subject} used the API key {about}, {where}; it was refused.", about=about)


def known(entry: Entry, caller: Caller) -> None:
    trail.proven(user=entry.username, key=entry.kid)
    usage.note(entry.pk, address=caller.address)
    proofs.recognised(caller, by=ProvenBy.KEY)


def refuse_too_many(outcome: object, *, cause: ApiError | None = None) -> None:
    if isinstance(outcome, Refused):
        raise TooMany(outcome) from cause


def _endpoint(request: HttpRequest) -> str:
    """The route with and without its slash alike, so that neither a slash nor a path parameter opens a second budget."""
    match = request.resolver_match
    return (match.route if match is not None else request.path).strip("/")
