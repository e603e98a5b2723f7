"""A failure tells the caller a sentence and an incident id; what happened stands in the log under that id."""

import re
from types import SimpleNamespace

import pytest
from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.security.streets")]


@pytest.fixture
def stranger() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("address", ["/broken", "/api/broken", "/absent"])
def test_no_answer_repeats_what_the_code_said(stranger, address):
    page = stranger.get(address).content.decode()
    assert "aubergine" not in page
    assert "Error" not in page
    assert "Traceback" not in page


def test_the_log_holds_the_incident_with_its_traceback(stranger, caplog):
    incident = re.search(r"[0-9a-f]{12}", stranger.get("/broken").content.decode())
    assert incident
    record = next(record for record in caplog.records if incident[0] in record.message)
    assert "aubergine" in str(record.exc_info)


def test_a_failure_is_logged_once(stranger, caplog):
    stranger.get("/broken")
    assert len([record for record in caplog.records if record.exc_info]) == 1


@pytest.mark.parametrize(("address", "status"), [("/api/broken", 500), ("/api/nothing", 404)])
def test_a_program_reads_json(stranger, address, status):
    answer = stranger.get(address)
    assert answer.status_code == status
    assert answer.json()["status"] == "error"
    assert set(answer.json()) == {"status", "message", "incident"}


@pytest.mark.parametrize(("address", "status"), [("/broken", 500), ("/nothing", 404), ("/absent", 404)])
def test_a_browser_reads_a_page(stranger, address, status):
    answer = stranger.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (status, "text/html; charset=utf-8")


def test_a_host_that_is_not_ours_is_a_400(stranger):
    answer = stranger.get("/open", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert "evil" not in answer.content.decode()


def test_a_form_without_its_token_is_a_403():
    answer = Client(enforce_csrf_checks=True).post("/login/")
    assert (answer.status_code, "has expired" in answer.content.decode()) == (403, True)


def test_where_even_the_page_fails_a_text_goes_out(stranger, monkeypatch):
    monkeypatch.setattr("security.incidents.render_to_string", lambda *_: 1 / 0)
    answer = stranger.get("/broken")
    assert (answer.status_code, answer["Content-Type"]) == (500, "text/plain")
    assert re.fullmatch(r"Something went wrong on our side. Incident [0-9a-f]{12}.\n", answer.content.decode())


def test_a_path_cannot_write_lines_into_the_log(stranger, caplog):
    stranger.get("/open%0AERROR forged")
    assert not [record for record in caplog.records if "\n" in record.message]


def test_a_path_cannot_fill_the_log(stranger, caplog):
    caplog.set_level("INFO")
    stranger.get("/" + "a" * 60_000)
    assert 0 < sum(len(record.message) for record in caplog.records) < 1000


@pytest.mark.urls("openalgo.urls")
def test_the_log_does_not_hold_the_token_of_a_set_up_link(caplog):
    caplog.set_level("INFO")
    Client(enforce_csrf_checks=True).post("/setup/a-token")
    assert "answered 403" in caplog.text
    assert "a-token" not in caplog.text


def test_a_flood_of_refusals_cannot_fill_the_log(stranger, caplog, monkeypatch):
    caplog.set_level("INFO")
    monkeypatch.setattr("security.incidents.time", SimpleNamespace(monotonic=lambda: 5.0))
    for _ in range(30):
        stranger.get("/nothing")
    assert len(caplog.records) == 10
