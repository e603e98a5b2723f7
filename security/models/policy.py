"""The thresholds that an operator changed, and until when enforcement pauses."""

from django.db import models
from django.db.models import Q
from django.utils import timezone


class Policy(models.Model):
    """A single row; `values` is a JSON object of what differs from the defaults."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    seq = models.BigIntegerField(default=0)
    values = models.TextField(default="{}")
    paused_until = models.DateTimeField(null=True, blank=True)
    changed = models.DateTimeField(default=timezone.now)
    changed_by = models.CharField(max_length=150)

    class Meta:
        verbose_name_plural = "policy"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_policy_row")]

    def __str__(self) -> str:
        return f"changed by {self.changed_by}"
