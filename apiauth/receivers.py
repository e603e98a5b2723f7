"""Changes to users reach their keys in every process; a key row deleted with its user is announced too."""

from collections.abc import Collection
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import F
from django.db.models.signals import post_delete, post_save

from apiauth.models import ApiKey
from security import audit, propagation
from security.actors import AUTOMATION
from security.audit import Act

SILENT = frozenset({"password", "last_login", "email"})  # a change of these alone moves no key


def connect() -> None:
    post_save.connect(user_saved, sender=get_user_model(), dispatch_uid="apiauth.user_saved")
    post_delete.connect(key_deleted, sender=ApiKey, dispatch_uid="apiauth.key_deleted")


def user_saved(
    instance: AbstractBaseUser, *, created: bool, update_fields: Collection[str] | None = None, **kwargs: Any
) -> None:
    if created or (update_fields is not None and SILENT.issuperset(update_fields)):
        return
    with transaction.atomic():
        keys = ApiKey.objects.filter(user_id=instance.pk)
        if keys.exists():
            keys.update(seq=propagation.bump(), version=F("version") + 1)


def key_deleted(instance: ApiKey, **kwargs: Any) -> None:
    """Whoever deletes the user is told of there."""
    with audit.change():
        propagation.bump()
        audit.record(
            Act.KEY_DELETED, by=AUTOMATION, about=instance.kid, before={"user": instance.user_id, "name": instance.name}
        )
