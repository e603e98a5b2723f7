"""Each beat comes as often as it was registered for, however long it takes."""

from types import SimpleNamespace

import pytest

from security import pulse


@pytest.fixture
def beats(monkeypatch) -> SimpleNamespace:
    """A clock, and beats that take as long as they are made to."""
    clock = SimpleNamespace(now=100.0, ran=list[str]())
    clock.monotonic = lambda: clock.now
    monkeypatch.setattr(pulse, "time", clock)
    monkeypatch.setattr(pulse, "_beats", {})
    return clock


def registered(beats: SimpleNamespace, name: str, every: float, *, takes: float) -> None:
    def run() -> None:
        beats.ran.append(name)
        beats.now += takes

    pulse.each(name, every, run)


def test_what_a_beat_takes_does_not_delay_its_next(beats):
    registered(beats, "merging", 0.25, takes=0.05)
    assert pulse._beat(everything=False) == pytest.approx(0.2)


def test_a_beat_that_takes_longer_than_its_time_keeps_no_other_out(beats):
    registered(beats, "long", 0.25, takes=1.0)
    registered(beats, "short", 0.25, takes=0.0)
    pauses = [pulse._beat(everything=False) for _ in range(2)]
    assert (beats.ran, pauses) == (["long", "short"] * 2, [0.0, 0.0])


def test_at_the_end_all_run_once_more(beats):
    registered(beats, "rare", 60.0, takes=0.0)
    pulse._beat(everything=False)
    pulse._beat(everything=True)
    assert beats.ran == ["rare", "rare"]
