"""Whether a user's orders go to the paper exchange or to their broker; no row means paper."""

from django.conf import settings
from django.db import models


class TradingMode(models.Model):
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+")
    analyze = models.BooleanField(default=True)

    def __str__(self) -> str:
        return "analyze" if self.analyze else "live"
