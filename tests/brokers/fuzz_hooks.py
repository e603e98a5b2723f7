"""For schemathesis: a valid key, a share that exists and a whole quantity, or no call passes the door and the rules."""

import os
import re
from typing import Any

import schemathesis

from brokers.schemas.fields import MOST, TEXT_NUMBER


def text(value: Any, most: int) -> bool:
    return isinstance(value, str) and 1 <= len(value) <= most and value.isprintable()


def count(value: Any) -> bool:
    if isinstance(value, str):
        return bool(re.fullmatch(TEXT_NUMBER, value))
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= MOST


@schemathesis.hook
def before_call(context: schemathesis.HookContext, case: Any, kwargs: dict[str, Any]) -> None:
    """What was invented to be refused stays as it is."""
    fields, key = case.body, os.environ["FUZZ_KEY"]
    if not key or not isinstance(fields, dict):
        return
    if text(fields.get("apikey"), 256):
        fields["apikey"] = key
    for part in (fields, *parts(fields)):
        befit(part)


def parts(fields: dict[str, Any]) -> list[dict[str, Any]]:
    """The orders of a basket, the positions of a margin, the symbols of many quotes."""
    lists = (fields.get(name) for name in ("orders", "positions", "symbols"))
    return [part for each in lists if isinstance(each, list) for part in each if isinstance(part, dict)]


def befit(fields: dict[str, Any]) -> None:
    if fields.get("exchange") == "NSE" and text(fields.get("symbol"), 50):
        fields["symbol"] = "INFY"
    if count(fields.get("quantity")):
        fields["quantity"] = "2"
