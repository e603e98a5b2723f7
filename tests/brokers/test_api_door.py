"""Before a call is served: its address, method, body and key, each refused in the one error shape."""

import pytest
from django.test import Client

from apiauth import keys
from apiauth.scopes import Scope
from brokers.api import unserved
from security import probes
from security.actors import COMMAND_LINE
from tests.program import Program, refused

SERVED = (
    "ping", "placeorder", "modifyorder", "cancelorder", "orderstatus", "orderbook", "tradebook", "positionbook",
    "openposition", "funds", "quotes", "symbol", "search", "analyzer", "analyzer/toggle",
    "placesmartorder", "cancelallorder", "closeposition", "basketorder", "splitorder",
    "multiquotes", "holdings", "margin", "pnl/symbols", "expiry", "depth", "history", "intervals",
    "market/holidays", "market/timings", "optionsymbol", "optionchain",
)  # fmt: skip
CHANGES = (
    "placeorder", "placesmartorder", "modifyorder", "cancelorder", "cancelallorder", "closeposition", "basketorder",
    "splitorder", "analyzer/toggle",
)  # fmt: skip
CALLS = [*SERVED, *unserved.TRADE, *unserved.ASK, *unserved.BOTH]
UNSERVED_LOOKS = [*unserved.LOOK, *unserved.BOTH, "ticker/NSE:INFY"]
SERVED_LOOKS = ("instruments",)
LOOKS = [*SERVED_LOOKS, *UNSERVED_LOOKS]


def test_the_contracts_inventory_is_complete():
    assert len(CALLS) + len(LOOKS) == 63


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("end", ["", "/"])
def test_every_call_wants_a_key(client, db, call, end):
    response = client.post(f"/api/v1/{call}{end}", {}, content_type="application/json")
    assert (response.status_code, "apikey" in refused(response)["errors"]) == (400, True)


@pytest.mark.parametrize("call", LOOKS)
@pytest.mark.parametrize("end", ["", "/"])
def test_every_look_wants_a_key(client, db, call, end):
    response = client.get(f"/api/v1/{call}{end}")
    assert (response.status_code, "apikey" in refused(response)["errors"]) == (400, True)


@pytest.mark.parametrize("call", CALLS)
def test_every_call_refuses_a_wrong_key(db, call):
    response = Program("nonsense")(call)
    assert (response.status_code, refused(response)["message"]) == (403, "Invalid openalgo apikey")


@pytest.mark.parametrize("call", sorted({*CALLS} - {*SERVED}))
def test_what_is_not_served_says_so(program, call):
    response = program(call, anything="goes")
    assert (response.status_code, refused(response)["status"]) == (501, "error")


@pytest.mark.parametrize("call", UNSERVED_LOOKS)
def test_what_is_not_served_to_look_at_says_so(program, call):
    response = program.client.get(f"/api/v1/{call}", headers={"X-API-KEY": program.token})
    assert (response.status_code, refused(response)["status"]) == (501, "error")


@pytest.mark.parametrize(("call", "code"), [("instruments", 200), ("ticker/NSE:INFY", 501)])
def test_two_calls_take_the_key_from_the_query(program, call, code):
    assert program.client.get(f"/api/v1/{call}", {"apikey": program.token}).status_code == code


def test_no_other_call_takes_the_key_from_the_query(program):
    assert program.client.get("/api/v1/chart", {"apikey": program.token}).status_code == 400


@pytest.mark.parametrize("header", ["X-API-KEY: {}", "Authorization: Bearer {}"])
def test_a_header_may_carry_the_key(program, header):
    name, _, value = header.format(program.token).partition(": ")
    assert program.post("ping", {}, **{name: value}).status_code == 200


def test_a_host_with_a_trailing_slash_is_understood(program):
    response = program.post("ping", {"apikey": program.token}, spelled="//api/v1/ping")
    assert response.json()["data"]["message"] == "pong"


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("call", ["ping", "placeorder", "optionsorder"])
def test_a_wrong_method_is_told_the_right_one(client, db, method, call):
    response = client.generic(method, f"/api/v1/{call}")
    assert (response.status_code, response["Allow"]) == (405, "POST")


def test_a_method_that_no_call_has_counts_as_a_probe(client, db):
    client.generic("TRACE", "/api/v1/ping", REMOTE_ADDR="203.0.113.9")
    assert [each.weight for each in probes.tally.of("203.0.113.9")] == [5]


def test_a_wrong_method_is_refused_in_the_one_shape(client, db):
    assert refused(client.get("/api/v1/placeorder"))["message"] == "This address answers only POST."


def test_wrong_methods_are_charged_to_who_sends_them(client, db, noon):
    codes = [client.get("/api/v1/ping").status_code for _ in range(61)]
    assert codes == [405] * 60 + [429]


def test_wrong_methods_with_a_live_key_are_charged_to_that(client, program, noon):
    headers = {"X-API-KEY": program.token}
    codes = [client.get("/api/v1/ping", headers=headers).status_code for _ in range(61)]
    assert codes == [405] * 60 + [429]
    assert client.get("/api/v1/ping").status_code == 405


