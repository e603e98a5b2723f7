"""What pages of the long logs have in common: their size, how far one looks, and what it says of the next."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from django.db.models import Model

Row = TypeVar("Row", bound=Model)

SIZE = 50  # rows of a page
WALK = 10_000  # rows that one page looks at


class Misasked(ValueError):
    """A filter or a place cannot be read; the sentence says which."""


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Rows, newest first. `after` asks for what follows, empty at the end; `until`: how far back all was looked at."""

    rows: list[Row]
    after: str
    until: datetime | None
