"""What the calls about the server and the exchanges' hours answer."""

from typing import Literal

from pydantic import Field

from brokers.schemas.answers.parts import DAY, Part, Success
from brokers.types import Exchange, Mode


class Pong(Part):
    message: Literal["pong"]
    broker: str


class PingAnswer(Success):
    data: Pong


class ModeRow(Part):
    mode: Mode
    analyze_mode: bool
    total_logs: int


class SwitchedRow(ModeRow):
    message: str


class AnalyzerAnswer(Success):
    data: ModeRow


class ToggleAnswer(Success):
    data: SwitchedRow


class WindowRow(Part):
    exchange: Exchange
    start_time: int = Field(description="Epoch milliseconds.")
    end_time: int = Field(description="Epoch milliseconds.")


class HolidayRow(Part):
    date: str = Field(pattern=DAY)
    description: str
    holiday_type: Literal["TRADING_HOLIDAY", "SETTLEMENT_HOLIDAY", "SPECIAL_SESSION"]
    closed_exchanges: list[Exchange]
    open_exchanges: list[WindowRow]


class HolidaysAnswer(Success):
    year: int
    timezone: Literal["Asia/Kolkata"]
    data: list[HolidayRow]


class TimingsAnswer(Success):
    data: list[WindowRow]
