"""Settings of PAPER_CLOCK that make it a certain time on the paper market, whatever the real hour is."""

from datetime import datetime, timedelta, timezone

INDIA = timezone(timedelta(hours=5, minutes=30))


def standing_at(moment: datetime) -> str:
    """The duration from now to then."""
    seconds = round((moment - datetime.now(INDIA)).total_seconds())
    days, rest = divmod(abs(seconds), 86_400)
    return f"{'-' if seconds < 0 else ''}P{days}DT{rest}S"


def noon() -> datetime:
    """Of India's day."""
    return datetime.now(INDIA).replace(hour=12, minute=0, second=0, microsecond=0)


def daytime() -> str:
    """Noon of today, when every kind of order is taken."""
    return standing_at(noon())
