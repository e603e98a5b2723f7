"""Counting what is distinct, within a window, in bounded memory, between threads."""

from concurrent.futures import ThreadPoolExecutor

from hypothesis import given
from hypothesis import strategies as st

from security.tally import Tally

DAY = 86_400.0


def tally(**changed) -> Tally:
    return Tally(**{"threshold": 3, "window": DAY, "retry": 10.0, **changed})


def digests(count: int) -> list[bytes]:
    return [b"%d" % number for number in range(count)]


def test_it_speaks_when_the_threshold_is_reached():
    counts = tally()
    assert [counts.add("a", digest, at=1.0) for digest in digests(3)] == [False, False, True]


def test_the_same_thing_counts_once():
    counts = tally()
    assert not any(counts.add("a", b"same", at=float(at)) for at in range(100))


def test_subjects_are_counted_apart():
    counts = tally()
    assert not any(counts.add(subject, digest, at=1.0) for subject in "abc" for digest in digests(2))


def test_what_is_older_than_the_window_no_longer_counts():
    counts = tally()
    counts.add("a", b"0", at=0.0)
    assert not any(counts.add("a", digest, at=DAY) for digest in (b"1", b"2"))


def test_something_first_seen_a_window_ago_counts_anew():
    counts = tally()
    for at, digest in ((0.0, b"0"), (DAY, b"0"), (DAY, b"1")):
        counts.add("a", digest, at=at)
    assert counts.add("a", b"2", at=DAY)


def test_one_that_was_not_answered_is_asked_again_after_a_while_even_for_the_same_thing():
    counts = tally()
    for digest in digests(3):
        counts.add("a", digest, at=0.0)
    assert [counts.add("a", b"0", at=at) for at in (9.0, 10.0)] == [False, True]


def test_a_forgotten_subject_starts_at_nothing():
    counts = tally()
    for digest in digests(3):
        counts.add("a", digest, at=0.0)
    counts.forget("a")
    assert not counts.add("a", b"4", at=20.0)


def test_the_longest_quiet_subject_makes_room_and_is_reported():
    counts = tally(subjects=2, threshold=2)
    for subject in ("old", "busy", "old", "new"):
        counts.add(subject, b"0", at=0.0)
    assert counts.overflowed == 1
    assert counts.add("old", b"1", at=0.0)
    assert not counts.add("busy", b"1", at=0.0)


def test_of_eight_threads_exactly_one_hears_it():
    counts = tally(threshold=1000, tries=1000)
    with ThreadPoolExecutor(8) as pool:
        heard = list(pool.map(lambda digest: counts.add("a", digest, at=1.0), digests(4000)))
    assert heard.count(True) == 1


@given(st.lists(st.sampled_from(digests(30)), max_size=200))
def test_it_speaks_exactly_when_that_many_distinct_ones_were_seen(tried):
    counts = tally(threshold=10)
    spoke = True in [counts.add("a", digest, at=1.0) for digest in tried]
    assert spoke == (len(set(tried)) >= 10)
