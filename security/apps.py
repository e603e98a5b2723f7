"""Registers the security app: its checks, and what it keeps in memory."""

from datetime import timedelta

from django.apps import AppConfig


class SecurityConfig(AppConfig):
    name = "security"

    def ready(self) -> None:
        from security import (
            alerts,
            anchors,
            background,
            bans,
            checks,
            guesses,
            merging,
            policy,
            probes,
            proofs,
            propagation,
            pruning,
            pulse,
            refusals,
            retention,
            rollups,
            snapshot,
            surges,
            unconfigured,
            verification,
        )

        checks.install()
        propagation.follow("bans", snapshot.apply)
        propagation.follow("policy", policy.apply)
        propagation.follow("probes", probes.apply)
        background.job("mark bans that ran out", timedelta(minutes=1), bans.expire)
        background.job("forget old probes", timedelta(minutes=10), merging.prune)
        background.job("forget old proofs", timedelta(hours=1), proofs.prune)
        background.job("forget old guesses", timedelta(hours=1), guesses.prune)
        background.job("forget old alerts", timedelta(days=1), alerts.prune)
        background.job("forget old refusals", timedelta(days=1), refusals.prune)
        pulse.each("writing down who proved themselves", proofs.EVERY, proofs.flush)  # before what was tried is judged
        pulse.each("merging what was tried", merging.EVERY, merging.merge)
        pulse.each("writing alerts down", 1.0, alerts.flush)
        pulse.each("writing refusals down", refusals.EVERY, refusals.flush)
        background.job("age the traffic trail", timedelta(hours=1), retention.keep)
        background.job("count the bans of each minute", timedelta(minutes=1), rollups.count_bans)
        background.job("look for surges and slowness", timedelta(minutes=1), surges.look)
        background.job("look at the audit chain's newest rows", timedelta(minutes=1), verification.watch)
        background.job("archive old audit rows", timedelta(days=1), pruning.archive)
        background.job("verify the audit chain", timedelta(days=1), verification.watch_all)
        pulse.each("anchoring the audit chain", anchors.SECONDS, anchors.settle)
        pulse.each("looking for an unconfigured proxy", unconfigured.EVERY, unconfigured.look)
