"""The kinds of fields programs send, exact to the contract's legend; anything else is refused (fails closed)."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated

from pydantic import Field, PlainValidator, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from brokers.money import whole as written
from brokers.types import Action

# Bounds keep every product of a price and a quantity far inside the columns of the ledger.
MOST = 10**9
BETWEEN = f"Must be between 0 and {written(MOST)}."
PLACES = 4
TEXT_NUMBER = r"^-?([0-9]{1,10}(\.[0-9]{0,20})?|\.[0-9]{1,20})$"
TEXT_INTEGER = r"^[0-9]{1,10}$"
_NUMBER, _INTEGER = re.compile(TEXT_NUMBER[1:-1]), re.compile(TEXT_INTEGER[1:-1])

YES = ("true", "True", "TRUE", "t", "T", "yes", "Yes", "YES", "y", "Y", "on", "On", "ON", "1")
NO = ("false", "False", "FALSE", "f", "F", "no", "No", "NO", "n", "N", "off", "Off", "OFF", "0")


def refused(problem: str) -> PydanticCustomError:
    """What a validator of a field raises, with the sentence that the program is told."""
    return PydanticCustomError("refused", "{problem}", {"problem": problem})


def decimal(value: object) -> Decimal:
    """A JSON number or its text as an exact decimal; a float only through its shortest spelling."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise refused("Not a number.")
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        raise refused("Not a number.")
    number = Decimal(repr(value) if isinstance(value, float) else value)
    if not number.is_finite():
        raise refused("Not a number.")
    return number


def bounded(value: object) -> Decimal:
    number = decimal(value)
    if not 0 <= number <= MOST:
        raise refused(BETWEEN)
    return number


def price(value: object) -> Decimal:
    """Rounded to PLACES, finer than any exchange's tick: a program's 1497.2760000000001 means 1497.276."""
    return round(bounded(value), PLACES) + 0  # never minus zero


def quantity(value: object) -> int:
    """Any number without a fraction. (Fractions belong to crypto, which has no market here.)"""
    number = decimal(value)
    if number <= 0:
        raise refused("Must be greater than 0.")
    if bounded(number) != int(number):
        raise refused("Must be a whole number.")
    return int(number)


def quantity_or_zero(value: object) -> int:
    """As `quantity`, or 0."""
    return 0 if decimal(value) == 0 else quantity(value)


def signed(value: object) -> int:
    """As `quantity`, of either sign, or 0."""
    number = decimal(value)
    return quantity_or_zero(number) if number >= 0 else -quantity(-number)


def whole(value: object) -> int:
    if isinstance(value, str) and _INTEGER.fullmatch(value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise refused("Not a whole number.")
    if not 0 <= value <= MOST:
        raise refused(BETWEEN)
    return value


def percent(value: object) -> Decimal:
    if not 0 <= (number := decimal(value)) <= 100:
        raise refused("Must be between 0 and 100.")
    return number


def count(value: object) -> int:
    if not (number := whole(value)):
        raise refused("Must be greater than 0.")
    return number


def between(least: int, most: int) -> Callable[[object], int]:
    def check(value: object) -> int:
        if not least <= (number := whole(value)) <= most:
            raise refused(f"Must be between {least} and {most}.")
        return number

    return check


def switch(value: object) -> bool:
    if isinstance(value, str | bool | int):
        if str(value) in YES:
            return True
        if str(value) in NO:
            return False
    raise refused("Neither true nor false.")


def side(value: object) -> Action:
    """Upper or lower case, nothing between."""
    if value in ("BUY", "buy"):
        return Action.BUY
    if value in ("SELL", "sell"):
        return Action.SELL
    raise refused("Must be BUY or SELL.")


def _number(**bounds: int) -> WithJsonSchema:
    """For the document: a number, or its text."""
    return WithJsonSchema({"anyOf": [{"type": "number", **bounds}, {"type": "string", "pattern": TEXT_NUMBER}]})


def _integer(least: int, most: int) -> WithJsonSchema:
    text = {"type": "string", "pattern": TEXT_INTEGER}
    return WithJsonSchema({"anyOf": [{"type": "integer", "minimum": least, "maximum": most}, text]})


Price = Annotated[Decimal, PlainValidator(price), _number(minimum=0, maximum=MOST)]
Quantity = Annotated[int, PlainValidator(quantity), _number(exclusiveMinimum=0, maximum=MOST)]
QuantityOrZero = Annotated[int, PlainValidator(quantity_or_zero), _number(minimum=0, maximum=MOST)]
Signed = Annotated[int, PlainValidator(signed), _number(minimum=-MOST, maximum=MOST)]
Percent = Annotated[Decimal, PlainValidator(percent), _number(minimum=0, maximum=100)]
Whole = Annotated[int, PlainValidator(whole), _integer(0, MOST)]
Count = Annotated[int, PlainValidator(count), _integer(1, MOST)]
Year = Annotated[int, PlainValidator(between(2020, 2050)), _integer(2020, 2050)]
StrikeCount = Annotated[int, PlainValidator(between(1, 100)), _integer(1, 100)]
Switch = Annotated[
    bool,
    PlainValidator(switch),
    WithJsonSchema({"anyOf": [{"type": "boolean"}, {"enum": [0, 1]}, {"enum": [*YES, *NO]}]}),
]

PRINTABLE = r"^[^\x00-\x1f\x7f-\x9f]*$"
NOT_BLANK = r"^ *[^\x00-\x20\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$"
Key = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=256)]
Label = Annotated[str, StringConstraints(strict=True, max_length=100, pattern=PRINTABLE), Field(examples=["Python"])]
Symbol = Annotated[
    str, StringConstraints(strict=True, min_length=1, max_length=50, pattern=PRINTABLE), Field(examples=["INFY"])
]
OrderId = Annotated[
    str, StringConstraints(strict=True, min_length=1, max_length=40, pattern=PRINTABLE), Field(examples=["26112300000001"])
]
Words = Annotated[
    str, StringConstraints(strict=True, min_length=1, max_length=100, pattern=NOT_BLANK), Field(examples=["INFY"])
]
Side = Annotated[Action, PlainValidator(side), WithJsonSchema({"enum": ["BUY", "SELL", "buy", "sell"]})]
