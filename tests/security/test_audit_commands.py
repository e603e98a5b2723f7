"""verify_audit, export_audit and prune_security, as an operator types them."""

import json
import os
from datetime import timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone

from security import audit, policy, verification
from security.actors import COMMAND_LINE
from security.audit import Act
from security.models import Alert, AuditEntry, AuditSegment, Guess, Probe, Proof, ProvenBy
from tests.live import manage
from tests.security.chains import BEGAN, cut, edit, make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    verification.forget()
    return tmp_path


@pytest.fixture
def rows(db):
    return make(10, step=timedelta(days=1))


def test_a_whole_chain_is_one_sentence(rows, capsys):
    call_command("verify_audit")
    told = capsys.readouterr().out
    assert told == "The audit chain is whole: 10 rows up to 10; none was noted beside it.\n"


def test_a_break_fails_with_its_row_and_kind_and_is_alarmed(rows):
    edit("about", "'x'", 5)
    with pytest.raises(CommandError, match=r"broken at row 5 \(edit\)\. Row 5 was edited: its mac does not fit"):
        call_command("verify_audit")
    assert Alert.objects.get().kind == "audit-chain"


def test_as_json_a_break_has_its_parts_and_still_fails(rows, capsys):
    cut(3, 4)
    with pytest.raises(CommandError):
        call_command("verify_audit", "--json")
    told = json.loads(capsys.readouterr().out)
    assert (told["whole"], told["break"]["kind"], told["break"]["seq"]) == (False, "gap", 3)


def test_an_export_on_standard_output_verifies_from_a_file(rows, capfdbinary, folder):
    call_command("export_audit", "--from", "3", "--output", "-")
    (folder / "moved").write_bytes(capfdbinary.readouterr().out)
    call_command("verify_audit", "--file", str(folder / "moved"), "--json")
    told = json.loads(capfdbinary.readouterr().out)
    assert (told["whole"], told["first"], told["last"]) == (True, 3, 10)


def test_an_export_into_a_file_tells_its_digest(rows, folder, capsys):
    call_command("export_audit", "--since", "2026-04-04", "--output", str(folder / "out"))
    assert "rows 3 to 10, SHA-256" in capsys.readouterr().err
    call_command("verify_audit", "--file", str(folder / "out"))


@pytest.mark.parametrize("asked", [("--from", "99"), ("--since", "2036-01-01"), ("--output", "/nowhere/at/all")])
def test_an_export_that_cannot_be_says_why(rows, folder, asked):
    with pytest.raises(CommandError, match=r"no such rows|No such file"):
        call_command("export_audit", "--output", str(folder / "out"), *asked)
    assert not (folder / "out").exists()


def test_a_date_that_is_none_is_named(rows):
    with pytest.raises(CommandError, match="2026-04-01"):
        call_command("export_audit", "--since", "yesterday", "--output", "-")


def test_a_file_that_is_no_export_says_so(folder):
    (folder / "x").write_text("x")
    with pytest.raises(CommandError, match="no exported stretch"):
        call_command("verify_audit", "--file", str(folder / "x"))


def test_a_file_is_verified_where_no_database_answers(tmp_path):
    (tmp_path / "x").write_text("x")
    env = {"DATA_DIR": str(tmp_path), "PATH": os.environ["PATH"], "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}
    assert "no exported stretch" in manage("verify_audit", "--file", str(tmp_path / "x"), env=env, check=False).stderr


COUNTED = (
    "probes 1, proofs 1, guesses 1, refusals 0, alerts 0, rollups 0, traffic entries 0; traffic made anonymous: 0;"
    " audit segments: audit-1-4.jsonl."
)


def old_counters() -> None:
    long_ago = timezone.now() - timedelta(days=40)
    Probe.objects.create(subject="203.0.113.9/32", scenario="paths", digest=b"1" * 16, at=timezone.now() - timedelta(hours=26))
    Probe.objects.create(subject="203.0.113.9/32", scenario="paths", digest=b"2" * 16, at=timezone.now() - timedelta(hours=23))
    Guess.objects.create(name="owner", score=9.0, at=long_ago)
    Proof.objects.create(subject="203.0.113.9", by=ProvenBy.KEY, last=long_ago)


def test_pruning_forgets_counters_and_archives_old_rows(rows, capsys, folder):
    old_counters()
    call_command("prune_security", "--audit-before", "2026-04-06")
    assert capsys.readouterr().out == f"Deleted: {COUNTED}\n"
    assert (Probe.objects.count(), AuditSegment.objects.get().last, verification.verify().broken) == (1, 4, None)


def test_a_dry_run_says_the_same_and_deletes_nothing(rows, capsys, folder):
    old_counters()
    call_command("prune_security", "--audit-before", "2026-04-06", "--dry-run")
    assert capsys.readouterr().out == f"Would delete: {COUNTED}\n"
    assert (Probe.objects.count(), AuditEntry.objects.count(), list(folder.iterdir())) == (2, 10, [])


def test_the_policy_keeps_audit_rows_for_five_years(rows, capsys):
    with audit.change():
        audit.record(Act.BAN_LIFTED, by=COMMAND_LINE)
    call_command("prune_security")
    assert AuditEntry.objects.count() == 11


def test_pruning_heeds_the_policy_of_the_operators(rows, capsys):
    old_counters()
    policy.change({"audit_days": 365, "guess_half_life": 30 * 86_400}, by=COMMAND_LINE)
    policy.reset()  # as a new process
    with time_machine.travel(BEGAN + timedelta(days=370), tick=False):
        call_command("prune_security")
    told = capsys.readouterr().out
    assert ("guesses 0," in told, "audit segments: audit-1-4.jsonl." in told) == (True, True)


def test_the_future_cannot_be_pruned(rows):
    with pytest.raises(CommandError, match="future"):
        call_command("prune_security", "--audit-before", f"{timezone.now() + timedelta(days=2):%Y-%m-%d}")


def test_a_broken_chain_is_not_pruned_and_says_so(rows):
    edit("about", "'x'", 2)
    with pytest.raises(CommandError, match="Row 2 was edited"):
        call_command("prune_security", "--audit-before", f"{BEGAN + timedelta(days=5):%Y-%m-%d}")
