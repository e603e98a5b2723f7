"""What a threshold may be: how a person writes it, how JSON holds it, and within which bounds; pure rules."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol

from security.durations import PERMANENT, seconds, spelled, unit

_RATE = re.compile(r"(\d{1,9}) ?(?:/|per|a|an) ?(?:(\d{1,6}) ?)?([a-z]*)", re.ASCII)


class Kind(Protocol):
    """Each method raises ValueError with a sentence for what may not be."""

    def check(self, value: Any) -> Any:
        """A value as the policy holds it, from Python or from JSON."""

    def stored(self, value: Any) -> Any:
        """As JSON holds it: `check` makes the same of it again."""

    def text(self, value: Any) -> str:
        """As somebody would type it."""


class Typed(Kind, Protocol):
    """What is typed into a line, not ticked or chosen."""

    def read(self, text: str) -> Any:
        """What somebody typed, for `check`."""


class Plain:
    """Nearly every kind is in JSON what it is here."""

    def stored(self, value: Any) -> Any:
        return value

    def text(self, value: Any) -> str:
        return str(value)


@dataclass(frozen=True, slots=True)
class Whole(Plain):
    least: int
    most: int

    def check(self, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not self.least <= value <= self.most:
            raise ValueError(f"A whole number from {self.least:,} to {self.most:,}.")
        return value

    def read(self, text: str) -> int:
        return self.check(int(text) if re.fullmatch(r"-?\d{1,12}", text.replace(",", ""), re.ASCII) else text)


@dataclass(frozen=True, slots=True)
class Number(Plain):
    least: float
    most: float

    def check(self, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not self.least <= value <= self.most:
            raise ValueError(f"A number from {self.least:g} to {self.most:g}.")
        return float(value)  # neither NaN nor an infinity lies between two numbers

    def read(self, text: str) -> float:
        return self.check(float(text) if re.fullmatch(r"-?\d{1,12}(\.\d{1,9})?", text, re.ASCII) else text)

    def text(self, value: Any) -> str:
        return f"{value:g}"


@dataclass(frozen=True, slots=True)
class Span(Plain):
    """Seconds. `forever`: it may also be None, which JSON and people spell "permanent"."""

    least: float
    most: float
    forever: bool = False

    def check(self, value: Any) -> float | None:
        if self.forever and value == PERMANENT:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not self.least <= value <= self.most:
            raise ValueError(self._sentence)
        return float(value)

    def stored(self, value: Any) -> Any:
        return PERMANENT if value is None else value

    def read(self, text: str) -> Any:
        if self.forever and text.lower() == PERMANENT:
            return PERMANENT
        try:
            return self.stored(self.check(seconds(text)))
        except ValueError:
            raise ValueError(self._sentence) from None

    def text(self, value: Any) -> str:
        return PERMANENT if value is None else spelled(value)

    @property
    def _sentence(self) -> str:
        either = ", or permanent" if self.forever else ""
        return f"A time from {spelled(self.least)} to {spelled(self.most)}, such as 90 s, 15 min, 24 h or 1 w{either}."


@dataclass(frozen=True, slots=True)
class Ladder:
    """Times, each longer than the one before."""

    step: Span
    most: int

    def check(self, value: Any) -> tuple[float, ...]:
        if not isinstance(value, list | tuple) or not 1 <= len(value) <= self.most:
            raise ValueError(f"From 1 to {self.most} times, separated by commas.")
        steps = [float(self.step.check(each) or 0) for each in value]
        if any(later <= earlier for earlier, later in pairwise(steps)):
            raise ValueError("Each time must be longer than the one before.")
        return tuple(steps)

    def stored(self, value: Any) -> list[float]:
        return list(value)

    def read(self, text: str) -> Any:
        return self.check([self.step.read(each.strip()) for each in text.split(",") if each.strip()])

    def text(self, value: Any) -> str:
        return ", ".join(spelled(each) for each in value)


@dataclass(frozen=True, slots=True)
class PerTime:
    """(at most so many, in so many seconds)."""

    most: int = 1_000_000
    longest: int = 86_400

    def check(self, value: Any) -> tuple[int, int]:
        try:
            many, period = value
            return Whole(1, self.most).check(many), Whole(1, self.longest).check(period)
        except (TypeError, ValueError):
            raise ValueError(f"From 1 to {self.most:,}, in at most a day, such as 60/min, 10/s or 5/30 s.") from None

    def stored(self, value: Any) -> list[int]:
        return list(value)

    def read(self, text: str) -> Any:
        found = _RATE.fullmatch(text.strip().lower())
        size = unit(found[3]) if found else None
        return self.check((int(found[1]), int(found[2] or 1) * size) if found and size else None)

    def text(self, value: Any) -> str:
        many, period = value
        whole = spelled(period)
        return f"{many}/{whole.removeprefix('1 ')}"


class Switch(Plain):
    def check(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise ValueError("On or off.")  # noqa: TRY004 - for whoever typed it
        return value

    def text(self, value: Any) -> str:
        return "on" if value else "off"


@dataclass(frozen=True, slots=True)
class OneOf(Plain):
    names: tuple[str, ...]

    def check(self, value: Any) -> str:
        if not isinstance(value, str) or value not in self.names:
            raise ValueError(f"One of {', '.join(filter(None, self.names))}.")
        return value


@dataclass(frozen=True, slots=True)
class SomeOf:
    names: tuple[str, ...]

    def check(self, value: Any) -> frozenset[str]:
        if not isinstance(value, list | tuple | set | frozenset) or any(each not in self.names for each in value):
            raise ValueError(f"Some of {', '.join(self.names)}.")
        return frozenset(value)

    def stored(self, value: Any) -> list[str]:
        return sorted(value)

    def text(self, value: Any) -> str:
        return ", ".join(sorted(value))


@dataclass(frozen=True, slots=True)
class Rates:
    """A rate for some of the names."""

    names: tuple[str, ...]
    rate: PerTime = PerTime()

    def check(self, value: Any) -> dict[str, tuple[int, int]]:
        if not isinstance(value, Mapping):
            raise ValueError("A rate for each name.")  # noqa: TRY004
        if unknown := {*map(str, value)} - {*self.names}:
            raise ValueError(f"There is no limit named {min(unknown)}.")
        return {str(name): self.rate.check(value[name]) for name in sorted(value)}

    def stored(self, value: Any) -> dict[str, list[int]]:
        return {name: list(rate) for name, rate in value.items()}

    def text(self, value: Any) -> str:
        return ", ".join(f"{name} {self.rate.text(rate)}" for name, rate in value.items())
