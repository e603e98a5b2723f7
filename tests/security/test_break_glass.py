"""The commands for whoever shut themselves or others out: lift in bulk, allow, pause, explain."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from security import alerts, allows, bans, policy, probes, snapshot
from security.actors import COMMAND_LINE, Actor
from security.models import Allow, AuditEntry, Ban, Guess, Offender, Probe, Proof, ProvenBy

pytestmark = pytest.mark.django_db(transaction=True)

ATTACKER = "203.0.113.9"
OWNER = Actor("owner")


def said(capsys: pytest.CaptureFixture[str], *args: str) -> str:
    capsys.readouterr()
    call_command(*args)
    return capsys.readouterr().out


def told(capsys: pytest.CaptureFixture[str], *args: str) -> Any:
    return json.loads(said(capsys, *args, "--json"))


@pytest.fixture
def two():
    bans.ban(ATTACKER, reason="guesses keys", origin="operator", by=OWNER, duration=timedelta(1))
    bans.ban("198.51.100.9", reason="spam", origin="import", by=OWNER, duration=timedelta(1))


@pytest.mark.parametrize(("text", "length"), [("15m", timedelta(minutes=15)), ("90 min", timedelta(minutes=90))])
def test_any_length_may_be_asked_for(text, length):
    call_command("ban_ip", ATTACKER, "--reason", "x", "--for", text)
    row = Ban.objects.get()
    assert row.expires is not None
    assert row.expires - row.starts == length


@pytest.mark.parametrize("text", ["", "-1h", "30", "1y"])
def test_what_is_no_length_is_refused(text):
    with pytest.raises(CommandError, match="no length of time"):
        call_command("ban_ip", ATTACKER, "--reason", "x", f"--for={text}")
    assert not Ban.objects.exists()


def test_a_ban_as_json_names_its_row(capsys):
    answer = told(capsys, "ban_ip", ATTACKER, "--reason", "x")
    assert (answer["cidr"], answer["id"]) == ("203.0.113.9/32", str(Ban.objects.get().pk))


def test_a_dry_run_says_whom_a_range_covers(capsys):
    Probe.objects.create(subject=ATTACKER, scenario="bad-keys", digest=bytes(16))
    for subject in (ATTACKER, "203.0.113.10", "198.51.100.1"):
        Proof.objects.create(subject=subject, by=ProvenBy.KEY, last=timezone.now())
    answer = said(capsys, "ban_ip", "203.0.0.0/8", "--reason", "x", "--force", "--dry-run")
    assert "1 by probes, 2 by api keys" in answer
    assert not Ban.objects.exists()


def test_a_wide_range_needs_force_and_then_says_whom_it_covers(capsys):
    with pytest.raises(CommandError, match="wider than /16"):
        call_command("ban_ip", "203.0.0.0/8", "--reason", "x")
    assert "covers these subjects" in said(capsys, "ban_ip", "203.0.0.0/8", "--reason", "x", "--force")


@pytest.mark.parametrize(
    "arguments", [("--reason", "KEYS"), ("--origin", "operator"), ("203.0.113.0/24",), ("203.0.113.0/24", "--reason", "guess")]
)
def test_unban_chooses_by_address_reason_or_origin(capsys, two, arguments):
    assert said(capsys, "unban_ip", *arguments) == "Lifted the ban of 203.0.113.9/32 (guesses keys).\n"
    assert [row.cidr for row in bans.in_force()] == ["198.51.100.9/32"]


def test_unban_of_everything_frees_everybody(capsys, two):
    said(capsys, "unban_ip", "--all", "--note", "a mistake")
    assert not bans.in_force().exists()
    assert snapshot.verdict(ATTACKER) is None
    assert set(Ban.objects.values_list("note", flat=True)) == {"a mistake"}


def test_unban_of_everything_can_be_tried_first(capsys, two):
    assert said(capsys, "unban_ip", "--all", "--dry-run").count("Would lift") == 2
    assert bans.in_force().count() == 2


@pytest.mark.parametrize("arguments", [(), ("",), ("--all", ATTACKER), ("--all", "--reason", "x"), ("--reason", "nothing")])
def test_an_unclear_unban_lifts_nothing(two, arguments):
    with pytest.raises(CommandError):
        call_command("unban_ip", *arguments)
    assert bans.in_force().count() == 2


def test_a_bulk_lift_names_a_thousand_and_counts_the_rest(monkeypatch, capsys, two):
    monkeypatch.setattr("security.banlist.NAMED", 1)
    said(capsys, "unban_ip", "--all")
    lifted = AuditEntry.objects.filter(act="bans:ban:lift").order_by("seq").values_list("about", flat=True)
    assert list(lifted) == ["203.0.113.9/32", "1 more"]


def test_the_list_can_be_cut_short(capsys, two):
    assert [row["cidr"] for row in told(capsys, "list_bans", "--limit", "1")] == ["198.51.100.9/32"]
    assert said(capsys, "list_bans", "--limit", "1").endswith("2 in force.\n")


def test_allowing_lifts_what_automation_holds(capsys):
    bans.punish(ATTACKER, reason="keys", scenario="bad-keys")
    assert said(capsys, "allow_ip", ATTACKER, "--note", "office", "--for", "2d") == "Allowed 203.0.113.9/32.\n"
    assert snapshot.verdict(ATTACKER) is None
    assert "office" in said(capsys, "allow_ip", "--list")


def test_allowing_can_be_tried_first(capsys):
    bans.punish(ATTACKER, reason="keys", scenario="bad-keys")
    assert told(capsys, "allow_ip", ATTACKER, "--note", "x", "--dry-run") == {"cidr": "203.0.113.9/32", "lifts": 1}
    assert not Allow.objects.exists()


def test_what_was_allowed_is_taken_off_again(capsys):
    said(capsys, "allow_ip", ATTACKER, "--note", "office")
    assert "Would remove" in said(capsys, "allow_ip", ATTACKER, "--remove", "--dry-run")
    assert said(capsys, "allow_ip", ATTACKER, "--remove") == "Removed 203.0.113.9/32 from the allow list.\n"
    assert told(capsys, "allow_ip", "--list") == []


@pytest.mark.parametrize("words", [(), (ATTACKER,), (ATTACKER, "--list"), (ATTACKER, "--remove"), ("0.0.0.0/0", "--note", "x")])
def test_an_unclear_entry_allows_nobody(words):
    with pytest.raises(CommandError):
        call_command("allow_ip", *words)
    assert not Allow.objects.exists()


def test_a_pause_is_bounded_audited_and_alarmed_about(capsys):
    with pytest.raises(CommandError, match="24 hours"):
        call_command("pause_bans", "--for", "25h")
    assert "Bans pause until" in said(capsys, "pause_bans")
    assert AuditEntry.objects.get().act == "bans:enforcement:pause"
    assert alerts.standing().get().kind == "bans-paused"
    assert policy.paused_until() is not None


def test_a_pause_is_ended(capsys):
    assert said(capsys, "pause_bans", "--resume") == "Bans were not paused.\n"
    said(capsys, "pause_bans", "--for", "2h")
    assert said(capsys, "pause_bans", "--resume") == "Bans hold again.\n"
    assert policy.paused_until() is None


def test_a_pause_and_its_end_as_json_say_until_when(capsys):
    until = told(capsys, "pause_bans", "--for", "2h")["until"]
    assert policy.paused_until() == datetime.fromisoformat(until)
    assert told(capsys, "pause_bans", "--resume") == {"said": "Bans hold again.", "until": None}


def test_a_pause_for_good_is_refused():
    with pytest.raises(CommandError, match="24 hours"):
        call_command("pause_bans", "--for", "permanent")


class TestExplain:
    def test_nobody_is_let_in(self, capsys):
        assert told(capsys, "explain_ip", ATTACKER)["verdict"] == "none"

    def test_the_narrowest_ban_decides(self, capsys, two):
        bans.ban("203.0.113.0/24", reason="all of them", origin="operator", by=OWNER, duration=None)
        found = told(capsys, "explain_ip", ATTACKER)
        assert (found["verdict"], found["cidr"]) == ("ban", "203.0.113.9/32")

    def test_the_allow_list_goes_before_a_ban(self, capsys, two):
        Ban.objects.update(origin="auto")
        allows.add("203.0.113.10", by=OWNER, note="office")
        bans.ban("203.0.113.0/24", reason="r", origin="command", by=COMMAND_LINE, duration=None, force=True)
        assert told(capsys, "explain_ip", "203.0.113.10")["verdict"] == "allow"

    def test_a_throttle_and_why_it_is_no_ban(self, capsys):
        bans.punish("192.168.1.7", reason="keys", scenario="bad-keys")
        found = told(capsys, "explain_ip", "192.168.1.7")
        assert (found["verdict"], "private network" in found["never_bannable"]) == ("throttle", True)

    def test_scores_stand_against_the_threshold_of_a_known_offender(self, capsys):
        Offender.objects.create(subject=ATTACKER, count=1, last=timezone.now())
        Probe.objects.create(subject=ATTACKER, scenario="bad-keys", digest=bytes(16), sample="API key: shape")
        Probe.objects.create(subject=ATTACKER, scenario="unknown-paths", digest=bytes(16), weight=5, sample="GET /.env")
        Guess.objects.create(name=f"subject {ATTACKER}", score=3)
        answer = said(capsys, "explain_ip", ATTACKER)
        assert "bad-keys: 1 of 5 points, 1 distinct: API key: shape." in answer
        assert "unknown-paths: 5 of 10 points, 1 distinct: GET /.env." in answer
        assert "unknown-paths at once: 5 of 5 points" in answer
        assert "bad-logins: 3 of 5 points." in answer
        assert "1 offence remembered; its next ban would last 48 hours" in answer

    def test_what_was_cleared_counts_no_more(self, capsys):
        Probe.objects.create(subject=ATTACKER, scenario="unknown-paths", digest=bytes(16), weight=5, sample="GET /.env")
        probes.clear(ATTACKER, by=OWNER)
        assert told(capsys, "explain_ip", ATTACKER)["scores"] == []

    def test_what_ended_and_a_probation(self, capsys):
        bans.punish(ATTACKER, reason="keys", scenario="bad-keys")
        bans.lift(ATTACKER, by=OWNER)
        answer = said(capsys, "explain_ip", ATTACKER)
        assert "Ended: ban of 203.0.113.9/32, lifted, keys." in answer
        assert "On probation: the ban of 203.0.113.9/32 was lifted by owner; until " in answer

    def test_a_pause_is_said(self, capsys):
        said(capsys, "pause_bans")
        policy.reset()
        assert "Bans are paused until" in said(capsys, "explain_ip", ATTACKER)

    @pytest.mark.parametrize("address", ["203.0.113.0/24", "2001:db8::/56", "x", "", "fe80::1%eth0"])
    def test_what_is_no_single_address_is_refused(self, address):
        with pytest.raises(CommandError):
            call_command("explain_ip", address)

    def test_each_hop_of_a_header_is_named(self, capsys, settings):
        settings.TRUSTED_PROXIES, settings.CLIENT_IP_HEADER = ["10.0.0.0/8"], "x-forwarded-for"
        line = f"X-Forwarded-For: 1.2.3.4, {ATTACKER}, 10.0.0.2"
        trace = told(capsys, "explain_ip", ATTACKER, "--peer", "10.0.0.1", "--header", line)["trace"]
        assert trace["address"] == ATTACKER
        assert [hop["meaning"].partition(":")[0] for hop in trace["hops"]] == [
            "a trusted proxy", "a trusted proxy", "the first that nobody vouches for", "not looked at",
        ]  # fmt: skip

    def test_a_header_from_a_stranger_is_ignored(self, capsys):
        answer = said(capsys, "explain_ip", ATTACKER, "--header", "X-Forwarded-For: 127.0.0.1")
        assert f"The caller is {ATTACKER}, by peer." in answer
        assert "ignored: its peer is not in TRUSTED_PROXIES" in answer

    def test_a_header_we_would_refuse_is_said(self, capsys, settings):
        settings.TRUSTED_PROXIES, settings.CLIENT_IP_HEADER = ["10.0.0.0/8"], "x-forwarded-for"
        answer = said(capsys, "explain_ip", ATTACKER, "--peer", "10.0.0.1", "--header", "X-Forwarded-For: unknown")
        assert "We would answer 400." in answer

    @pytest.mark.parametrize("line", ["x", "X Y: z", "X-Forwarded-For: a\nb"])
    def test_a_line_that_is_no_header_is_refused(self, line):
        with pytest.raises(CommandError, match="Give a header"):
            call_command("explain_ip", ATTACKER, "--header", line)
