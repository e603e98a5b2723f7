"""Whom no ban touches, by an operator's word; rows are history: only their end changes."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.utils import timezone

from security.identifiers import uuid7


class Allow(models.Model):
    """One trusted range. `start` and `end` are 16 bytes, IPv4 in mapped form; no `expires`: until it is removed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    seq = models.BigIntegerField(db_index=True)
    cidr = models.CharField(max_length=49)
    start = models.BinaryField(max_length=16)
    end = models.BinaryField(max_length=16)
    note = models.CharField(max_length=200)
    actor = models.CharField(max_length=150)
    created = models.DateTimeField(default=timezone.now)
    expires = models.DateTimeField(null=True, blank=True)
    removed = models.DateTimeField(null=True, blank=True)
    removed_by = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ["-created", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["cidr"], condition=Q(removed=None), name="one_active_allow"),
            models.CheckConstraint(condition=~Q(cidr="") & ~Q(note="") & ~Q(actor=""), name="allow_says_whom_why_and_by_whom"),
            models.CheckConstraint(
                condition=Exact(Length("start"), 16) & Exact(Length("end"), 16), name="allow_range_is_16_bytes"
            ),
            models.CheckConstraint(condition=Q(start__lte=F("end")), name="allow_range_is_ordered"),
            models.CheckConstraint(condition=Q(expires=None) | Q(expires__gt=F("created")), name="allow_ends_after_it_starts"),
            models.CheckConstraint(
                condition=(Q(removed=None) & Q(removed_by="")) | (Q(removed__isnull=False) & ~Q(removed_by="")),
                name="allow_removed_when_and_by_whom",
            ),
        ]

    def __str__(self) -> str:
        return f"allow {self.cidr}"
