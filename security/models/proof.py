"""Who proved themselves lately, so that every process knows whom automation only slows."""

from django.db import models
from django.db.models import Q


class ProvenBy(models.TextChoices):
    """What proved them; the label is what is counted of it."""

    KEY = "key", "api keys"
    STAFF = "staff", "staff sessions"


class Proof(models.Model):
    """A subject from which a live key or a staff session came, and when it last did, to the minute."""

    subject = models.CharField(max_length=49)
    by = models.CharField(max_length=8, choices=ProvenBy)
    last = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "by"], name="one_proof_of_a_kind"),
            models.CheckConstraint(condition=~Q(subject="") & Q(by__in=ProvenBy.values), name="proof_says_whose_and_how"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} by {self.by}"
