"""Bans out of a file: the same as were exported, whom no ban may touch left alone, and never half of a file."""

import json
import tracemalloc
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from security import allows, bans, exporting, importing, propagation, screening, snapshot, sparing
from security.actors import COMMAND_LINE, Actor
from security.addresses import Network, network
from security.bans import DAY
from security.importing import NotABlocklist, NotImported, Report
from security.models import Action, AuditEntry, Ban, Origin

pytestmark = pytest.mark.django_db(transaction=True)

ATTACKER = "203.0.113.9"
OWNER = Actor("owner", address="198.51.100.7")
WHOLE = ("csv", "json")


def ban(cidr: str, **more) -> Ban:
    usual: dict[str, Any] = {"reason": "scans", "origin": Origin.COMMAND, "by": COMMAND_LINE, "duration": DAY}
    return bans.ban(cidr, **(usual | more))


def take(text: str | bytes, *, by: Actor = OWNER, **more) -> Report:
    return importing.take(BytesIO(text.encode() if isinstance(text, str) else text), by=by, **more)


def exported(form: str) -> bytes:
    return b"".join(exporting.export(form, by=OWNER))


def in_force() -> set[tuple[object, ...]]:
    return {*bans.in_force().values_list("cidr", "action", "reason", "expires")}


@pytest.mark.parametrize("form", WHOLE)
def test_what_is_exported_gives_the_same_bans_elsewhere(form):
    ban("203.0.113.0/24", reason='=scans "all", \u00fcber'), ban("2001:db8::1", duration=None)
    ban("198.51.100.9", action=Action.THROTTLE), ban("198.51.100.9", action=Action.SIMULATE)
    before, data = in_force(), exported(form)
    Ban.objects.all().delete()
    take(data)
    assert in_force() == before
    assert {*Ban.objects.values_list("origin", "actor", "scenario")} == {("import", "owner", "import")}


def test_an_imported_ban_holds_at_once():
    take(f"cidr\n{ATTACKER}\n")
    assert snapshot.verdict(ATTACKER) is not None


def test_a_file_moves_the_sequence_once():
    before = propagation.current()
    take("cidr\n203.0.113.9\n203.0.113.10\n203.0.113.11\n")
    assert {*Ban.objects.values_list("seq", flat=True)} == {before + 1} == {propagation.current()}


def test_an_import_is_one_row_of_the_audit_with_counts_and_digest():
    report = take(f"cidr\n{ATTACKER}\n")
    row = AuditEntry.objects.get()
    assert (row.act, row.actor, row.about) == ("bans:list:import", "owner", f"SHA-256 {report.sha256}")
    assert '"added":1,"ended":0,"form":"csv","held":0,"lines":1,"longer":0' in row.after


