"""Registers the security app: its checks, what it keeps in memory, and what it does by the clock."""

from datetime import timedelta

from django.apps import AppConfig

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class SecurityConfig(AppConfig):
    name = "security"

    def ready(self) -> None:
        from security import checks

        checks.install()
        _follow()
        _forget()
        _write_down()
        _look_around()
        _know_each_other()


def _follow() -> None:
    from security import policy, probes, propagation, snapshot

    propagation.follow("bans", snapshot.apply)
    propagation.follow("policy", policy.apply)
    propagation.follow("probes", probes.apply)


def _forget() -> None:
    from security import alerts, background, bans, guesses, merging, proofs, pruning, refusals, retention

    background.job("mark bans that ran out", MINUTE, bans.expire)
    background.job("forget old probes", timedelta(minutes=10), merging.prune)
    background.job("forget old proofs", HOUR, proofs.prune)
    background.job("forget old guesses", HOUR, guesses.prune)
    background.job("age the traffic trail", HOUR, retention.keep)
    background.job("forget old alerts", DAY, alerts.prune)
    background.job("forget old refusals", DAY, refusals.prune)
    background.job("archive old audit rows", DAY, pruning.archive)


def _write_down() -> None:
    from security import alerts, anchors, background, merging, proofs, pulse, refusals, rollups

    pulse.each("recalling who proved themselves", proofs.RECALL_EVERY, proofs.recall, last=lambda: None)
    pulse.each("writing down who proved themselves", proofs.EVERY, proofs.flush)  # before what was tried is judged
    pulse.each("merging what was tried", merging.EVERY, merging.merge)
    pulse.each("writing alerts down", 1.0, alerts.flush)
    pulse.each("writing refusals down", refusals.EVERY, refusals.flush)
    pulse.each("anchoring the audit chain", anchors.SETTLE_EVERY, anchors.settle)
    background.job("count the bans of each minute", MINUTE, rollups.count_bans)


def _look_around() -> None:
    from security import background, pulse, surges, unconfigured, verification

    background.job("look for surges and slowness", MINUTE, surges.look)
    background.job("look at the audit chain's newest rows", MINUTE, verification.watch)
    background.job("verify the audit chain", DAY, verification.watch_all)
    pulse.each("looking for an unconfigured proxy", unconfigured.EVERY, unconfigured.look)


def _know_each_other() -> None:
    """What each process holds open and counts."""
    from security import background, disconnects, propagation, pulse, roster

    propagation.follow("disconnects", disconnects.apply)
    pulse.each("writing down what this process holds", roster.BEAT, roster.write, last=roster.leave)
    background.job("forget processes that are gone", MINUTE, roster.prune)