def test_a_stranger_hides_the_pages_about_the_api_from_no_user_beside_them(client, owner, noon):
    assert [client.get("/api/v1/openapi.json").status_code for _ in range(61)][-1] == 429
    client.force_login(owner)
    assert client.get("/api/v1/openapi.json").status_code == 200


@pytest.mark.parametrize("path", ["", "nothing", "ping/pong", "ticker"])
def test_an_unknown_path_is_refused_in_the_one_shape(client, db, path):
    response = client.post(f"/api/v1/{path}", {}, content_type="application/json")
    assert (response.status_code, refused(response)["status"]) == (404, "error")


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        "null",
        '"text"',
        '{"a":1,"a":2}',
        '{"a":NaN}',
        '{"a":1e400}',
        "[" * 100_000,
        '{"a":"\\ud800"}',
        b"\xff",
        "1" * 5000,
    ],
)
def test_malformed_json_is_refused(program, body):
    response = program.client.post("/api/v1/placeorder", body, content_type="application/json")
    assert (response.status_code, refused(response)["status"]) == (400, "error")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""])
def test_another_content_type_is_refused(program, kind):
    response = program.client.generic("POST", "/api/v1/ping", b'{"apikey":"x"}', content_type=kind)
    assert (response.status_code, refused(response)["status"]) == (400, "error")


def test_an_oversized_body_is_refused(program, settings):
    response = program("ping", filler="x" * settings.BODY_LIMIT)
    assert (response.status_code, refused(response)["status"]) == (413, "error")


def test_a_key_without_the_scope_is_told_which(owner):
    reader = Program(keys.issue(owner, by=COMMAND_LINE, name="reader", scopes={Scope.READ}).token)
    response = reader("placeorder")
    assert (response.status_code, "trade" in refused(response)["message"]) == (403, True)


@pytest.mark.parametrize("call", [*CHANGES, *unserved.TRADE])
def test_what_changes_orders_needs_the_scope_trade(owner, call):
    assert Program(keys.issue(owner, by=COMMAND_LINE, name="reader", scopes={Scope.READ}).token)(call).status_code == 403


@pytest.mark.parametrize("call", CHANGES)
def test_a_revoked_key_changes_nothing_at_once(owner, program, call):
    program("ping")
    keys.revoke(program.token.split("_")[2], by=COMMAND_LINE)
    assert program(call).status_code == 403


def test_a_key_over_its_rate_is_told_when_to_return(program, noon):
    codes = [program("ping").status_code for _ in range(61)]
    assert codes == [200] * 60 + [429]
    told = program("ping")
    assert refused(told)["message"] == f"Too many requests: 60 a minute. Try again in {told['Retry-After']} s."


def test_the_slashes_share_one_budget(program, noon):
    spellings = ("/api/v1/ping", "/api/v1/ping/", "//api/v1/ping")
    codes = [program.post("ping", {"apikey": program.token}, spelled=spelling).status_code for spelling in spellings * 20]
    assert (set(codes), program("ping").status_code) == ({200}, 429)


def test_a_schema_error_names_the_fields_as_they_were_sent(program):
    response = program("analyzer/toggle", Mode=True)
    assert response.status_code == 400
    assert refused(response)["errors"] == {"mode": ["Missing data for required field."], "Mode": ["Unknown field."]}


def test_the_message_of_several_problems_names_the_first_and_counts_the_others(program):
    answer = refused(program("placeorder", strategy="x", action="BUY"))
    assert answer["message"] == "exchange: Missing data for required field. (and 2 more)"
    assert set(answer["errors"]) == {"exchange", "symbol", "quantity"}


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("quantity", 0, "Must be greater than 0."),
        ("quantity", "-1", "Must be greater than 0."),
        ("quantity", 10**10, "Must be between 0 and 1,00,00,00,000."),
        ("product", "mis", "Must be one of CNC, NRML or MIS."),
        ("pricetype", 7, "Must be one of MARKET, LIMIT, SL or SL-M."),
        ("symbol", "", "Must not be empty."),
        ("symbol", None, "Must be text."),
        ("symbol", "x" * 51, "Must have at most 50 characters."),
        ("strategy", "a\nb", "Must be text without control characters, and not blank."),
    ],
)
def test_a_problem_is_a_sentence_of_ours(program, field, value, sentence):
    order = {"strategy": "", "exchange": "NSE", "symbol": "INFY", "action": "BUY", "quantity": 1}
    assert refused(program("placeorder", **order | {field: value}))["message"] == f"{field}: {sentence}"


def test_a_large_mistake_gets_a_small_answer(program):
    response = program("ping", **{f"{number}" * 200: 1 for number in range(1000)})
    assert len(response.content) < 4000


def test_the_key_is_checked_before_the_schema(db):
    assert Program("wrong")("placeorder", quantity="-1").status_code == 403


def test_a_page_elsewhere_gets_no_leave_to_read(program):
    response = program.post("ping", {"apikey": program.token}, Origin="https://elsewhere.example")
    assert "Access-Control-Allow-Origin" not in response


def test_it_needs_no_csrf_token(owner, program):
    program.client = Client(enforce_csrf_checks=True)
    assert program("ping").status_code == 200
