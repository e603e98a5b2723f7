"""Who guesses at passwords and codes at this moment: how near each is to its punishment, and until when it waits."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from security import guesses, policy
from security.models import Guess

SHOWN = 20
LOOKED_AT = 500  # of those who guessed last
SUBJECT = "subject "


@dataclass(frozen=True, slots=True)
class Guesser:
    """`score` of `limit`; `until` is None where the next guess is looked at without a wait."""

    subject: str
    score: float
    limit: float
    last: datetime
    until: datetime | None


def guessers() -> list[Guesser]:
    """Those with most wrong guesses first; what has decayed below one is forgiven."""
    now, limits = timezone.now(), policy.current()
    since = now - timedelta(seconds=10 * limits.guess_half_life)
    rows = Guess.objects.filter(name__startswith=SUBJECT, at__gt=since).order_by("-at")[:LOOKED_AT]
    found = [
        Guesser(
            subject=row.name.removeprefix(SUBJECT),
            score=round(guesses.decayed(row, now, limits), 1),
            limit=limits.guess_limit,
            last=row.at,
            until=row.not_before if row.not_before and row.not_before > now else None,
        )
        for row in rows
    ]
    return sorted((each for each in found if each.score >= 1), key=lambda each: -each.score)[:SHOWN]
