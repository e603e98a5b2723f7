"""One decision of a user's at a time: who first looks at what is held, or was sent, and then trades, looks and trades alone."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.auth import get_user_model
from django.db import transaction

from brokers.errors import OrderRefused


@contextmanager
def turn(user_id: int) -> Iterator[None]:
    """A transaction of the user's that no other turn of theirs overlaps; a refusal does not undo the order it left rejected."""
    refusal = None
    with transaction.atomic():
        get_user_model().objects.select_for_update(no_key=True).get(pk=user_id)
        try:
            yield
        except OrderRefused as refused:
            refusal = refused
    if refusal:
        raise refusal
