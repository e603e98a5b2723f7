"""One visit of one browser; rows are history: an ended session stays until it is pruned."""

from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.devices import named
from accounts.models.user import User

DEVICE_LENGTH = 200


class Why(models.TextChoices):
    """What ended a session before its time."""

    LOGOUT = "logout", "Logged out"
    PASSWORD = "password", "Password changed"
    OPERATOR = "operator", "Ended by an operator"
    GUESSED = "guessed", "Wrong password too often"
    COMMAND = "command", "Ended from the command line"


class SessionQuerySet(models.QuerySet["Session"]):
    def live(self) -> Self:
        now = timezone.now()
        return self.filter(ended=None, expires__gt=now, last_seen__gt=now - timedelta(seconds=settings.SESSION_IDLE))


class Session(models.Model):
    """Only a keyed digest of the browser's key is kept: a copy of this table opens nothing."""

    digest = models.CharField(max_length=64, primary_key=True)
    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="sessions")
    address = models.CharField(max_length=45, blank=True)
    device = models.CharField(max_length=DEVICE_LENGTH, blank=True)
    created = models.DateTimeField()
    last_seen = models.DateTimeField()
    expires = models.DateTimeField()
    ended = models.DateTimeField(null=True)
    why = models.CharField(max_length=8, choices=Why, blank=True)
    seq = models.BigIntegerField(default=0)
    data = models.TextField()

    objects: ClassVar[models.Manager["Session"]] = models.Manager.from_queryset(SessionQuerySet)()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended__isnull=True, why="") | Q(ended__isnull=False, why__in=Why.values),
                name="an_ended_session_says_why",
            ),
            models.CheckConstraint(condition=Q(expires__gt=models.F("created")), name="a_session_expires_after_it_began"),
        ]
        indexes = [models.Index(fields=["seq"], condition=Q(seq__gt=0), name="session_seq")]

    def __str__(self) -> str:
        return f"session of {self.user or 'nobody'} since {self.created:%Y-%m-%d %H:%M}"

    @property
    def device_name(self) -> str:
        return named(self.device)

    def is_live(self, now: datetime) -> bool:
        idle = timedelta(seconds=settings.SESSION_IDLE)
        return self.ended is None and now < self.expires and now < self.last_seen + idle
