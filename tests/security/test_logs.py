"""/logs/: what was asked and what was changed, filtered, by pages and as files, for operators alone."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from security import bans, logfiles, traffic
from security.actors import COMMAND_LINE
from security.models import AuditEntry, Origin, TrafficEntry
from tests.security.chains import make

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
USUAL: dict[str, Any] = {"subject": "203.0.113.9", "method": "GET", "path": "/", "status": 200}
TRAFFIC, AUDIT = "/logs/", "/logs/audit/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(owner) -> Client:
    client = Client(REMOTE_ADDR="198.51.100.7")
    client.force_login(owner)
    return client


def entries(count: int = 1, **facts: Any) -> None:
    """So many rows of one instant, numbered on."""
    first = TrafficEntry.objects.count() + 1
    TrafficEntry.objects.bulk_create(
        TrafficEntry(**(USUAL | {"id": number, "at": NOON} | facts)) for number in range(first, first + count)
    )


def read(client: Client, address: str, **query: str) -> str:
    return client.get(address, query).content.decode()


def sent(client: Client, address: str, form: str, **query: str) -> str:
    answer = client.post(address, {"form": form}, query_params=query)
    return b"".join(answer).decode()


@pytest.mark.parametrize(
    "query",
    [{"subject": "198.51.100.7"}, {"user": "owner"}, {"key": "aaaaaaaaaa"}, {"route": "orders"}, {"status": "500"},
     {"status": "5XX"}, {"method": "post"}, {"kind": "socket"}, {"incident": "0123456789AB"}, {"since": "2026-11-23T17:31"}],
    ids=str,
)  # fmt: skip
def test_a_filter_shows_what_passes_and_nothing_else(operator, query):
    entries(path="/other")
    facts: dict[str, Any] = {"subject": "198.51.100.7", "user": "owner", "key": "aaaaaaaaaa", "route": "orders", "status": 500}
    facts["incident"] = "0123456789ab"
    entries(path="/wanted", method="POST", kind="socket", at=NOON + timedelta(minutes=2), **facts)
    page = read(operator, TRAFFIC, **query)
    assert ("/wanted" in page, "/other" in page) == (True, False)


def test_times_are_asked_and_shown_in_the_zone_of_all_pages(operator):
    entries()
    page = read(operator, TRAFFIC, since="2026-11-23 17:30", until="2026-11-23 17:30")
    assert "23 Nov, 17:30:00" in page


def walked(client: Client, address: str, **query: str) -> list[int]:
    """The keys of the rows of all pages."""
    found, after = [], ""
    while True:
        page = client.get(address, query | {"after": after}).context["found"]
        found += [row.pk for row in page.rows]
        after = page.after
        if not after:
            return found


def test_pages_part_rows_of_one_instant(operator):
    entries(120)
    assert walked(operator, TRAFFIC) == list(range(120, 0, -1))
    assert 'rel="next"' in read(operator, TRAFFIC)


def test_the_link_to_older_ones_keeps_the_filters(operator):
    entries(60)
    page = operator.get(TRAFFIC, {"subject": "203.0.113.9", "status": "2xx"})
    after = page.context["found"].after
    assert f'href="?subject=203.0.113.9&amp;status=2xx&amp;after={after}"' in page.content.decode()


def test_a_short_page_says_how_far_back_was_looked(operator, monkeypatch):
    monkeypatch.setattr(traffic, "WALK", 10)
    entries(20)
    page = read(operator, TRAFFIC, user="owner", method="POST")
    assert "Nothing passes these filters." in page
    page = read(operator, TRAFFIC, subject="203.0.113.9", method="POST")
    assert "Looked as far back as" in page
    assert "Look further back" in page


@pytest.mark.parametrize(
    ("address", "name", "value", "sentence"),
    [
        (TRAFFIC, "subject", "nonsense", "not an address"),
        (TRAFFIC, "status", "9xx", "is no status"),
        (TRAFFIC, "since", "yesterday", "no time such as"),
        (TRAFFIC, "until", "0001-01-01T00:00", "A time from 1970"),
        (TRAFFIC, "kind", "mail", "mail is not one of the available choices"),
        (TRAFFIC, "user", "a\0b", "Null characters"),
        (AUDIT, "act", "bans:ban:no", "is not one of the available choices"),
        (AUDIT, "address", "203.0.113.0/24", "is not an address"),
        (AUDIT, "outcome", "x", "is not one of the available choices"),
    ],
)  # fmt: skip
def test_a_bad_filter_is_told_beside_its_field_and_shows_nothing(operator, address, name, value, sentence):
    entries()
    answer = operator.get(address, {name: value})
    assert (answer.status_code, answer.context["found"]) == (400, None)
    assert sentence in " ".join(answer.context["form"].errors[name])


def test_an_end_before_the_beginning_is_told(operator):
    answer = operator.get(TRAFFIC, {"since": "2026-11-23T12:00", "until": "2026-11-23T11:00"})
    assert answer.context["form"].errors == {"until": ["This lies before the beginning."]}


@pytest.mark.parametrize("address", [TRAFFIC, AUDIT])
@pytest.mark.parametrize("after", ["x", "-1", "1-x", "9" * 40, "9" * 18 + "-" + "9" * 19])
def test_a_place_that_is_none_is_told(operator, address, after):
    answer = operator.get(address, {"after": after})
    assert answer.status_code == 400
    assert "That page cannot be found" in answer.content.decode()


def test_a_row_leads_to_the_ban_and_to_the_key(operator):
    row = bans.ban("203.0.113.9", reason="r", origin=Origin.COMMAND, by=COMMAND_LINE, duration=None)
    entries(key="aaaaaaaaaa")
    entries(subject="2001:db8::/64")
    page = read(operator, TRAFFIC)
    assert f'href="/security/bans/{row.pk}/"' in page
    assert 'href="/admin/apiauth/apikey/?q=aaaaaaaaaa"' in page
    assert 'href="/security/address/?q=2001%3Adb8%3A%3A%2F64"' in page


@pytest.mark.parametrize(("banned", "asked"), [("203.0.113.9", "203.0.113.9%2F32"), ("2001:db8::1", "2001%3Adb8%3A%3A%2F64")])
def test_a_ban_leads_to_its_requests(operator, banned, asked):
    row = bans.ban(banned, reason="r", origin=Origin.COMMAND, by=COMMAND_LINE, duration=None)
    entries(subject=row.cidr.removesuffix("/32"))
    assert f'href="/logs/?subject={asked}"' in read(operator, f"/security/bans/{row.pk}/")
    assert len(operator.get(TRAFFIC, {"subject": row.cidr}).context["rows"]) == 1


def test_what_a_stranger_sent_is_escaped(operator):
    entries(path="/<script>")
    assert "/&lt;script&gt;" in read(operator, TRAFFIC)


@pytest.mark.parametrize(
    ("query", "count"),
    [({"actor": "öwner"}, 3), ({"actor": "nobody"}, 0), ({"act": "bans:"}, 3), ({"act": "keys:"}, 0), ({"about": "113.9"}, 3),
     ({"address": "2001:0db8::9"}, 3), ({"address": "2001:db8::8"}, 0), ({"outcome": "failed"}, 0),
     ({"since": "2026-04-01T14:45:02"}, 2), ({"until": "2026-04-01T14:45:02"}, 2)],
    ids=str,
)  # fmt: skip
def test_the_audit_is_filtered(operator, query, count):
    make(3)
    assert len(operator.get(AUDIT, query).context["rows"]) == count


def test_an_act_shows_what_was_before_and_after(operator):
    make(1)
    assert "<dt>b</dt>" in read(operator, AUDIT)


def test_a_file_holds_what_passes_beyond_a_page(operator, monkeypatch):
    monkeypatch.setattr(logfiles, "AT_ONCE", 7)
    entries(60)
    entries(status=404)
    text = sent(operator, "/logs/export/", "csv", status="200")
    found = list(csv.DictReader(io.StringIO(text)))
    assert (len(found), found[0]["at"], found[0]["path"]) == (60, "2026-11-23T12:00:00+00:00", "/")


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_no_cell_of_a_file_is_a_formula(operator, start):
    entries(path=f"{start}HYPERLINK(1)")
    found = next(csv.DictReader(io.StringIO(sent(operator, "/logs/export/", "csv"))))
    assert found["path"] == f"'{start}HYPERLINK(1)"


def test_json_holds_the_same_unchanged(operator):
    entries(2, path="=1", ms=2.5)
    found = json.loads(sent(operator, "/logs/export/", "json"))
    assert found["cut"] is None
    assert [(row["path"], row["ms"], row["user"]) for row in found["rows"]] == [("=1", 2.5, "")] * 2


def test_nothing_is_a_file_too(operator):
    assert json.loads(sent(operator, "/logs/export/", "json")) == {"rows": [], "cut": None}


def test_a_long_file_is_cut_and_says_where(operator, monkeypatch):
    monkeypatch.setattr(logfiles, "MOST", 5)
    entries(9)
    lines = sent(operator, "/logs/export/", "csv").splitlines()
    assert len(lines) == 7
    assert lines[-1] == '"Cut after 5 rows, at 2026-11-23T12:00:00+00:00: for older ones, ask until then."'
    assert json.loads(sent(operator, "/logs/export/", "json"))["cut"].startswith("Cut after 5 rows")


def test_a_file_has_a_name_that_nobody_chose(operator):
    answer = operator.post("/logs/audit/export/", {"form": "csv"}, query_params={"actor": 'x"\r\n.exe'})
    assert answer["Content-Disposition"] == 'attachment; filename="audit.csv"'


def test_an_export_of_the_audit_is_in_the_audit(operator):
    rows = json.loads(sent(operator, "/logs/audit/export/", "json", actor="owner"))["rows"]
    noted = AuditEntry.objects.get(act="audit:chain:export")
    assert (noted.actor, noted.about, noted.after) == ("owner", "selected rows as json", '{"actor":"owner"}')
    assert rows[0]["seq"] == noted.seq


def test_an_export_of_the_traffic_is_in_the_audit(operator):
    entries(status=200)
    sent(operator, "/logs/export/", "csv", status="200")
    noted = AuditEntry.objects.get(act="traffic:rows:export")
    assert (noted.actor, noted.about, json.loads(noted.after)) == ("owner", "selected rows as csv", {"status": "200"})


@pytest.mark.parametrize("address", ["/logs/export/", "/logs/audit/export/"])
def test_a_bad_export_hands_out_nothing(operator, address):
    assert operator.post(address, {"form": "exe"}).status_code == 400
    answer = operator.post(address, {"form": "csv"}, query_params={"since": "x"})
    assert (answer.status_code, AuditEntry.objects.exists()) == (400, False)
    assert "no time such as" in answer.content.decode()


@pytest.mark.parametrize(
    ("method", "address"), [("get", TRAFFIC), ("get", AUDIT), ("post", "/logs/export/"), ("post", "/logs/audit/export/")]
)
def test_a_trader_has_no_logs_to_see(second_user, method, address):
    client = Client()
    assert getattr(client, method)(address).status_code == 302
    client.force_login(second_user)
    assert getattr(client, method)(address).status_code == 403
