"""Bans from the command line: one sentence for what was done, one for what was not."""

import json
import os
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone

from security import allows, snapshot
from security.actors import COMMAND_LINE
from security.management.commands.pause_bans import Command as PauseBans
from security.models import Ban, Proof, ProvenBy
from tests.live import manage

ATTACKER = "203.0.113.9"


def said(capsys: pytest.CaptureFixture[str], *args: str) -> str:
    call_command(*args)
    return capsys.readouterr().out


@pytest.mark.django_db(transaction=True)
class TestWithTables:
    def test_a_ban_lasts_a_day_unless_said_otherwise(self, capsys):
        assert f"Banned {ATTACKER}/32 until " in said(capsys, "ban_ip", ATTACKER, "--reason", "fraud")
        assert Ban.objects.filter(expires__lte=timezone.now() + timedelta(hours=24)).count() == 1

    @pytest.mark.parametrize(("length", "days"), [("24h", 1), ("48h", 2), ("1w", 7)])
    def test_the_length_is_chosen(self, length, days):
        call_command("ban_ip", ATTACKER, "--reason", "fraud", "--for", length)
        row = Ban.objects.get()
        assert row.expires is not None
        assert row.expires - row.starts == timedelta(days=days)

    def test_a_permanent_ban_has_no_end(self, capsys):
        assert "for good" in said(capsys, "ban_ip", ATTACKER, "--reason", "fraud", "--for", "permanent")

    @pytest.mark.parametrize("longer", ["48h", "permanent"])
    def test_a_longer_ban_in_force_is_said_to_be_kept(self, capsys, longer):
        first = said(capsys, "ban_ip", ATTACKER, "--reason", "fraud", "--for", longer)
        again = said(capsys, "ban_ip", ATTACKER, "--reason", "fraud", "--for", "24h")
        assert again == first.replace(".\n", ": a longer ban was in force, and its end is kept.\n")

    def test_a_longer_ban_than_the_one_in_force_is_just_a_ban(self, capsys):
        said(capsys, "ban_ip", ATTACKER, "--reason", "fraud", "--for", "24h")
        assert "kept" not in said(capsys, "ban_ip", ATTACKER, "--reason", "fraud", "--for", "48h")

    def test_a_dry_run_bans_nobody(self, capsys):
        assert said(capsys, "ban_ip", "2001:db8::1", "--reason", "x", "--dry-run").startswith("Would ban 2001:db8::/64. ")
        assert not Ban.objects.exists()

    def test_loopback_needs_force(self):
        with pytest.raises(CommandError, match="never banned"):
            call_command("ban_ip", "127.0.0.1", "--reason", "x")
        call_command("ban_ip", "127.0.0.1", "--reason", "x", "--force")
        assert snapshot.verdict("127.0.0.1") is not None

    @pytest.mark.parametrize("allowed", [ATTACKER, "203.0.113.0/24"])
    def test_force_says_that_the_allow_list_still_lets_somebody_in(self, capsys, allowed):
        row = allows.add(allowed, by=COMMAND_LINE, note="office")
        answer = said(capsys, "ban_ip", ATTACKER, "--reason", "x", "--force")
        assert f"The allow list goes first: {row.cidr} (office) is still let in.\n" in answer
        assert snapshot.verdict(ATTACKER) is None

    def test_force_on_a_range_names_one_entry_in_it_and_counts_the_others(self, capsys):
        for number in range(3):
            allows.add(f"203.0.113.{number}", by=COMMAND_LINE, note="office")
        answer = said(capsys, "ban_ip", "203.0.113.0/24", "--reason", "x", "--force", "--dry-run")
        assert "203.0.113.2/32 (office) is still let in, as 2 more of its entries are." in answer
        assert not Ban.objects.exists()

    @pytest.mark.parametrize("dry", [(), ("--dry-run",)])
    def test_a_refused_wide_range_says_whom_it_would_have_covered(self, dry):
        Proof.objects.create(subject=ATTACKER, by=ProvenBy.KEY, last=timezone.now())
        with pytest.raises(CommandError, match=r"wider than /16.* covers these subjects seen within 24 h: 1 by api keys\."):
            call_command("ban_ip", "203.0.0.0/8", "--reason", "x", *dry)
        assert not Ban.objects.exists()

    @pytest.mark.parametrize("command", [("ban_ip", "--reason", "x"), ("unban_ip",)])
    @pytest.mark.parametrize("address", ["", "garbage", "203.0.113.9/24", "fe80::1%eth0", "203.0.113.9:80", " 203.0.113.9"])
    def test_what_is_no_address_is_refused_whole(self, command, address):
        with pytest.raises(CommandError):
            call_command(command[0], address, *command[1:])
        assert not Ban.objects.exists()

    def test_a_mapped_address_is_banned_as_ipv4(self, capsys):
        assert f"Banned {ATTACKER}/32" in said(capsys, "ban_ip", f"::ffff:{ATTACKER}", "--reason", "x")

    def test_unban_says_what_it_lifted(self, capsys):
        said(capsys, "ban_ip", "203.0.113.0/24", "--reason", "fraud")
        assert said(capsys, "unban_ip", ATTACKER) == "Lifted the ban of 203.0.113.0/24 (fraud).\n"
        assert snapshot.verdict(ATTACKER) is None

    def test_unban_in_a_dry_run_lifts_nothing(self, capsys):
        said(capsys, "ban_ip", ATTACKER, "--reason", "fraud")
        assert said(capsys, "unban_ip", ATTACKER, "--dry-run") == f"Would lift the ban of {ATTACKER}/32 (fraud).\n"
        assert snapshot.verdict(ATTACKER) is not None

    def test_unban_of_nobody_is_an_error(self):
        with pytest.raises(CommandError, match="No ban in force"):
            call_command("unban_ip", ATTACKER)

    def test_the_list_as_json_has_its_fields(self, capsys):
        said(capsys, "ban_ip", ATTACKER, "--reason", "fraud", "--for", "permanent")
        (row,) = json.loads(said(capsys, "list_bans", "--json"))
        expected = {"cidr": f"{ATTACKER}/32", "action": "ban", "reason": "fraud", "origin": "command", "expires": None}
        assert row | expected == row
        assert {"state": "active", "offence": 0, "actor": "command line", "lifted": None}.items() <= row.items()

    def test_the_list_tells_times_to_the_second_by_the_clock_of_the_pages(self, capsys):
        with time_machine.travel(datetime(2026, 11, 27, 12, 0, 0, 345678, UTC), tick=False):
            said(capsys, "ban_ip", ATTACKER, "--reason", "fraud")
            line, listed = said(capsys, "list_bans").splitlines()[0], said(capsys, "list_bans", "--json")
        assert "  2026-11-27 17:30:00 IST  2026-11-28 17:30:00 IST  " in line
        assert json.loads(listed)[0]["expires"] == "2026-11-28T12:00:00.345678+00:00"

    def test_who_is_allowed_is_listed_with_times_to_the_second(self, capsys):
        with time_machine.travel(datetime(2026, 11, 27, 12, 0, 0, 345678, UTC), tick=False):
            said(capsys, "allow_ip", ATTACKER, "--note", "office")
            answer, listed = said(capsys, "allow_ip", "--list"), said(capsys, "allow_ip", "--list", "--json")
        assert "command line  2026-11-27 17:30:00 IST  until it is removed" in answer
        assert json.loads(listed)[0]["created"] == "2026-11-27T12:00:00.345678+00:00"

    def test_the_list_tells_bans_in_force_and_with_all_the_history(self, capsys):
        said(capsys, "ban_ip", ATTACKER, "--reason", "fraud")
        said(capsys, "unban_ip", ATTACKER)
        assert said(capsys, "list_bans") == "0 in force.\n"
        assert [row["state"] for row in json.loads(said(capsys, "list_bans", "--json", "--all"))] == ["lifted"]


def test_the_help_says_how_long_a_pause_lasts_unless_told_otherwise():
    words = PauseBans().create_parser("manage.py", "pause_bans").format_help().split()
    assert "how long; default 15m" in " ".join(words)


@pytest.mark.parametrize("args", [("list_bans",), ("ban_ip", ATTACKER, "--reason", "x"), ("unban_ip", ATTACKER)])
def test_without_tables_a_command_ends_in_a_sentence(tmp_path, args):
    done = manage(*args, env={"DATA_DIR": str(tmp_path), "PATH": os.environ["PATH"]}, check=False)
    assert (done.returncode, done.stderr) == (
        1,
        "CommandError: The database is not set up yet: run manage.py migrate, or start the server once.\n",
    )


@pytest.mark.slow
def test_an_unreachable_database_ends_in_a_sentence(tmp_path):
    env = {"DATA_DIR": str(tmp_path), "PATH": os.environ["PATH"], "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}
    done = manage("list_bans", env=env, check=False)
    assert (
        done.stderr.splitlines()[-1] == "CommandError: The database does not answer: couldn't get a connection after 10.00 sec"
    )
