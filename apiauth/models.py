"""The table of API keys: what proves a secret, never the secret itself."""

from itertools import combinations
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.utils import timezone

from apiauth import scopes
from apiauth.scopes import Scope
from apiauth.standing import Standing, standing
from apiauth.tokens import KID_LENGTH

NAME_LENGTH = 64
TAG_BYTES = 8
SCOPE_SETS = sorted(scopes.spelled(chosen) for size in range(1, len(Scope) + 1) for chosen in combinations(Scope, size))


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def live(self) -> Self:
        """Neither revoked, nor expired, nor rotated beyond its grace (the user's standing is not asked)."""
        now = timezone.now()
        return self.filter(
            models.Q(expires=None) | models.Q(expires__gt=now),
            models.Q(grace_until=None) | models.Q(grace_until__gt=now),
            revoked=None,
        )


class ApiKey(models.Model):
    """`tag` finds a wrong secret in a microsecond; `digest` (Argon2id over an HMAC) is the proof."""

    kid = models.CharField(max_length=KID_LENGTH, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=NAME_LENGTH)
    scopes = models.CharField(max_length=40)
    test = models.BooleanField(default=False)
    canary = models.BooleanField(default=False)  # never opens, and whoever tries it is alarmed about
    addresses = models.JSONField(default=list, blank=True)  # canonical CIDRs; empty = from anywhere
    created = models.DateTimeField(default=timezone.now, editable=False)
    expires = models.DateTimeField(null=True, blank=True)
    revoked = models.DateTimeField(null=True, blank=True)
    successor = models.OneToOneField("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="predecessor")
    grace_until = models.DateTimeField(null=True, blank=True)
    last_used = models.DateTimeField(null=True, blank=True)
    last_address = models.GenericIPAddressField(null=True, blank=True)
    uses = models.PositiveBigIntegerField(default=0)
    pepper = models.CharField(max_length=32)
    tag = models.BinaryField(max_length=TAG_BYTES)
    digest = models.CharField(max_length=128)
    version = models.PositiveIntegerField(default=1)
    seq = models.BigIntegerField(db_index=True)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = "API key"
        ordering = ["-created", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Exact(Length("kid"), KID_LENGTH), name="api_key_id_has_its_length"),
            models.CheckConstraint(condition=~models.Q(name=""), name="api_key_has_a_name"),
            models.CheckConstraint(condition=models.Q(scopes__in=SCOPE_SETS), name="api_key_scopes_are_known"),
            models.CheckConstraint(condition=Exact(Length("tag"), TAG_BYTES), name="api_key_tag_has_its_length"),
            models.CheckConstraint(condition=models.Q(digest__startswith="$argon2id$"), name="api_key_digest_is_argon2id"),
            models.CheckConstraint(
                condition=models.Q(successor=None) | models.Q(grace_until__isnull=False), name="api_key_successor_ends_it"
            ),
            models.CheckConstraint(
                condition=models.Q(expires=None) | models.Q(expires__gt=models.F("created")), name="api_key_lives_first"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.kid})"

    @property
    def scope_set(self) -> frozenset[Scope]:
        """What the key may do while its user has the role of today."""
        return scopes.parse(self.scopes.split(",")) - scopes.withheld(self.user)

    @property
    def scope_words(self) -> str:
        return ", ".join(sorted(self.scope_set)) or "nothing"

    @property
    def user_is_active(self) -> bool:
        return self.user.is_active

    @property
    def standing(self) -> Standing:
        return standing(self, now=timezone.now())


class Bouncer(models.Model):
    """Up to which number of the sequence the bouncer that holds a key has been told."""

    key = models.OneToOneField(ApiKey, on_delete=models.CASCADE, primary_key=True, related_name="bouncer")
    seq = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.key_id} at {self.seq}"
