"""Contracts and instants for property tests: any listed contract at any second of a session in which it trades."""

from datetime import date

from hypothesis import strategies as st

from brokers.paper import catalogue, contracts, path
from brokers.paper.listing import Listing

DAY = date(2026, 11, 25)
NUMBER = (DAY - date(1970, 1, 1)).days
EXPIRY = "01DEC26"


def _all(kind: str) -> list[Listing]:
    return [each for each in contracts.listed(DAY) if each.instrument.instrumenttype == kind]


LISTED = catalogue.everything(DAY)
CALLS, PUTS, FUTURES = _all("CE"), _all("PE"), _all("FUT")
calls, puts, futures = st.sampled_from(CALLS), st.sampled_from(PUTS), st.sampled_from(FUTURES)
anything = st.one_of(calls, puts, futures, st.sampled_from(LISTED[:140]))
ending = st.builds(
    lambda strike, right: catalogue.listing(f"NIFTY{EXPIRY}{50 * strike}{right}", "NFO"),
    st.integers(460, 500),
    st.sampled_from(["CE", "PE"]),
)
seconds = st.integers(0, path.DAY - 1)


def start(listing: Listing, day: int = NUMBER) -> int:
    return path.session_of(listing.course, day).start
