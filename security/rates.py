"""The rules of the request rates and what each preset allows, as data."""

from enum import StrEnum

Rate = tuple[int, int]  # at most so many, in so many seconds


class Rule(StrEnum):
    API = "api"  # per endpoint and key
    ORDER = "order"  # per endpoint and key
    PAGE = "page"  # per endpoint and user
    KEYS = "keys"  # per user; only what is sent: looking counts as PAGE
    LOGIN = "login"  # per subject; only what is sent: looking counts as OPEN
    OPEN = "open"  # per subject: requests that need no proof; those that reached no view count apart
    FAILED = "failed"  # per subject: requests whose proof is missing or wrong
    THROTTLED = "throttled"  # per throttled subject: everything that proves nobody; part of the bans, in no preset


STANDARD: dict[Rule, Rate] = {
    Rule.API: (60, 60),
    Rule.ORDER: (60, 60),
    Rule.PAGE: (60, 60),
    Rule.KEYS: (10, 60),
    Rule.LOGIN: (10, 60),
    Rule.OPEN: (60, 60),
    Rule.FAILED: (30, 60),
}
PRESETS: dict[str, dict[Rule, Rate]] = {
    "standard": STANDARD,
    "active": STANDARD | {Rule.API: (50, 1), Rule.PAGE: (50, 1), Rule.ORDER: (10, 1)},
    "off": {},
}
LEAST: dict[Rule, Rate] = {Rule.PAGE: (10, 60), Rule.LOGIN: (1, 60)}  # or nobody could come and change it back
LABELS: dict[Rule, str] = {
    Rule.API: "API calls, of one key and endpoint",
    Rule.ORDER: "Orders, of one key and endpoint",
    Rule.PAGE: "Pages, of one user and page",
    Rule.KEYS: "Creating keys, of one user",
    Rule.LOGIN: "Logging in, of one subject",
    Rule.OPEN: "What needs no proof, of one subject",
    Rule.FAILED: "Proof missing or wrong, of one subject",
}
