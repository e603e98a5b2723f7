"""What has had its time leaves the database: counters, alerts and traffic are forgotten, audit rows go as signed segments."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from security import alerts, guesses, merging, policy, proofs, refusals, retention, rollups, segments
from security.actors import AUTOMATION


def prune() -> dict[str, int]:
    """Forget all that had its time, but audit rows; how much of each kind."""
    return _forget() | {"traffic entries": retention.prune()}


def would_prune() -> dict[str, int]:
    with transaction.atomic():
        found = _forget()
        transaction.set_rollback(True)
    return found | {"traffic entries": retention.would_prune()}


def audit_end() -> datetime:
    """Audit rows before this instant may go."""
    return timezone.now() - timedelta(days=policy.current().audit_days)


def _forget() -> dict[str, int]:
    kinds = {
        "probes": merging, "proofs": proofs, "guesses": guesses, "refusals": refusals, "alerts": alerts, "rollups": rollups,
    }  # fmt: skip
    return {name: kind.prune() for name, kind in kinds.items()}


def archive() -> None:
    """The lease holder's work each day."""
    segments.prune(audit_end(), by=AUTOMATION)
