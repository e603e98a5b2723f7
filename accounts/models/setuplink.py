"""The one link that may create the owner; a newer one takes its place."""

from django.db import models


class SetupLink(models.Model):
    """A single row: its lock makes set-up attempts wait for one another."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    digest = models.CharField(max_length=64, blank=True)
    expires = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_setup_link")]

    def __str__(self) -> str:
        return f"set-up link until {self.expires:%Y-%m-%d %H:%M}" if self.expires else "no set-up link"
