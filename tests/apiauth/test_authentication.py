"""Who calls the API: the order of checks, where a key may stand, and what a refusal charges."""

import json
import logging

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.test import RequestFactory

from apiauth import errors, keys
from apiauth.authentication import Principal, authenticate, prover
from apiauth.errors import ApiError
from apiauth.scopes import DEFAULT, Scope
from security import alerts, probes, proofs, ratelimits, snapshot
from security.actors import COMMAND_LINE
from security.alerts import Alarm
from security.ratelimits import Rule
from tests.apiauth.checking import CALLER, learn, row

FACTORY = RequestFactory(REMOTE_ADDR=CALLER.address)


def post(
    raw: bytes | None = None, *, headers: dict[str, str] | None = None, path: str = "/api/v1/funds", **fields: object
) -> WSGIRequest:
    raw = json.dumps(fields).encode() if raw is None else raw
    return FACTORY.post(path, data=raw, content_type="application/json", headers=headers)


def enter(request: WSGIRequest, *, scope: Scope = Scope.READ, fresh: bool = False, query_key: bool = False) -> Principal:
    return authenticate(request, scope=scope, rule=Rule.API, fresh=fresh, query_key=query_key)


def refusal(request: WSGIRequest, *, scope: Scope = Scope.READ, fresh: bool = False) -> ApiError:
    with pytest.raises(ApiError) as refused:
        enter(request, scope=scope, fresh=fresh)
    return refused.value


@pytest.fixture
def rung(monkeypatch):
    """The keys that were reported as guesses."""
    seen: list[str] = []
    monkeypatch.setattr(probes, "bad_key", lambda caller, token, *, kind: seen.append(token))
    return seen


def test_a_key_in_the_body_names_its_principal(owner, api_key):
    principal = enter(post(apikey=api_key))
    assert principal == Principal(owner.pk, "owner", row(api_key).kid, DEFAULT, test=False)


def test_the_body_is_handed_on_without_the_key(api_key):
    request = post(apikey=api_key, symbol="INFY")
    enter(request)
    assert vars(request)["json_body"] == {"symbol": "INFY"}


@pytest.mark.parametrize("header", [("X-API-KEY", "{}"), ("Authorization", "Bearer {}"), ("Authorization", "bearer {}")])
def test_a_key_may_stand_in_a_header(api_key, header):
    assert enter(post(headers={header[0]: header[1].format(api_key)}))


def test_the_same_key_may_stand_in_two_places(api_key):
    assert enter(post(apikey=api_key, headers={"X-API-KEY": api_key}))


def test_two_different_keys_are_400(api_key):
    assert refusal(post(apikey=api_key, headers={"X-API-KEY": "another"})).status == 400


def test_a_key_in_the_query_is_not_seen(api_key):
    assert refusal(FACTORY.get("/api/v1/chart", {"apikey": api_key})).status == 400


def test_a_key_in_the_query_opens_where_the_view_says_so(api_key):
    assert enter(FACTORY.get("/api/v1/instruments", {"apikey": api_key}), query_key=True)


@pytest.mark.parametrize("key", [None, "", 7, True, [], {}, "x" * 257])
def test_a_key_that_is_none_is_400(db, rung, key):
    error = refusal(post(apikey=key))
    assert (error.status, list(error.errors or ())) == (400, ["apikey"])
    assert rung == []


def test_a_missing_key_is_400(db):
    assert refusal(post()).status == 400


def test_a_wrong_key_is_403_in_the_words_programs_look_for(db, rung):
    error = refusal(post(apikey="x" * 256))
    assert (error.status, error.message) == (403, "Invalid openalgo apikey")
    assert rung == ["x" * 256]


@pytest.mark.parametrize(("raw", "status"), [(b"{", 400), (b'{"apikey": "wrong"}', 403)])
def test_json_is_checked_before_the_key(api_key, raw, status):
    assert refusal(post(raw)).status == status


def test_the_key_is_checked_before_the_limit(api_key, monkeypatch):
    monkeypatch.setattr(ratelimits, "PRESETS", {"standard": {Rule.API: (0, 60)}})
    assert refusal(post(apikey="wrong")).status == 403
    assert refusal(post(apikey=api_key)).status == 429


