"""The traffic trail, how far each spool of it was read, and the sums that charts are drawn from."""

from django.db import models
from django.db.models import Q


class Kind(models.TextChoices):
    HTTP = "http", "HTTP"
    SOCKET = "socket", "WebSocket"


class Spool(models.Model):
    """A file of rows that some process writes or left behind, and up to which byte the database has it."""

    name = models.CharField(max_length=64, unique=True)
    offset = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} up to {self.offset}"


NUMBERED = ~Q(incident="")  # who asks for a number says this too: SQLite does not infer it, and would walk all rows


class TrafficEntry(models.Model):
    """One answered request, or one socket after its end. `id` is the spool's number and its byte there: no row is there twice.

    `ms` is all of it, `broker_ms` what brokers took of that; `ms` None: it never came to a thread. `size`: bytes of the body,
    None where it was streamed. A socket's status is what it was closed or refused with, 101 where the other side left.
    `tried` is what detection counted, as a list of [scenario, weight, digest]; `incident` what a refused caller was told.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    kind = models.CharField(max_length=6, choices=Kind, default=Kind.HTTP)
    subject = models.CharField(max_length=49)
    method = models.CharField(max_length=10)
    route = models.CharField(max_length=100, blank=True)
    path = models.CharField(max_length=200)
    status = models.PositiveSmallIntegerField()
    ms = models.FloatField(null=True)
    broker_ms = models.FloatField(null=True)
    size = models.PositiveBigIntegerField(null=True)
    user = models.CharField(max_length=150, blank=True)
    key = models.CharField(max_length=16, blank=True)
    agent = models.CharField(max_length=16, blank=True)
    tried = models.JSONField(null=True)
    incident = models.CharField(max_length=12, blank=True)
    anonymous = models.BooleanField(default=False)

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name_plural = "traffic entries"
        indexes = [
            # No index by time alone: PostgreSQL would walk that one, past millions of rows, for a user who left long ago.
            models.Index(fields=["kind", "at"], name="traffic_by_kind"),
            models.Index(fields=["subject", "at"], name="traffic_by_subject"),
            models.Index(fields=["user", "at"], name="traffic_by_user"),
            models.Index(fields=["key", "at"], name="traffic_by_key"),
            models.Index(fields=["route", "at"], name="traffic_by_route"),
            models.Index(fields=["status", "at"], name="traffic_by_status"),
            models.Index(fields=["incident"], condition=NUMBERED, name="traffic_by_incident"),
            models.Index(fields=["at"], condition=Q(tried__isnull=False), name="traffic_tried"),
            models.Index(fields=["at"], condition=Q(anonymous=False), name="traffic_named"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(subject="") & Q(status__gte=100), name="traffic_says_who_and_what"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="traffic_kind_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.status}"


class Rollup(models.Model):
    """What happened in a span of seconds in one group of routes; a histogram counts milliseconds by `security.latency`."""

    span = models.PositiveIntegerField()
    start = models.DateTimeField()
    group = models.CharField(max_length=10)
    requests = models.PositiveBigIntegerField(default=0)
    refused = models.PositiveBigIntegerField(default=0)
    not_found = models.PositiveBigIntegerField(default=0)
    bad_keys = models.PositiveBigIntegerField(default=0)
    bans = models.PositiveBigIntegerField(default=0)
    own = models.JSONField(default=list)
    broker = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["span", "start", "group"], name="one_rollup_of_a_kind"),
            models.CheckConstraint(condition=Q(span__gte=1) & ~Q(group=""), name="rollup_says_what"),
        ]

    def __str__(self) -> str:
        return f"{self.group} {self.start:%Y-%m-%d %H:%M} {self.requests}"
