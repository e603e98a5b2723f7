"""Who changed what, in a chain that shows every later edit; the database refuses to change or delete its rows."""

from django.db import models
from django.db.models import F, Q

from security.addresses import name_of


class Outcome(models.TextChoices):
    DONE = "done", "Done"
    REFUSED = "refused", "Refused"
    FAILED = "failed", "Failed"


class AuditEntry(models.Model):
    """One act. `before` and `after` are canonical JSON or empty; `mac` (hex) covers all other columns and the mac before it."""

    seq = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(db_index=True)
    act = models.CharField(max_length=48)
    actor = models.CharField(max_length=150)
    actor_id = models.CharField(max_length=40, blank=True)
    address = models.CharField(max_length=45, blank=True)
    credential = models.CharField(max_length=64, blank=True)
    about = models.CharField(max_length=200, blank=True)
    outcome = models.CharField(max_length=8, choices=Outcome, default=Outcome.DONE)
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    key_id = models.CharField(max_length=32)
    mac = models.CharField(max_length=64)

    class Meta:
        ordering = ["-seq"]
        verbose_name_plural = "audit entries"
        constraints = [
            models.CheckConstraint(condition=Q(seq__gte=1), name="audit_starts_at_one"),
            models.CheckConstraint(condition=~Q(act="") & ~Q(actor=""), name="audit_says_what_and_by_whom"),
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="audit_outcome_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.act}"

    @property
    def subject(self) -> str:
        """The address or range that it is about, or nothing where it is about something else."""
        return name_of(self.about)


class AuditSegment(models.Model):
    """A stretch of the chain that was written to an archive and deleted here; `seal` (hex) signs the other columns."""

    last = models.BigIntegerField(primary_key=True)
    first = models.BigIntegerField(unique=True)
    count = models.BigIntegerField()
    mac_before = models.CharField(max_length=64, blank=True)
    mac = models.CharField(max_length=64)
    archive = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    closed = models.DateTimeField()
    closed_by = models.CharField(max_length=150)
    key_id = models.CharField(max_length=32)
    seal = models.CharField(max_length=64)

    class Meta:
        ordering = ["first"]
        constraints = [
            models.CheckConstraint(condition=Q(first__lte=F("last")) & Q(first__gte=1), name="segment_is_ordered"),
            models.CheckConstraint(condition=Q(count=F("last") - F("first") + 1), name="segment_has_no_gap"),
        ]

    def __str__(self) -> str:
        return f"{self.first} to {self.last}"
