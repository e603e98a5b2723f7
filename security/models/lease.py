"""Who of several processes does the background work."""

from django.db import models


class Lease(models.Model):
    """A row per kind of work; its holder renews `until`, and whoever finds it past takes over."""

    name = models.CharField(max_length=40, primary_key=True)
    holder = models.CharField(max_length=64)
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name}: {self.holder} until {self.until:%H:%M:%S}"
