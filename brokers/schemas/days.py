"""The kinds of fields that name a day or an option, exact to the contract's legend; anything else is refused (fails closed)."""

import re
from collections.abc import Callable
from datetime import date
from typing import Annotated

from pydantic import Field, PlainValidator, WithJsonSchema

from brokers.schemas.fields import refused

DAY = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
EXPIRY = "^[0-9]{2}[A-Za-z]{3}[0-9]{2}$"
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
OFFSET = "^(ATM|(ITM|OTM)([1-9]|[1-4][0-9]|50))$"
_EXPIRY = re.compile("([0-9]{2})([A-Z]{3})([0-9]{2})")


def between(first: date, last: date) -> Callable[[object], date]:
    """A field that takes YYYY-MM-DD within these, both included."""

    def day(value: object) -> date:
        if not isinstance(value, str) or not re.fullmatch(DAY[1:-1], value):
            raise refused("Must be a date as YYYY-MM-DD.")
        try:
            found = date.fromisoformat(value)
        except ValueError:
            raise refused("There is no such day.") from None
        if not first <= found <= last:
            raise refused(f"Must be between {first} and {last}.")
        return found

    return day


def expiry(value: object) -> date:
    found = _EXPIRY.fullmatch(value.upper()) if isinstance(value, str) and value.isascii() else None
    if found is None or found[2] not in MONTHS:
        raise refused("Must be a date as DDMMMYY, such as 29DEC26.")
    try:
        return date(2000 + int(found[3]), MONTHS.index(found[2]) + 1, int(found[1]))
    except ValueError:
        raise refused("There is no such day.") from None


def right(value: object) -> str:
    """Either case, as of sides."""
    if value in ("CE", "ce", "PE", "pe"):
        return str(value).upper()
    raise refused("Must be CE or PE.")


def offset(value: object) -> str:
    if isinstance(value, str) and re.fullmatch(OFFSET[1:-1], value):
        return value
    raise refused("Must be ATM, ITM1 to ITM50 or OTM1 to OTM50.")


_DATE = {"type": "string", "format": "date", "pattern": DAY}
Day = Annotated[
    date,
    PlainValidator(between(date(2000, 1, 1), date(2099, 12, 31))),
    WithJsonSchema(_DATE),
    Field(examples=["2026-11-23"]),
]
CalendarDay = Annotated[
    date,
    PlainValidator(between(date(2020, 1, 1), date(2050, 12, 31))),
    WithJsonSchema(_DATE),
    Field(examples=["2026-11-23"]),
]
ExpiryDate = Annotated[
    date, PlainValidator(expiry), WithJsonSchema({"type": "string", "pattern": EXPIRY}), Field(examples=["29DEC26"])
]
Right = Annotated[str, PlainValidator(right), WithJsonSchema({"enum": ["CE", "PE", "ce", "pe"]})]
Offset = Annotated[
    str,
    PlainValidator(offset),
    WithJsonSchema({"type": "string", "pattern": OFFSET}),
    Field(description="ATM, ITM1 to ITM50, OTM1 to OTM50.", examples=["ATM"]),
]
