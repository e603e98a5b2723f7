"""What the calls about the server and the exchanges' hours take; an unknown field is refused (fails closed)."""

from pydantic import Field

from brokers.schemas.days import CalendarDay
from brokers.schemas.fields import Switch, Year
from brokers.schemas.requests.keyed import Keyed


class Toggle(Keyed):
    mode: Switch


class Holidays(Keyed):
    year: Year = Field(None, description="This year when absent.")  # type: ignore[assignment]


class Timings(Keyed):
    date: CalendarDay
