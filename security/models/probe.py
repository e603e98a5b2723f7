"""What was tried at our doors, as far as it is counted."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from security.durations import DAY


class ProbeQuerySet(models.QuerySet["Probe"]):
    """What counts, and what is too old for it."""

    def lately(self) -> Self:
        return self.filter(at__gt=timezone.now() - DAY)

    def stale(self) -> Self:
        return self.filter(at__lte=timezone.now() - DAY)


class Probe(models.Model):
    """One distinct thing a subject tried: `digest` is keyed, `sample` redacted, `weight` what it counts.

    `seq` is 0 but where somebody cleared a subject: what it tried up to then counts no more.
    """

    subject = models.CharField(max_length=49)
    scenario = models.CharField(max_length=32)
    digest = models.BinaryField(max_length=16)
    weight = models.PositiveSmallIntegerField(default=1)
    at = models.DateTimeField(default=timezone.now, db_index=True)
    sample = models.CharField(max_length=200, blank=True)
    seq = models.BigIntegerField(default=0)

    objects: ClassVar[models.Manager["Probe"]] = models.Manager.from_queryset(ProbeQuerySet)()

    class Meta:
        indexes = [
            models.Index(fields=["seq"], condition=Q(seq__gt=0), name="probe_cleared"),
            models.Index(fields=["-at"], condition=Q(scenario="broken-link"), name="probe_broken_link"),
            models.Index(fields=["subject", "at", "weight"], name="probe_by_subject"),
        ]
        constraints = [models.UniqueConstraint(fields=["subject", "scenario", "digest"], name="one_probe_of_a_kind")]

    def __str__(self) -> str:
        return f"{self.subject}: {self.scenario} {self.weight}"


class Guess(models.Model):
    """A decaying score of guesses at secrets under one name (a subject, or a user name as one subject spells it)."""

    name = models.CharField(max_length=128, primary_key=True)
    score = models.FloatField(default=0.0)
    at = models.DateTimeField(default=timezone.now, db_index=True)
    not_before = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(score__gte=0), name="guess_score_is_not_negative")]

    def __str__(self) -> str:
        return f"{self.name}: {self.score:.1f}"


class Refusal(models.Model):
    """How often the gatehouse refused a subject in some ten seconds; `cidr` is the ban that did it.

    `incident` is what it was told; beyond some subjects at once several share one.
    """

    subject = models.CharField(max_length=49)
    cidr = models.CharField(max_length=49, db_index=True)
    first = models.DateTimeField()
    last = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField()
    incident = models.CharField(max_length=12, blank=True, db_index=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(count__gte=1) & Q(first__lte=F("last")), name="refusal_counts_something")
        ]

    def __str__(self) -> str:
        return f"{self.subject} x{self.count}"
