"""A thing is said of one name only so often."""

import time

import pytest
import time_machine

from security.silence import Silence


@pytest.fixture
def clock():
    with time_machine.travel("2026-11-23 12:00:00Z", tick=False) as clock:
        yield clock


def test_it_speaks_once_until_the_silence_is_over(clock):
    silence = Silence(60.0)
    assert [silence.is_over("a"), silence.is_over("a"), silence.is_over("b")] == [True, False, True]
    clock.shift(60)
    assert silence.is_over("a")


def test_it_says_since_when_it_is_silent(clock):
    silence = Silence(60.0)
    silence.is_over("a")
    assert (silence.began("a"), silence.began("b")) == (time.time(), 0.0)


def test_of_too_many_names_it_forgets_the_longest_quiet(clock):
    silence = Silence(60.0, most=2)
    assert all(silence.is_over(name) for name in "abc")
    assert [silence.is_over(name) for name in "cba"] == [False, False, True]


def test_it_can_be_made_to_speak_again(clock):
    silence = Silence(60.0)
    silence.is_over()
    silence.forget()
    assert silence.is_over()
