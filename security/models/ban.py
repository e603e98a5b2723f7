"""Who is shut out, why, by whom and until when; rows are history: only their state and expiry change."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.utils import timezone

from security.identifiers import uuid7


class Action(models.TextChoices):
    BAN = "ban", "Ban"
    THROTTLE = "throttle", "Throttle"
    SIMULATE = "simulate", "Simulate"


class Origin(models.TextChoices):
    AUTO = "auto", "Automation"
    OPERATOR = "operator", "Operator"
    COMMAND = "command", "Command line"
    IMPORT = "import", "Import"
    API = "api", "API"


class State(models.TextChoices):
    ACTIVE = "active", "Active"
    EXPIRED = "expired", "Expired"
    LIFTED = "lifted", "Lifted"
    SUPERSEDED = "superseded", "Superseded"


class Ban(models.Model):
    """One range under one action. `start` and `end` are 16 bytes, IPv4 in mapped form; `offence` 0 = not counted."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    seq = models.BigIntegerField(db_index=True)
    cidr = models.CharField(max_length=49)
    start = models.BinaryField(max_length=16)
    end = models.BinaryField(max_length=16)
    action = models.CharField(max_length=8, choices=Action, default=Action.BAN)
    reason = models.CharField(max_length=200)
    scenario = models.CharField(max_length=64)
    origin = models.CharField(max_length=8, choices=Origin)
    actor = models.CharField(max_length=150)
    created = models.DateTimeField(default=timezone.now)
    starts = models.DateTimeField(default=timezone.now)
    expires = models.DateTimeField(null=True, blank=True, help_text="Empty: permanent.")
    offence = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State, default=State.ACTIVE)
    lifted = models.DateTimeField(null=True, blank=True)
    lifted_by = models.CharField(max_length=150, blank=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-created", "-id"]
        indexes = [
            models.Index(fields=["state", "expires"], name="ban_by_state"),
            models.Index(fields=["cidr"], name="ban_by_cidr"),
            models.Index(fields=["start"], name="ban_by_start"),
            models.Index(fields=["-created", "-id"], name="ban_newest_first"),
            models.Index(fields=["state", "id", "action", "origin", "scenario"], name="ban_by_state_newest"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["cidr", "action"], condition=Q(state=State.ACTIVE), name="one_active_ban"),
            models.CheckConstraint(
                condition=~Q(cidr="") & ~Q(reason="") & ~Q(scenario="") & ~Q(actor=""), name="ban_says_whom_why_and_by_whom"
            ),
            models.CheckConstraint(
                condition=Q(action__in=Action.values) & Q(origin__in=Origin.values) & Q(state__in=State.values),
                name="ban_words_are_known",
            ),
            models.CheckConstraint(
                condition=Exact(Length("start"), 16) & Exact(Length("end"), 16), name="ban_range_is_16_bytes"
            ),
            models.CheckConstraint(condition=Q(start__lte=F("end")), name="ban_range_is_ordered"),
            models.CheckConstraint(condition=Q(expires=None) | Q(expires__gt=F("starts")), name="ban_ends_after_it_starts"),
            models.CheckConstraint(
                condition=(Q(state=State.LIFTED, lifted__isnull=False) & ~Q(lifted_by=""))
                | (~Q(state=State.LIFTED) & Q(lifted=None, lifted_by="")),
                name="ban_lifted_when_and_by_whom",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.cidr}"

    @property
    def in_force(self) -> bool:
        return self.state == State.ACTIVE and (self.expires is None or self.expires > timezone.now())

    @property
    def shown_state(self) -> str:
        """The state as of now: a ban that ran out stopped then, even where its row says so later."""
        return self.state if self.state != State.ACTIVE or self.in_force else State.EXPIRED


class Offender(models.Model):
    """How often automation banned a subject; kept apart from bans, so that escalation survives their end."""

    subject = models.CharField(max_length=49, primary_key=True)
    count = models.PositiveIntegerField(default=0)
    last = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.subject} x{self.count}"


class Evidence(models.Model):
    """What led to an automatic ban: at most 20 redacted samples of one ban."""

    ban = models.ForeignKey(Ban, on_delete=models.CASCADE, related_name="evidence")
    at = models.DateTimeField()
    weight = models.PositiveSmallIntegerField(default=1)
    sample = models.CharField(max_length=200)

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return self.sample