def test_a_spent_limit_says_when_to_come_back(one_minute, api_key):
    for _ in range(60):
        enter(post(apikey=api_key))
    error = refusal(post(apikey=api_key))
    assert error.status == 429
    assert set(error.headers) >= {"Retry-After", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"}


def test_a_key_has_a_budget_for_each_endpoint(api_key):
    for _ in range(60):
        enter(post(apikey=api_key))
    assert enter(post(apikey=api_key, path="/api/v1/quotes"))


def test_a_slash_opens_no_second_budget(one_minute, api_key):
    for _ in range(60):
        enter(post(apikey=api_key))
    assert refusal(post(apikey=api_key, path="/api/v1/funds/")).status == 429


def test_strangers_are_limited_and_the_owner_beside_them_is_not(one_minute, api_key):
    for _ in range(30):
        refusal(post(apikey="wrong"))
    assert refusal(post(apikey="wrong")).status == 429
    assert enter(post(apikey=api_key))


@pytest.mark.parametrize("raw", [b"{", b"{}"])
def test_requests_without_a_key_are_limited_too(one_minute, db, raw):
    for _ in range(30):
        refusal(post(raw))
    assert refusal(post(raw)).status == 429


def test_ten_distinct_wrong_keys_ban(db):
    for number in range(10):
        refusal(post(apikey=f"guess {number}"))
    learn(None)
    assert snapshot.verdict(CALLER.address) is not None


def test_one_wrong_key_repeated_bans_nobody(db):
    for _ in range(20):
        refusal(post(apikey="guess"))
    assert snapshot.verdict(CALLER.address) is None


def test_an_old_key_of_ours_is_alarmed_about_and_no_guess(api_key, rung):
    learn(keys.revoke(row(api_key).kid, by=COMMAND_LINE))
    assert refusal(post(apikey=api_key)).message == "Invalid openalgo apikey"
    assert rung == []
    assert [alert.about for alert in alerts.standing().filter(kind=Alarm.OLD_KEY)] == [f"{row(api_key).kid} (test program)"]


def test_an_old_key_is_alarmed_about_now_and_then(api_key):
    learn(keys.revoke(row(api_key).kid, by=COMMAND_LINE))
    for _ in range(3):
        refusal(post(apikey=api_key))
    assert [alert.count for alert in alerts.standing().filter(kind=Alarm.OLD_KEY)] == [1]


def test_a_missing_scope_is_403_names_it_and_is_no_guess(owner, rung):
    token = keys.issue(owner, by=COMMAND_LINE, name="reader", scopes={Scope.READ}).token
    error = refusal(post(apikey=token), scope=Scope.TRADE)
    assert (error.status, "'trade'" in error.message) == (403, True)
    assert rung == []


def test_a_test_key_says_so(owner):
    token = keys.issue(owner, by=COMMAND_LINE, name="paper", test=True).token
    assert enter(post(apikey=token)).test


def test_an_order_is_refused_the_moment_its_key_is_revoked(api_key):
    enter(post(apikey=api_key))
    keys.revoke(row(api_key).kid, by=COMMAND_LINE)  # this process has not caught up
    assert refusal(post(apikey=api_key), scope=Scope.TRADE, fresh=True).status == 403


def test_a_session_opens_nothing(client, owner):
    request = post()
    request.user = owner
    assert refusal(request).status == 400


def test_a_live_key_is_recognised(api_key):
    enter(post(apikey=api_key))
    assert proofs.is_recognised(CALLER.subject)


def test_a_live_key_in_a_header_proves_a_request_whose_body_is_no_json(api_key):
    assert prover(FACTORY.post("/api/v1/gone", headers={"X-API-KEY": api_key})) == api_key.split("_")[2]


@pytest.mark.parametrize("place", ["body", "header", "query"])
def test_a_live_key_proves_a_request_that_reached_no_view(api_key, place):
    query = FACTORY.get("/api/v1/tickr", {"apikey": api_key})
    header = FACTORY.get("/none", headers={"X-API-KEY": api_key})
    request = {"body": post(apikey=api_key), "header": header, "query": query}[place]
    assert prover(request) == api_key.split("_")[2]


@pytest.mark.parametrize("raw", [b"", b"{}", b'{"apikey": "wrong"}'])
def test_anything_else_proves_nobody(db, rung, raw):
    assert prover(post(raw)) is None
    assert rung == []


def test_every_refusal_has_the_one_shape():
    answer = errors.answer(errors.MissingKey("An API key is required."))
    assert answer.status_code == 400
    assert json.loads(answer.content) == {
        "status": "error",
        "message": "An API key is required.",
        "errors": {"apikey": ["An API key is required."]},
    }


def test_a_request_leaves_no_key_in_the_log(api_key, caplog):
    caplog.set_level(logging.DEBUG)
    enter(post(apikey=api_key))
    refusal(post(apikey=api_key[:-1] + "_"))
    assert api_key[:-1] not in caplog.text
