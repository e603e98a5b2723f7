"""A person with an account, and the role that says what they may open."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import check_password, make_password
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils import timezone
from django.utils.crypto import salted_hmac

# ASCII alone: no two names that look the same, and one meaning of "regardless of case" on every engine.
name_shape = RegexValidator(r"\A[A-Za-z0-9][A-Za-z0-9._@+-]*\Z", "A name is made of letters, digits and . _ @ + -")


class Role(models.TextChoices):
    OWNER = "owner", "Owner"
    OPERATOR = "operator", "Operator"
    TRADER = "trader", "Trader"


class UserManager(BaseUserManager["User"]):
    def named(self, name: str) -> "models.QuerySet[User]":
        """Regardless of case, in ASCII alone: PostgreSQL would read a dotless i or a long s as letters of somebody's name."""
        return self.filter(username__iexact=name) if name.isascii() else self.filter(username=name)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.named(username or "").get()


class User(AbstractBaseUser):
    """Owner: everything. Operator: the security pages, no trading. Trader: their own things."""

    username = models.CharField(
        max_length=64, unique=True, validators=[name_shape], error_messages={"unique": "This name is taken."}
    )
    password = models.CharField(max_length=255)
    password_changed = models.DateTimeField(default=timezone.now)
    email = models.EmailField(max_length=254, blank=True)
    role = models.CharField(max_length=8, choices=Role, default=Role.TRADER)
    is_active = models.BooleanField(default=True)
    created = models.DateTimeField(db_default=Now())

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["email"]

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("username"), name="one_user_per_name"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="user_role_is_known"),
        ]

    def __str__(self) -> str:
        return self.username

    def set_password(self, raw_password: str | None) -> None:
        super().set_password(raw_password)
        self.password_changed = timezone.now()

    def check_password(self, raw_password: str | None) -> bool:
        """Also stores the password anew where pepper or cost are outdated; that is no change of password."""

        def rehash(raw_password: str) -> None:
            self.password = make_password(raw_password)
            self.save(update_fields=["password"])

        return check_password(raw_password, self.password, rehash)

    def get_session_auth_hash(self) -> str:
        """Sessions hold this: a changed password ends them, whoever changed it by whatever way."""
        return salted_hmac("accounts.session", f"{self.pk}:{self.password_changed.isoformat()}", algorithm="sha256").hexdigest()

    @property
    def is_staff(self) -> bool:
        return self.is_active and self.role in (Role.OWNER, Role.OPERATOR)

    @property
    def is_superuser(self) -> bool:
        return self.is_active and self.role == Role.OWNER

    @property
    def may_trade(self) -> bool:
        """Whether the trading pages are theirs."""
        return self.is_active and self.role != Role.OPERATOR

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """The admin asks this: owners may all, operators what belongs to the security app."""
        return self.is_superuser or (self.is_staff and perm.startswith("security."))

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_superuser or (self.is_staff and app_label == "security")
