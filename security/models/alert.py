"""What an operator should look at."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from security.addresses import name_of
from security.identifiers import uuid7


class Alert(models.Model):
    """One alarm; while it is open, the same kind about the same thing counts here instead of making another."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=40)
    about = models.CharField(max_length=100, blank=True)
    sentence = models.CharField(max_length=400)
    count = models.PositiveIntegerField(default=1)
    first = models.DateTimeField(default=timezone.now)
    last = models.DateTimeField(default=timezone.now)
    closed = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ["-last", "-id"]
        indexes = [models.Index(fields=["closed", "-last"], name="alert_by_state")]
        constraints = [
            models.UniqueConstraint(fields=["kind", "about"], condition=Q(closed=None), name="one_open_alert"),
            models.CheckConstraint(condition=~Q(kind="") & ~Q(sentence="") & Q(count__gte=1), name="alert_says_what"),
            models.CheckConstraint(condition=Q(first__lte=F("last")), name="alert_ends_after_it_starts"),
            models.CheckConstraint(
                condition=(Q(closed=None) & Q(closed_by="")) | (Q(closed__isnull=False) & ~Q(closed_by="")),
                name="alert_closed_when_and_by_whom",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.about}".strip()

    @property
    def subject(self) -> str:
        """The address or range that it is about, or else the first that it names; nothing where there is none."""
        return next(filter(None, map(name_of, (self.about, *self.sentence.split()))), "")
