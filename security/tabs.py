"""The ways through the security pages: five groups, and the pages of the one that a page belongs to."""

from dataclasses import dataclass

Page = tuple[str, str, tuple[str, ...]]  # address's name, label, names of what is shown beneath it

GROUPS: tuple[tuple[str, tuple[Page, ...]], ...] = (
    (
        "Bans",
        (
            ("security", "In force", ("offenders", "ban")),
            ("suspects", "Suspects", ("address",)),
            ("allows", "Allow list", ()),
            ("exchange", "Export and import", ("check_import",)),
        ),
    ),
    ("Alerts", (("alerts", "Alerts", ()),)),
    (
        "Traffic",
        (
            ("charts", "Charts", ()),
            ("logs", "Logs", ("audit_log", "export_traffic", "export_audit")),
            ("sockets", "Sockets", ()),
        ),
    ),
    ("People", (("sessions", "Sessions", ()), ("logins", "Logins", ()))),
    ("Rules", (("policy", "Policy", ()), ("replay", "Replay", ()))),
)


@dataclass(frozen=True, slots=True)
class Tab:
    """`name` is an address's; `current` says of the one shown "page", of its group "true", else nothing (aria-current)."""

    name: str
    label: str
    current: str


@dataclass(frozen=True, slots=True)
class Tabs:
    """The groups, each leading to its first page; which of them is open, and its pages."""

    groups: tuple[Tab, ...]
    group: str
    pages: tuple[Tab, ...]


def tabs(here: str) -> Tabs:
    """As seen from the page whose address has that name."""
    groups: list[Tab] = []
    group, shown = "", tuple[Tab, ...]()
    for label, pages in GROUPS:
        found = tuple(Tab(name, each, "page" if here in (name, *beneath) else "") for name, each, beneath in pages)
        is_here = any(page.current for page in found)
        groups.append(Tab(found[0].name, label, "" if not is_here else "page" if len(found) == 1 else "true"))
        group, shown = (label, found) if is_here else (group, shown)
    return Tabs(tuple(groups), group, shown)
