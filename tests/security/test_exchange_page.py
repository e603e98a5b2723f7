"""The ban list out as a download and in as an upload: checked first, all of it or nothing, and never on an old proof."""

import csv
import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.conf import settings as ours
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from security import bans, importing, snapshot
from security.actors import COMMAND_LINE
from security.blocklists.formats import FORMATS
from security.forms import LARGEST
from security.models import AuditEntry, Ban, Origin
from security.views import exchange

pytestmark = pytest.mark.django_db(transaction=True)

ATTACKER = "203.0.113.9"
PAGE, CHECK, EXPORT = "/security/exchange/", "/security/exchange/check/", "/security/exchange/export/"


@pytest.fixture
def operator(owner) -> Client:
    client = Client(REMOTE_ADDR="198.51.100.7")
    client.force_login(owner)
    return client


def send(client: Client, content: bytes | str, *, to: str = PAGE, name: str = "bans.csv", **fields: str) -> Any:
    data = content.encode() if isinstance(content, str) else content
    return client.post(to, {"file": SimpleUploadedFile(name, data), **fields})


def test_an_uploaded_ban_holds_at_once_and_is_audited(operator):
    page = operator.get(send(operator, f"cidr,reason\n{ATTACKER},scans\n").url)
    assert "Imported: 1 added, 0 prolonged, 0 held already." in page.content.decode()
    assert snapshot.verdict(ATTACKER) is not None
    assert AuditEntry.objects.get(act="bans:list:import").actor == "owner"


def test_a_check_says_what_would_be_and_changes_nothing(operator):
    page = send(operator, f"cidr\n{ATTACKER}\n", to=CHECK)
    assert (page.status_code, "1 added, 0 prolonged" in page.content.decode()) == (200, True)
    assert not Ban.objects.exists()


@pytest.mark.parametrize(("to", "status"), [(PAGE, 400), (CHECK, 200)])
def test_wrong_and_refused_lines_are_named_and_nothing_is_imported(operator, to, status):
    page = send(operator, f"cidr\n{ATTACKER}\n198.51.100.7\n<b>x</b>\n", to=to)
    told = page.content.decode()
    assert page.status_code == status
    assert 'Line 3</span> <span class="break">This would shut you out: you are 198.51.100.7.' in told
    assert "Line 4" in told
    assert "<b>x</b>" not in told
    assert not Ban.objects.exists()


@pytest.mark.parametrize("name", ["bans.csv", "../../etc/passwd", "bans.png", "x" * 200])
def test_what_a_file_is_called_does_not_matter(operator, name):
    assert send(operator, json.dumps([{"cidr": ATTACKER}]), name=name).status_code == 302


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n\0\0", b"PK\x03\x04\0\0", b"<html></html>", b"\xff\xfea\0"])
def test_a_file_of_something_else_is_refused_whatever_it_is_called(operator, content):
    page = send(operator, content)
    assert page.status_code == 400
    assert "The file is" in page.content.decode()


def test_no_file_is_told_beside_the_field(operator):
    assert "This field is required." in operator.post(PAGE).content.decode()


def test_a_file_of_a_mebibyte_is_taken_and_a_larger_one_is_not(operator):
    lines = f"cidr\n{ATTACKER}\n".encode()
    assert send(operator, lines + b"\n" * (LARGEST - len(lines))).status_code == 302
    assert "1 MiB at most" in send(operator, lines + b"\n" * LARGEST).content.decode()


@pytest.mark.parametrize("to", [PAGE, CHECK])
def test_a_short_file_of_very_many_bans_is_left_to_the_command(operator, monkeypatch, to):
    monkeypatch.setattr(exchange, "MOST", 1000)
    monkeypatch.setattr(importing, "AT_ONCE", 100)
    response = send(operator, b"add element inet openalgo banned4 { 203.0.1.1-203.0.250.250 }\n" * 50, to=to)
    assert "more than 1,000 bans: manage.py import_bans" in response.content.decode()
    assert (response.status_code, Ban.objects.exists()) == (400, False)


def test_a_form_around_the_largest_file_fits_into_a_body():
    assert ours.UPLOAD_LIMIT > LARGEST + 8 * 1024
    assert PAGE.startswith(ours.UPLOADS)


def test_an_old_proof_imports_nothing_and_sends_back_to_the_page(operator):
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        page = send(operator, f"cidr\n{ATTACKER}\n")
    assert (page.status_code, "you come back to its" in page.content.decode()) == (403, True)
    assert not Ban.objects.exists()


@pytest.mark.parametrize("path", [PAGE, CHECK, EXPORT])
def test_nobody_but_staff_comes_here(client, second_user, path):
    assert client.post(path).status_code == 302
    client.force_login(second_user)
    assert client.post(path).status_code == 403


def test_force_is_offered_once_a_wide_range_was_refused_and_then_holds(operator):
    wide = "cidr\n203.0.0.0/8\n"
    assert "Ban very wide ranges all the same" not in operator.get(PAGE).content.decode()
    assert "Ban very wide ranges all the same" in send(operator, wide, to=CHECK).content.decode()
    assert send(operator, wide, force="on").status_code == 302


@pytest.mark.parametrize("form", FORMATS)
def test_a_download_has_a_name_of_ours_and_comes_in_again(operator, form):
    bans.ban(ATTACKER, reason="scans", origin=Origin.COMMAND, by=COMMAND_LINE, duration=bans.DAY)
    download = operator.post(EXPORT, {"form": form})
    assert download["Content-Disposition"] == f'attachment; filename="{FORMATS[form].file}"'
    data = b"".join(download.streaming_content)
    Ban.objects.all().delete()
    assert send(operator, data).status_code == 302
    assert snapshot.verdict(ATTACKER) is not None


def test_a_download_is_audited(operator):
    operator.post(EXPORT, {"form": "nginx"})
    assert AuditEntry.objects.get(act="bans:list:export").about == "nginx"


@pytest.mark.parametrize("form", ["", "exe", "../csv"])
def test_a_format_that_there_is_none_of_is_refused(operator, form):
    assert operator.post(EXPORT, {"form": form}).status_code == 400


def test_a_download_needs_no_fresh_proof(operator):
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert operator.post(EXPORT, {"form": "csv"}).status_code == 200


def test_the_list_is_one_click_away_before_a_permanent_ban(operator):
    page = operator.get("/security/").content.decode()
    assert f'formaction="{EXPORT}"' in page
    filled = {"address": ATTACKER, "reason": "=cmd", "duration": "permanent", "form": "csv"}
    rows = csv.reader(StringIO(b"".join(operator.post(EXPORT, filled).streaming_content).decode()))
    assert next(rows)[0] == "cidr"
    assert not Ban.objects.exists()


def test_looking_at_a_check_again_leads_to_the_page(operator):
    assert operator.get(CHECK).url == PAGE
