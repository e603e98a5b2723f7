"""Paper or live: which of the two a user's orders go to."""

from brokers.errors import NotConnected
from brokers.models import TradingMode
from brokers.types import Mode
from security import audit
from security.actors import Actor
from security.audit import Act


def current(user_id: int) -> Mode:
    """Paper unless the user chose otherwise."""
    live = TradingMode.objects.filter(user_id=user_id, analyze=False).exists()
    return Mode.LIVE if live else Mode.ANALYZE


def broker(user_id: int) -> str:
    """The code of the broker that the user's orders go to."""
    if current(user_id) is Mode.LIVE:
        raise NotConnected("No live broker is connected.")
    return "paper"


def switch(user_id: int, *, analyze: bool, by: Actor) -> Mode:
    """True is paper; the mode one is in is a success; live without a connected broker raises NotConnected."""
    wanted = Mode.ANALYZE if analyze else Mode.LIVE
    with audit.change():
        before = current(user_id)
        if before is wanted:
            return wanted
        if wanted is Mode.LIVE:
            raise NotConnected("Connect a live broker before switching to live mode.")
        TradingMode.objects.update_or_create(user_id=user_id, defaults={"analyze": analyze})
        audit.record(Act.MODE_SWITCHED, by=by, about=by.name, before={"mode": before}, after={"mode": wanted})
    return wanted
