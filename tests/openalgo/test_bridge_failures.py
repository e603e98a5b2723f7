"""What goes wrong on the bridge: views that fail, streams that break, clients that leave."""

import httpx
import pytest

GET = b"GET %b HTTP/1.1\r\nHost: localhost\r\n\r\n"


def test_a_failing_view_answers_a_page_with_an_incident_and_not_its_text(client):
    answer = client.get("/probe/boom")
    assert answer.status_code == 500
    assert "ncident" in answer.text
    assert "secret" not in answer.text


def test_a_failing_api_view_answers_the_one_shape(client):
    answer = client.get("/api/probe/boom").json()
    assert (answer["status"], "secret" in str(answer)) == ("error", False)
    assert answer["incident"]


def test_a_failing_middleware_answers_likewise(client):
    answer = client.get("/probe/echo", headers={"X-Break": "yes"})
    assert (answer.status_code, "secret" in answer.text) == (500, False)


def test_a_failing_error_page_is_replaced_by_a_sentence(client):
    answer = client.get("/probe/boom", headers={"X-Break-Handler": "yes"})
    assert answer.status_code == 500
    assert answer.text.startswith("Something went wrong on our side (incident ")


def test_the_log_names_the_incident_and_its_cause(client, server):
    client.get("/probe/boom", headers={"X-Break-Handler": "yes"})
    server.wait_for("incident [0-9a-f]+: '/probe/boom' could not be answered")
    server.wait_for("RuntimeError: a secret of the handler")


def test_an_async_stream_is_refused_and_the_log_says_why(client, server):
    assert client.get("/probe/asynchronous").status_code == 500
    server.wait_for("/probe/asynchronous streams from an async iterator.*give it a generator")


from_disk = pytest.mark.only_on("sqlite")  # PostgreSQL's rows are in memory by the time the stream breaks


@pytest.mark.parametrize("path", ["/probe/broken", pytest.param("/probe/opened_rows", marks=from_disk)])
def test_a_stream_that_breaks_does_not_look_whole(client, server, path):
    with pytest.raises(httpx.RemoteProtocolError):
        client.get(path)
    server.wait_for(f"'{path}' broke off in mid-answer")


def test_a_server_goes_on_after_a_broken_stream(client):
    with pytest.raises(httpx.RemoteProtocolError):
        client.get("/probe/broken")
    assert client.get("/probe/stream").status_code == 200


def test_a_client_that_leaves_ends_its_stream(server, line):
    reader = line(server.base, GET % b"/probe/endless")
    assert reader.status() == 200
    before = sum("probe closed in stream-" in each for each in server.output)
    reader.close()
    assert server.wait_until(lambda output: sum("probe closed in stream-" in each for each in output) > before)


def test_a_client_that_leaves_a_file_closes_it(server, line):
    before = sum("probe closed in request-" in each for each in server.output)
    line(server.base, GET % b"/probe/file").close()
    assert server.wait_until(lambda output: sum("probe closed in request-" in each for each in output) > before)


def test_a_client_that_leaves_while_its_view_runs_disturbs_nobody(client, server, line, held):
    reader = line(server.base, GET % b"/probe/hold?port=%d" % held.getsockname()[1])
    view, _ = held.accept()
    reader.close()
    view.close()
    assert client.get("/probe/echo").status_code == 200


def test_a_client_that_leaves_in_mid_body_reaches_no_view(serve, served, line):
    writer = line(serve.base, b"POST /probe/boom HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf")
    before = served.get("/probe/state").json()["started"]
    writer.close()
    assert served.get("/probe/state").json()["started"] == before + 1


def test_an_unread_stream_is_cut(serve, line):
    reader = line(serve.base, GET % b"/probe/endless?times=100000")
    assert reader.status() == 200
    serve.wait_for("probe closed in stream-")


def test_a_dripping_body_is_cut(serve, line):
    writer = line(serve.base, b"POST /api/probe/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf")
    answer = writer.read()
    assert b" 408 " in answer
    assert b'{"status": "error", "message": "The request was not complete after 1 s."}' in answer


def test_a_large_body_is_refused_by_its_header_alone(serve, line):
    writer = line(serve.base, b"POST /probe/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1048577\r\n\r\n")
    assert writer.status() == 413


def test_readers_that_stall_hold_no_thread(serve, served, line):
    for _ in range(8):
        line(serve.base, GET % b"/probe/file")
    assert served.get("/probe/echo").status_code == 200
