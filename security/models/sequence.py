"""The one number that says whether anything changed."""

from django.db import models


class Sequence(models.Model):
    """A single row; bumped in the same transaction as every change that other processes must learn."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    value = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_sequence_row")]

    def __str__(self) -> str:
        return str(self.value)
