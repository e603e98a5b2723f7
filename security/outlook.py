"""What stands at the top of an operator's pages: ways, open alerts, walls that are down; asked only where a page shows it."""

from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

from security import alerts, board, policy, unconfigured
from security.board import Figures
from security.models import Alert
from security.tabs import Tabs, tabs


class Outlook:
    NEWEST = 5

    def __init__(self, here: str = "") -> None:
        self._here = here

    @property
    def tabs(self) -> Tabs:
        return tabs(self._here)

    @cached_property
    def count(self) -> int:
        return alerts.standing().count()

    @property
    def newest(self) -> QuerySet[Alert]:
        return alerts.standing()[: self.NEWEST]

    @property
    def bans_off(self) -> bool:
        return not settings.BANS

    @cached_property
    def paused_until(self) -> datetime | None:
        return policy.paused_until()

    @cached_property
    def figures(self) -> Figures:
        return board.figures()

    @cached_property
    def unconfigured_proxy(self) -> str | None:
        return unconfigured.peer()


def outlook(request: HttpRequest) -> dict[str, object]:
    """For the context of every template."""
    match = request.resolver_match
    return {"outlook": Outlook((match.url_name if match else "") or "")}
