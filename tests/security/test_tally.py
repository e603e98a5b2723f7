"""What each subject tried, in bounded memory, between threads."""

from concurrent.futures import ThreadPoolExecutor

from hypothesis import given
from hypothesis import strategies as st

from security.scores import DAY, Scenario, Try
from security.tally import Tally

A_TRY = st.builds(
    Try, st.binary(min_size=16, max_size=16), st.floats(1.0, DAY / 2), st.integers(0, 5), st.sampled_from([*Scenario])
)


def tried(number: int, *, at: float = 1.0, scenario: Scenario = Scenario.PATHS) -> Try:
    return Try(number.to_bytes(16), at, 1, scenario)


def test_it_tells_all_tries_at_each_new_one():
    tally = Tally()
    assert tally.add("a", tried(1)) == [tried(1)]
    assert tally.add("a", tried(2)) == [tried(1), tried(2)]


def test_a_repetition_changes_nothing():
    tally = Tally()
    tally.add("a", tried(1))
    assert tally.add("a", tried(1, at=5.0)) is None
    assert tally.of("a") == [tried(1)]


def test_what_is_a_day_old_counts_no_more_and_may_come_again():
    tally = Tally()
    tally.add("a", tried(1))
    assert tally.add("a", tried(1, at=1.0 + DAY)) == [tried(1, at=1.0 + DAY)]


def test_sixty_four_tries_are_remembered_of_keys_and_of_the_rest():
    tally = Tally()
    for number in range(200):
        tally.add("a", tried(number))
        tally.add("a", tried(1000 + number, scenario=Scenario.KEYS))
    found = [each.scenario for each in tally.of("a")]
    assert (found.count(Scenario.PATHS), found.count(Scenario.KEYS)) == (64, 64)


def test_the_longest_quiet_subject_makes_way():
    tally = Tally(subjects=2)
    for subject in ("a", "b", "a", "c"):
        tally.add(subject, tried(len(tally.of(subject))))
    assert (len(tally.of("a")), tally.of("b"), tally.overflowed) == (2, [], 1)


def test_new_tries_and_subjects_are_taken_once():
    tally = Tally()
    tally.add("a", tried(1), sample="s")
    batch = tally.take()
    assert ([(row.subject, row.sample) for row in batch.rows], batch.subjects) == ([("a", "s")], {"a"})
    assert tally.take() == ([], set())


def test_what_could_not_be_merged_is_taken_again_in_bounds():
    tally = Tally(pending=3)
    for number in range(2):
        tally.add("a", tried(number))
    batch = tally.take()
    for number in range(2, 9):
        tally.add("a", tried(number))
    tally.put_back(batch)
    assert [row.tried for row in tally.take().rows] == [tried(0), tried(1), tried(2)]
    assert len(tally.of("a")) == 9


def test_what_others_saw_is_added_once():
    tally = Tally()
    tally.add("a", tried(1, at=2.0))
    assert tally.learn("a", [tried(1), tried(2)], offences=3) == [tried(2), tried(1, at=2.0)]
    assert tally.offences("a") == 3


def test_of_what_all_saw_the_newest_are_kept():
    tally = Tally(tries=3)
    tally.add("a", tried(0, at=1.0))
    tally.learn("a", [tried(number, at=1.0 + number) for number in range(1, 6)], offences=0)
    assert [each.at for each in tally.of("a")] == [4.0, 5.0, 6.0]


def test_of_whom_it_forgot_it_learns_nothing():
    tally = Tally()
    assert tally.learn("a", [tried(1)], offences=0) == []
    assert tally.of("a") == []


def test_it_forgets_what_came_before_an_instant():
    tally = Tally()
    for number in range(3):
        tally.add("a", tried(number, at=float(number + 1)))
    tally.forget("a", until=2.0)
    assert tally.of("a") == [tried(2, at=3.0)]


def test_one_caller_acts_until_the_subject_is_left_alone_no_more():
    tally = Tally()
    assert [tally.doze("a", Scenario.KEYS, at=at, until=at + 10) for at in (1.0, 5.0, 11.0)] == [True, False, True]
    assert tally.doze("a", Scenario.PATHS, at=12.0, until=22.0)


def test_one_that_is_over_is_told_of_again_when_it_wakes():
    tally = Tally()
    tally.add("a", tried(1))
    tally.rest("a", Scenario.PATHS, until=10.0)
    assert tally.add("a", tried(1, at=9.0)) is None
    assert tally.add("a", tried(1, at=10.0)) == [tried(1)]


@given(st.lists(A_TRY, max_size=200, unique_by=lambda each: each.digest))
def test_memory_is_what_was_put_in_as_far_as_there_is_room(tries):
    tally = Tally()
    for each in sorted(tries, key=lambda each: each.at):
        tally.add("a", each)
    for keys in (True, False):
        expected = [each for each in sorted(tries, key=lambda each: each.at) if (each.scenario is Scenario.KEYS) is keys][:64]
        assert [each for each in tally.of("a") if (each.scenario is Scenario.KEYS) is keys] == expected


def test_threads_lose_no_try():
    tally = Tally(tries=1000)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: tally.add("a", tried(number)), range(400)))
    assert len(tally.of("a")) == len(tally.take().rows) == 400


def test_nine_tries_of_a_subject_take_under_300_bytes():
    tally = Tally(subjects=100)
    for number in range(1000):
        for path in range(9):
            tally.add(f"198.51.100.{number}", tried(path))
    sizes = [known.packed.__sizeof__() for known in tally._subjects.values()]
    assert (len(sizes), max(sizes) < 300) == (100, True)
