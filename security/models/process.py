"""What each process says of itself, and which sockets it shall close."""

from django.db import models
from django.db.models import Q
from django.utils import timezone


class Process(models.Model):
    """A row per process, rewritten by it while it lives; `at` is by the database's clock, so that hosts need not agree.

    `requests` and `refusals` are those of the last second, `bad_keys` and `probes` those of the last minute. `sockets` is a
    JSON array of the first open ones, `held` how many there are.
    """

    name = models.CharField(max_length=64, primary_key=True)
    at = models.DateTimeField()
    requests = models.FloatField(default=0.0)
    refusals = models.FloatField(default=0.0)
    bad_keys = models.PositiveIntegerField(default=0)
    probes = models.PositiveIntegerField(default=0)
    held = models.PositiveIntegerField(default=0)
    sockets = models.TextField(default="[]")

    class Meta:
        verbose_name_plural = "processes"
        constraints = [
            models.CheckConstraint(condition=Q(requests__gte=0) & Q(refusals__gte=0), name="process_rates_are_not_negative")
        ]

    def __str__(self) -> str:
        return self.name


class Disconnect(models.Model):
    """An order to close one socket, or all that a subject held open at that moment; every process follows the sequence."""

    seq = models.BigIntegerField(db_index=True)
    socket = models.CharField(max_length=32, blank=True)
    subject = models.CharField(max_length=49, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(Q(socket="") & ~Q(subject="")) | (~Q(socket="") & Q(subject="")), name="disconnect_says_whom"
            )
        ]

    def __str__(self) -> str:
        return f"disconnect {self.socket or self.subject}"
