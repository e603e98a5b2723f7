"""What each threshold of the policy is called, may be and belongs to; a field of the policy that is missing here is refused."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from security.durations import UNITS
from security.kinds import Kind, Ladder, Number, OneOf, PerTime, Rates, SomeOf, Span, Switch, Whole
from security.rates import STANDARD

MINUTE, HOUR, DAY = UNITS["min"], UNITS["h"], UNITS["d"]  # seconds
YEAR = 366 * DAY

MOST_POINTS = 59  # what 64 tries reach at one point each, where five are broken links of ours, which count 0
FORMERLY = 1000  # points that earlier versions took, though nobody reached them
SCENARIOS = ("bad-keys", "unknown-paths", "decoy", "bad-logins")  # what automation bans for


class Group(StrEnum):
    """The sections of the page, in its order."""

    DETECTION = "What gets a subject banned"
    BANS = "How long, and how wide"
    LIMITS = "Request rates"
    SOCKETS = "WebSockets"
    TRAILS = "What is kept"


@dataclass(frozen=True, slots=True)
class Threshold:
    group: Group
    label: str
    kind: Kind
    help: str = ""


_SOCKETS = Whole(1, 100_000)

THRESHOLDS: dict[str, Threshold] = {
    "bad_keys": Threshold(Group.DETECTION, "Distinct bad API keys in 24 h", Whole(1, 64)),
    "path_burst": Threshold(
        Group.DETECTION, "Points for unknown addresses in a burst", Number(1, MOST_POINTS),
        "An unknown address counts 1, a known scanner's 5.",
    ),
    "path_leak": Threshold(Group.DETECTION, "One point of a burst is forgotten each", Span(0.1, DAY)),
    "path_day": Threshold(Group.DETECTION, "Points for unknown addresses in 24 h", Number(1, MOST_POINTS)),
    "guess_limit": Threshold(Group.DETECTION, "Points for wrong passwords and codes", Number(1, 1000)),
    "guess_half_life": Threshold(Group.DETECTION, "Half of those points are forgotten in", Span(MINUTE, 30 * DAY)),
    "guess_free": Threshold(
        Group.DETECTION, "Wrong passwords before a wait", Whole(1, 100), "Of one name from one subject; then each waits longer."
    ),
    "guess_delay": Threshold(Group.DETECTION, "The longest such wait", Span(1, DAY)),
    "simulated": Threshold(
        Group.DETECTION, "Only simulate", SomeOf(SCENARIOS), "These say whom they would have banned, and ban nobody."
    ),
    "ladder": Threshold(
        Group.BANS, "Bans by offence", Ladder(Span(MINUTE, 10 * YEAR), most=10), "The first, the second and so on, by commas."
    ),
    "ladder_end": Threshold(Group.BANS, "After the last of these", Span(MINUTE, 10 * YEAR, forever=True)),
    "jitter": Threshold(Group.BANS, "Longer by chance, at most this part", Number(0, 1), "0.1 is up to a tenth."),
    "clean_days": Threshold(Group.BANS, "Days until an offence is forgotten", Whole(1, 3650)),
    "probation": Threshold(
        Group.BANS, "Probation", Span(0, 30 * DAY), "After a person lifted a ban, automation only alarms about that subject."
    ),
    "widen_v6": Threshold(Group.BANS, "Widen IPv6 bans", Switch(), "Four banned /64 shut out their /56, eight their /48."),
    "widen_v4": Threshold(Group.BANS, "Widen IPv4 bans", Switch(), "Up to the /24 around several banned neighbours."),
    "preset": Threshold(
        Group.LIMITS, "Preset", OneOf(("", "standard", "active")), "Active: 50/s for pages and data, 10/s for orders."
    ),
    "rates": Threshold(Group.LIMITS, "Rates over the preset", Rates(tuple(STANDARD))),
    "throttle": Threshold(
        Group.LIMITS, "Throttled subjects", PerTime(),
        "Whom a ban spares, where nothing proves them. RATE_LIMITS=off does not move it.",
    ),
    "sockets_session": Threshold(Group.SOCKETS, "Of one web session", _SOCKETS),
    "sockets_key": Threshold(Group.SOCKETS, "Of one API key", _SOCKETS),
    "sockets_user": Threshold(Group.SOCKETS, "Of one user", _SOCKETS),
    "sockets_subject": Threshold(Group.SOCKETS, "Of one subject", _SOCKETS, "Those that proved who they are."),
    "sockets_strangers": Threshold(Group.SOCKETS, "Of one subject, unproven", _SOCKETS, "Before they prove who they are."),
    "strangers_all": Threshold(Group.SOCKETS, "Unproven, in one process", _SOCKETS),
    "sockets_all": Threshold(Group.SOCKETS, "All, in one process", _SOCKETS, "Room beside them is made at the start."),
    "session_days": Threshold(Group.TRAILS, "Days that ended sessions are kept", Whole(1, 3650)),
    "audit_days": Threshold(
        Group.TRAILS, "Days that audit rows stay in the database", Whole(30, 36_500), "Then they are archived in DATA_DIR."
    ),
    "traffic_named_days": Threshold(
        Group.TRAILS, "Days until traffic is anonymous", Whole(1, 3650), "Then addresses are cut to their /24, or /48 of IPv6."
    ),
    "traffic_days": Threshold(Group.TRAILS, "Days that traffic is kept", Whole(1, 3650)),
    "traffic_rows": Threshold(
        Group.TRAILS, "Requests and sockets that are kept", Whole(1_000, 100_000_000),
        "Of more, first those of strangers that rate limits refused go, then the oldest.",
    ),
}  # fmt: skip


def of_old(name: str, value: Any) -> Any:
    """A stored value as this version takes it: more points than can be reached become the most that can."""
    is_points = name in ("path_burst", "path_day") and isinstance(value, int | float)
    return MOST_POINTS if is_points and MOST_POINTS < value <= FORMERLY else value
