"""Columns that several tables share, and the constraint that keeps a column to its vocabulary."""

from enum import StrEnum
from typing import Any

from django.db import models


def rupees(**options: Any) -> "models.DecimalField[Any, Any]":
    """Rupees and paise."""
    return models.DecimalField(max_digits=18, decimal_places=2, **options)


def unit_price(**options: Any) -> "models.DecimalField[Any, Any]":
    """Rupees a unit; four places, since an average seldom ends at a paisa."""
    return models.DecimalField(max_digits=18, decimal_places=4, **options)


def word(vocabulary: type[StrEnum], **options: Any) -> "models.CharField[Any, Any]":
    return models.CharField(max_length=16, choices=[(each.value, each.value) for each in vocabulary], **options)


def known(column: str, vocabulary: type[StrEnum], *, name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=models.Q(**{f"{column}__in": [each.value for each in vocabulary]}), name=name)
