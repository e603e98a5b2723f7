"""What is done by the clock, by whom and how often, and what follows the sequence: a line that goes missing is seen here."""

from collections.abc import Callable
from datetime import timedelta

from security import background, propagation, pulse

MINUTE, HOUR, DAY = 60, 3600, 86_400

JOBS = {  # of one process: seconds
    "security.bans.expire": MINUTE,
    "security.rollups.count_bans": MINUTE,
    "security.surges.look": MINUTE,
    "security.verification.watch": MINUTE,
    "security.roster.prune": MINUTE,
    "security.merging.prune": 10 * MINUTE,
    "security.proofs.prune": HOUR,
    "security.guesses.prune": HOUR,
    "security.retention.keep": HOUR,
    "security.alerts.prune": DAY,
    "security.refusals.prune": DAY,
    "security.pruning.archive": DAY,
    "security.verification.watch_all": DAY,
    "accounts.sessions.prune": DAY,
    "brokers.paper.settlement.run_due": 1,
}
BEATS = [  # of each process, in their order: seconds, and what is done once more when it stops
    ("security.proofs.recall", 60, None),
    ("security.proofs.flush", 0.25, "security.proofs.flush"),  # before what was tried is judged
    ("security.merging.merge", 0.25, "security.merging.merge"),
    ("security.alerts.flush", 1, "security.alerts.flush"),
    ("security.refusals.flush", 10, "security.refusals.flush"),
    ("security.anchors.settle", 5, "security.anchors.settle"),
    ("security.unconfigured.look", 10, "security.unconfigured.look"),
    ("security.roster.write", 1, "security.roster.leave"),
]
FOLLOWERS = {"bans", "policy", "probes", "disconnects", "sessions", "apikeys", "order events"}


def named(run: Callable[[], object]) -> str | None:
    """None for what does nothing."""
    name = f"{run.__module__}.{run.__qualname__}"
    return None if name.endswith("<lambda>") else name


def test_one_process_does_these_jobs_this_often():
    assert {named(job.run): job.every for job in background._jobs.values()} == {
        name: timedelta(seconds=every) for name, every in JOBS.items()
    }


def test_each_process_does_these_every_moment_in_this_order():
    assert [(named(beat.run), beat.every, named(beat.last)) for beat in pulse._beats.values()] == BEATS


def test_these_follow_the_sequence():
    assert set(propagation._followers) == FOLLOWERS


def test_the_use_of_keys_is_written_down_at_the_stop():
    assert [named(run) for run in background._last_words.values()] == ["apiauth.usage.flush"]
