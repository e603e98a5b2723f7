"""What a request and a socket leave behind: who, what, when and how long; no secret, no file of ours."""

from urllib.parse import urlencode

import pytest
from django.test import Client

from openalgo import doors
from security import bans, trail
from security.actors import COMMAND_LINE
from security.asgi import Gatehouse
from security.models.traffic import Kind
from tests.conftest import PASSWORD
from tests.security.trails import answer, ask
from tests.wire import entered, play

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_request_leaves_one_row_before_it_is_answered(gate, kept):
    assert ask(gate, "/healthz") == 200
    (row,) = kept.rows()
    assert (row.kind, row.subject, row.method, row.route, row.path) == (Kind.HTTP, "203.0.113.9", "GET", "healthz", "/healthz")
    assert (row.status, row.size, row.user, row.key, row.tried) == (200, 3, "", "", None)
    assert 0 < row.ms < 10_000


def test_a_program_is_named_by_its_key_and_user(gate, kept, api_key):
    ask(gate, "/api/v1/ping", method="POST", body=f'{{"apikey": "{api_key}"}}'.encode())
    (row,) = kept.rows()
    assert (row.status, row.user, row.key, row.route) == (200, "owner", api_key.split("_")[2], "api-1:ping")


def test_a_page_is_named_by_the_user_of_its_session(gate, kept, owner, client):
    client.force_login(owner)
    cookie = f"sessionid={client.cookies['sessionid'].value}".encode()
    ask(gate, "/keys/", headers=[(b"cookie", cookie)])
    assert [(row.status, row.user, row.key) for row in kept.rows()] == [(200, "owner", "")]


def test_a_bad_key_is_kept_as_what_detection_counted(gate, kept):
    ask(gate, "/api/v1/ping", method="POST", body=b'{"apikey": "guess"}')
    (row,) = kept.rows()
    ((scenario, weight, digest),) = row.tried
    assert (row.status, scenario, weight, len(digest)) == (403, "bad-keys", 1, 32)


def test_an_unknown_address_is_kept_with_its_weight(gate, kept):
    ask(gate, "/wp-login.php")
    (row,) = kept.rows()
    assert (row.status, row.route, row.tried[0][:2]) == (404, "", ["unknown-paths", 5])


def test_what_the_bridge_answers_itself_is_there_too(gate, kept, settings):
    settings.BODY_LIMIT = 10
    ask(gate, "/account/password/", method="POST", body=b"x" * 11)
    assert [(row.status, row.ms) for row in kept.rows()] == [(413, None)]


def test_the_second_ports_answer_to_plain_http_is_there_too(kept):
    ask(Gatehouse(http=doors.upgrade_required, websocket=doors.second), "/")
    assert [row.status for row in kept.rows()] == [426]


def test_a_refusal_at_the_gatehouse_is_no_row(gate, kept):
    bans.ban("203.0.113.9", reason="r", origin="command", by=COMMAND_LINE, duration=bans.DAY)
    assert ask(gate, "/healthz") == 403
    assert kept.rows() == []


def test_files_that_are_served_are_no_rows_but_files_that_are_not_there_are(gate, kept):
    assert [ask(gate, "/static/openalgo/base.css"), ask(gate, "/static/absent.css")] == [200, 404]
    assert [row.path for row in kept.rows()] == ["/static/absent.css"]


def test_no_query_no_secret_in_the_path_and_no_user_agent_is_kept(gate, kept):
    ask(gate, f"/setup/{'s3cret' * 7}/")
    assert all(b"s3cret" not in path.read_bytes() and b"secret" not in path.read_bytes() for path in kept.files())
    assert b"program/1.0" not in kept.files()[0].read_bytes()
    (row,) = kept.rows()
    assert (row.path, len(row.agent)) == ("/setup/…/", 16)


def test_a_user_agent_cannot_be_told_without_our_key():
    assert trail.agent_of(b"program/1.0", "one key") != trail.agent_of(b"program/1.0", "another key")


@pytest.mark.parametrize("path", ["", "*", "/\ud800", "/\0", "/" + "x" * 70_000, "/\n\r"])
def test_whatever_is_asked_for_is_kept_in_one_line(kept, path):
    answer(path, status=404, method="GET\n" * 9)
    answer()
    assert [row.status for row in kept.rows()] == [404, 200]


def test_a_row_that_cannot_be_spelled_is_counted_and_stops_nobody(kept):
    answer(user=object())
    answer()
    assert (len(kept.rows()), kept.spool.lost) == (1, 1)


def test_a_brokers_time_is_kept_beside_ours(kept):
    answer(broker=0.25)
    assert [row.broker_ms for row in kept.rows()] == [250.0]


def test_a_socket_leaves_its_row_when_it_is_over(kept, api_key):
    play(lambda wire: entered(wire(), api_key))
    (row,) = kept.rows()
    assert (row.kind, row.path, row.status, row.user, row.key) == (Kind.SOCKET, "/ws", 101, "owner", api_key.split("_")[2])
    assert row.size > 0


async def guess(wire) -> None:
    opened = await wire().accepted()
    await opened.ask(action="authenticate", api_key="guess")
    await opened.code()


def test_a_sockets_bad_key_and_the_code_it_was_closed_with_are_kept(kept):
    play(guess)
    (row,) = kept.rows()
    assert (row.status, row.tried[0][0], row.user) == (4401, "bad-keys", "")


@pytest.mark.parametrize(("path", "status"), [("/live/", 403), ("/nowhere", 404)])
def test_a_handshake_that_is_refused_is_kept_with_its_answer(kept, path, status):
    play(lambda wire: wire(path).next())
    assert [row.status for row in kept.rows()] == [status]


def log_in(gate: Gatehouse, client: Client, *, password: str) -> None:
    token = client.get("/login/").cookies["csrftoken"].value
    form = urlencode({"username": "owner", "password": password, "csrfmiddlewaretoken": token}).encode()
    kind = (b"content-type", b"application/x-www-form-urlencoded")
    ask(gate, "/login/", method="POST", body=form, headers=[kind, (b"cookie", f"csrftoken={token}".encode())])


def test_a_login_names_who_logged_in(gate, kept, owner, client):
    log_in(gate, client, password=PASSWORD)
    assert [(row.status, row.user) for row in kept.rows()] == [(302, "owner")]


def test_a_wrong_password_is_kept_as_what_detection_counted(gate, kept, owner, client):
    log_in(gate, client, password="wrong")
    assert [(row.user, row.tried) for row in kept.rows()] == [("", [["bad-logins", 1.0, ""]])]
