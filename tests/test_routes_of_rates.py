"""Which rule of the rates each route is charged by, where it is not the ordinary one: pages by PAGE, calls by API."""

import re

import pytest

from security import policy
from security.actors import COMMAND_LINE
from security.ratelimits import Rule
from tests.test_routes import ROUTES, declared, identify

ORDINARY = {Rule.PAGE, Rule.API}
RULES: dict[str, Rule | None] = {
    "login": Rule.LOGIN, "sudo": Rule.LOGIN, "setup": Rule.LOGIN, "password_change": Rule.LOGIN,
    "api_keys": Rule.KEYS, "rotate_api_key": Rule.KEYS, "revoke_api_key": Rule.KEYS,
    "ticket": Rule.ORDER, "modify_order": Rule.ORDER, "cancel_order": Rule.ORDER, "cancel_orders": Rule.ORDER,
    "close_positions": Rule.ORDER,
    "door": Rule.OPEN, "favicon": Rule.OPEN, "robots": Rule.OPEN,
    "healthz": None, "openapi-json": None, "openapi-view": None, "api-root": None,  # charged inside
}  # fmt: skip
ORDER_CALLS = {"placeorder", "placesmartorder", "modifyorder", "cancelorder"}  # the others are charged as API


def test_each_route_is_charged_by_its_rule():
    limits = [(identify(route), declared(route)) for route in ROUTES]
    rules = {(name, limit.rule) for name, limit in limits if limit and limit.rule not in ORDINARY}
    assert rules == set(RULES.items())


def test_what_programs_call_is_charged_as_api_and_nothing_else_is():
    by_key = {each.rule for route in ROUTES if (each := declared(route)) and each.by_key}
    by_user = {each.rule for route in ROUTES if (each := declared(route)) and not each.by_key}
    assert (by_key, Rule.API in by_user) == ({Rule.API}, False)


CALLS = sorted(
    {re.sub(r"<\w+:(\w+)>", r"\1", str(route[1].pattern)) for route in ROUTES if getattr(declared(route), "by_key", False)}
)


def limit_of(program, call: str) -> int:
    """What a call's answer says that it was charged by; what else it misses is told behind that."""
    address = f"/{call}" if call.startswith("v1/") else f"/api/v1/{call}"
    sent = {"content_type": "application/json", "headers": {"X-API-KEY": program.token}, "PATH_INFO": address}
    fields = {"apikey": program.token}
    answer = program.client.post("/", fields, **sent)
    if answer.status_code == 405:
        answer = program.client.get("/", fields, **sent)
    return int(answer["RateLimit-Limit"])


@pytest.mark.django_db(transaction=True)
def test_a_program_pays_for_orders_from_a_budget_of_their_own(program, one_minute):
    policy.change({"rates": {"api": (111, 60), "order": (222, 60)}}, by=COMMAND_LINE)
    assert {call: limit_of(program, call) for call in CALLS} == {
        call: 222 if call.strip("/") in ORDER_CALLS else 111 for call in CALLS
    }