def test_what_cannot_be_audited_is_not_imported(monkeypatch):
    monkeypatch.setattr("security.entries.insert", lambda row: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        take(f"cidr\n{ATTACKER}\n")
    assert not Ban.objects.exists()


def test_one_wrong_line_and_nothing_is_imported():
    report = take("cidr\n203.0.113.1\nnonsense\n203.0.113.2\n")
    assert [each.line for each in report.problems] == [3]
    assert not Ban.objects.exists()
    assert not AuditEntry.objects.exists()


def test_every_wrong_line_is_counted_and_the_first_are_told():
    report = take("cidr\n" + "nonsense\n" * 9_000)
    assert (report.wrong, len(report.problems)) == (9_000, importing.SHOWN)


SPARED = ["127.0.0.0/8", "0.0.0.0/0", "::1", "198.51.100.0/24", "192.0.2.77", "192.0.2.0/24", "203.0.0.0/8"]


@pytest.mark.parametrize("cidr", SPARED)
def test_whom_no_ban_may_touch_is_named_and_nothing_is_imported(cidr):
    allows.add("192.0.2.77", by=OWNER, note="the office")
    report = take(f"cidr\n{ATTACKER}\n{cidr}\n")
    assert [each.line for each in report.problems] == [3]
    assert not Ban.objects.exists()


def test_force_widens_but_spares_whom_no_ban_may_touch():
    assert take("cidr\n203.0.0.0/8\n", force=True).counts.added == 1
    assert take("cidr\n127.0.0.1\n", force=True).wrong == 1


def test_at_the_command_line_force_overrides_all():
    assert take("cidr\n127.0.0.1\n0.0.0.0/0\n", by=COMMAND_LINE, force=True).counts.added == 2


NEAR = st.sampled_from(["127.0.0.1", "198.51.100.7", "192.0.2.64/26", "2001:db8:7::/64", "::1", "203.0.113.9"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cidr=NEAR, up=st.integers(0, 128), flip=st.integers(0, 127), force=st.booleans())
def test_the_screen_refuses_exactly_what_a_single_order_refuses(cidr, up, flip, force):
    if not allows.in_force().exists():
        allows.add("192.0.2.64/26", by=OWNER, note="office"), allows.add("2001:db8:7::/64", by=OWNER, note="home")
    found = network(cidr)
    moved = Network(found.bits, found.value ^ (1 << flip % found.bits), found.bits)
    for target in (found.around(up % (found.length + 1)), moved.around(up % (found.bits + 1))):
        asked = {"action": Action.BAN, "by": OWNER, "force": force}
        one = sparing.objection(target, origin=Origin.OPERATOR, **asked)
        assert screening.objection(target, near=screening.screen(OWNER), **asked) == one


def test_who_came_under_protection_meanwhile_stops_the_import(monkeypatch):
    def added_meanwhile(lines: int) -> None:
        allows.add("192.0.2.77", by=OWNER, note="the office")

    with pytest.raises(NotImported, match="Meanwhile"):
        take("cidr\n192.0.2.77\n", told=added_meanwhile)
    assert not Ban.objects.exists()


def test_a_second_import_changes_nothing():
    file = f"cidr,expires\n{ATTACKER},2096-01-01\n203.0.113.10,\n"
    take(file)
    seqs = {*Ban.objects.values_list("pk", "seq")}
    assert take(file).counts.held == 2
    assert {*Ban.objects.values_list("pk", "seq")} == seqs


def test_a_ban_in_force_is_prolonged_and_never_shortened():
    ban("203.0.113.1"), ban("203.0.113.2", duration=None), ban("203.0.113.3")
    soon, late = timezone.now() + DAY / 2, timezone.now() + 9 * DAY
    report = take(
        f"cidr,expires\n203.0.113.1,{late.isoformat()}\n203.0.113.2,{late.isoformat()}\n203.0.113.3,{soon.isoformat()}\n"
    )
    assert (report.counts.longer, report.counts.held, report.counts.added) == (1, 2, 0)
    assert {*bans.in_force().values_list("cidr", "origin")} >= {("203.0.113.1/32", "import"), ("203.0.113.2/32", "command")}
    assert Ban.objects.get(cidr="203.0.113.1/32", state="superseded").origin == "command"


def test_of_a_range_named_twice_the_later_end_counts():
    take(
        "cidr,expires\n203.0.113.1,2090-01-01\n203.0.113.1,2091-01-01\n203.0.113.1,2089-01-01\n203.0.113.2,\n203.0.113.2,2090-01-01\n"
    )
    ends = dict(bans.in_force().values_list("cidr", "expires"))
    assert ends == {"203.0.113.1/32": datetime(2091, 1, 1, tzinfo=UTC), "203.0.113.2/32": None}


def test_what_is_over_is_left_out_and_a_row_that_ran_out_makes_room():
    row = ban(ATTACKER)
    Ban.objects.filter(pk=row.pk).update(starts=timezone.now() - 2 * DAY, expires=timezone.now() - DAY)
    report = take(f"cidr,expires\n{ATTACKER},2096-01-01\n203.0.113.10,2020-01-01\n")
    assert (report.counts.added, report.counts.ended) == (1, 1)
    assert Ban.objects.get(pk=row.pk).state == "expired"


def test_a_dry_run_says_the_same_and_changes_nothing():
    ban("203.0.113.1"), ban("203.0.113.2", duration=None)
    file = "cidr\n203.0.113.1\n203.0.113.2\n203.0.113.3\n203.0.113.3\n"
    rows, seq, audit = [*Ban.objects.values()], propagation.current(), AuditEntry.objects.count()
    dry = take(file, dry_run=True)
    assert ([*Ban.objects.values()], propagation.current(), AuditEntry.objects.count()) == (rows, seq, audit)
    assert take(file) == dry
    assert dry.sentence == "1 added, 1 prolonged, 1 held already"


@pytest.mark.slow
@pytest.mark.parametrize("form", WHOLE)
def test_a_long_file_is_read_in_little_memory(form, tmp_path: Path):
    many = ({"cidr": f"203.{number >> 16}.{number >> 8 & 255}.{number & 255}"} for number in range(40_000))
    lines = (row["cidr"] if form == "csv" else json.dumps(row) for row in many)
    (tmp_path / "bans").write_text("\n".join(["cidr" if form == "csv" else "[", *lines]))
    with (tmp_path / "bans").open("rb") as file:
        tracemalloc.start()
        assert importing.take(file, by=OWNER, dry_run=True).counts.added == 40_000
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 12 * 1024 * 1024


def test_progress_is_told():
    heard: list[int] = []
    take("cidr\n" + "".join(f"203.0.{number // 256}.{number % 256}\n" for number in range(12_000)), told=heard.append)
    assert heard == [5_000, 10_000, 12_000]


@pytest.mark.parametrize("data", [b"GIF89a", b"cidr\n203.0.113.9\n\xff\n"])
def test_a_file_that_is_no_list_leaves_nothing_behind(data):
    with pytest.raises(NotABlocklist):
        take(data)
    assert take("cidr\n203.0.113.9\n").counts.added == 1


def test_a_firewall_is_told_neither_throttles_nor_whom_the_allow_list_holds():
    ban("203.0.113.1"), ban("203.0.113.2", action=Action.THROTTLE)
    allows.add("192.0.2.0/24", by=OWNER, note="the office")
    ban("192.0.2.7", force=True), ban("192.0.0.0/16", force=True)
    assert [line.split()[1] for line in exported("nginx").decode().splitlines()[1:]] == ["203.0.113.1/32;"]


def test_an_export_is_a_row_of_the_audit():
    exported("nginx")
    assert {*AuditEntry.objects.values_list("act", "about", "actor")} == {("bans:list:export", "nginx", "owner")}


def test_what_cannot_be_audited_is_not_exported(monkeypatch, tmp_path: Path):
    monkeypatch.setattr("security.entries.insert", lambda row: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        exporting.write("csv", tmp_path / "bans.csv", by=OWNER)
    assert not [*tmp_path.iterdir()]
