"""Paper or live: which of the two a user's orders go to."""

from brokers.errors import NotConnected
from brokers.models import TradingMode
from brokers.types import Mode


def current(user_id: int) -> Mode:
    """Paper unless the user chose otherwise."""
    live = TradingMode.objects.filter(user_id=user_id, analyze=False).exists()
    return Mode.LIVE if live else Mode.ANALYZE


def broker(user_id: int) -> str:
    """The code of the broker that the user's orders go to."""
    if current(user_id) is Mode.LIVE:
        raise NotConnected("No live broker is connected.")
    return "paper"


def switch(user_id: int, *, analyze: bool) -> Mode:
    """True is paper; the mode one is in is a success; live without a connected broker raises NotConnected."""
    if not analyze and current(user_id) is not Mode.LIVE:
        raise NotConnected("Connect a live broker before switching to live mode.")
    TradingMode.objects.update_or_create(user_id=user_id, defaults={"analyze": analyze})
    return current(user_id)
