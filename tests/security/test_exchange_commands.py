"""The ban list out of one server and into another, from the command line."""

import json
import stat
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from security import bans, commands, importing, snapshot
from security.actors import COMMAND_LINE
from security.blocklists.formats import FORMATS
from security.models import Ban, Origin

pytestmark = pytest.mark.django_db(transaction=True)

ATTACKER = "203.0.113.9"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "bans"


@pytest.fixture
def banned() -> None:
    bans.ban(ATTACKER, reason="fraud", origin=Origin.COMMAND, by=COMMAND_LINE, duration=bans.DAY)


@pytest.mark.parametrize("form", FORMATS)
def test_whatever_was_exported_is_imported(banned, file, form):
    call_command("export_bans", "--format", form, "--output", str(file))
    Ban.objects.all().delete()
    call_command("import_bans", str(file))
    assert snapshot.verdict(ATTACKER) is not None


def test_a_file_is_for_its_owner_alone_and_takes_an_old_ones_place(banned, file):
    file.write_text("old")
    call_command("export_bans", "--format", "json", "--output", str(file))
    assert [row["cidr"] for row in json.loads(file.read_text())] == [f"{ATTACKER}/32"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [each.name for each in file.parent.iterdir()] == ["bans"]


def test_the_list_goes_to_standard_output_unless_told_otherwise(banned, capfdbinary):
    call_command("export_bans", "--format", "nginx")
    assert b"deny 203.0.113.9/32;" in capfdbinary.readouterr().out


@pytest.mark.parametrize("form", FORMATS)
def test_a_long_export_and_a_long_import_say_how_far_they_came(file, monkeypatch, capfd, form):
    monkeypatch.setattr(commands, "STEP", 2)
    monkeypatch.setattr(importing, "AT_ONCE", 2)
    for number in range(1, 10, 2):
        bans.ban(f"203.0.113.{number}", reason="r", origin=Origin.COMMAND, by=COMMAND_LINE, duration=bans.DAY)
    call_command("export_bans", "--format", form, "--output", str(file))
    assert capfd.readouterr().err.splitlines() == ["2 so far ...", "4 so far ..."]
    call_command("export_bans", "--format", form)
    assert "2 so far" not in capfd.readouterr().out
    call_command("import_bans", str(file))
    assert [line for line in capfd.readouterr().err.splitlines() if "so far" in line] == ["2 so far ...", "4 so far ..."]


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        call_command("export_bans", "--format", "csv", "--output", str(tmp_path / "nowhere" / "bans.csv"))


def test_an_import_says_what_became_of_it(file, capsys):
    file.write_text(f"cidr\n{ATTACKER}\n203.0.113.10\n203.0.113.10\n")
    call_command("import_bans", str(file))
    assert capsys.readouterr().out == "Imported csv: 2 added, 0 prolonged, 0 held already.\n"


def test_a_dry_run_imports_nothing(file, capsys):
    file.write_text(f"cidr\n{ATTACKER}\n")
    call_command("import_bans", str(file), "--dry-run")
    assert capsys.readouterr().out == "Would import csv: 1 added, 0 prolonged, 0 held already.\n"
    assert not Ban.objects.exists()


def test_wrong_and_refused_lines_are_named_and_more_are_counted(file):
    file.write_text(f"cidr\n{ATTACKER}\n127.0.0.1\n" + "nonsense\n" * 30)
    with pytest.raises(CommandError) as raised:
        call_command("import_bans", str(file))
    lines = str(raised.value).splitlines()
    assert lines[0] == "Nothing was imported: 31 of 32 lines may not be."
    assert lines[1].startswith("Line 3: 127.0.0.1/32 holds addresses of this machine")
    assert (len(lines), lines[-1]) == (22, "And 11 more.")


def test_force_imports_whom_a_ban_may_not_touch(file):
    file.write_text("cidr\n127.0.0.1\n")
    call_command("import_bans", str(file), "--force")
    assert snapshot.verdict("127.0.0.1") is not None


@pytest.mark.parametrize("content", ["\0\1\2", "hello\n"])
def test_a_file_of_something_else_is_refused_in_a_sentence(file, content):
    file.write_text(content)
    with pytest.raises(CommandError, match="The file is"):
        call_command("import_bans", str(file))


def test_a_file_that_is_not_there_is_told(file):
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_bans", str(file))
