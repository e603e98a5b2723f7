"""What passes the bridge, through our server and through daphne: bodies in, answers out, nothing left behind."""

import os

import pytest

GET = "GET {} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


def test_a_body_arrives_whole(client):
    answer = client.post("/probe/echo", content=b"b" * 200_000).json()
    assert (answer["body"], answer["declared"]) == (200_000, "200000")


def test_a_chunked_body_has_a_length(client):
    answer = client.post("/probe/echo", content=iter([b"one", b"two"])).json()
    assert (answer["body"], answer["declared"]) == (6, "6")


def test_a_chunked_form_with_a_file_is_parsed(client):
    request = client.build_request("POST", "/probe/echo", data={"name": "value"}, files={"file": b"f" * 5000})
    chunks = iter([request.read()])
    answer = client.post("/probe/echo", content=chunks, headers={"Content-Type": request.headers["Content-Type"]}).json()
    assert (answer["form"], answer["files"]) == ({"name": "value"}, {"file": 5000})


@pytest.mark.parametrize("path", ["/login/", "/", "/api/v1/funds"])
def test_a_form_in_parts_is_refused_where_no_file_is_asked_for(client, path):
    assert client.post(path, files={"file": b"f"}).status_code == 415


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_over_the_limit_is_refused(client, chunked):
    content = b"b" * (1024 * 1024 + 1)
    answer = client.post("/probe/echo", content=iter([content]) if chunked else content)
    assert answer.status_code == 413


def test_a_body_at_the_limit_is_let_in(client):
    assert client.post("/probe/echo", content=b"b" * 1024 * 1024).json()["body"] == 1024 * 1024


@pytest.mark.parametrize(("more", "refused"), [(60, False), (65, True)])
def test_where_files_are_uploaded_a_form_has_room_around_them(client, more, refused):
    answer = client.post("/security/exchange/", content=b"b" * (1024 + more) * 1024)
    assert (answer.status_code == 413) is refused


@pytest.mark.parametrize("path", ["/login/", "/setup/token"])
def test_what_anybody_may_send_is_small(client, path):
    form = "application/x-www-form-urlencoded"
    sizes = (16 * 1024, 16 * 1024 + 1)
    codes = [client.post(path, content=b"%" * size, headers={"Content-Type": form}).status_code for size in sizes]
    assert [code == 413 for code in codes] == [False, True]


@pytest.mark.parametrize("path", ["/robots.txt", "/favicon.ico"])
def test_a_page_without_a_form_reads_none(client, path):
    """Else a stranger's long one would be read in vain for its token."""
    client.cookies.set("csrftoken", "a" * 32)
    assert client.post(path, data={"name": "value"}).status_code in (200, 302)


def test_the_api_refuses_a_large_body_in_its_one_shape(client):
    answer = client.post("/api/probe/echo", content=b"b" * (1024 * 1024 + 1))
    assert answer.json() == {"status": "error", "message": "A request may carry 1048576 bytes at most."}


def test_head_answers_the_length_and_no_body(client):
    head = client.head("/probe/large?bytes=70000")
    assert (head.headers["content-length"], head.content) == ("70000", b"")


@pytest.mark.parametrize("path", ["/probe/file", "/probe/stream", "/probe/small_file"])
def test_head_leaves_a_stream_unread(client, path):
    assert (client.head(path).status_code, client.head(path).content) == (200, b"")


def test_an_answer_without_a_length_is_given_one(client):
    answer = client.get("/probe/large?bytes=7", headers={"X-Strip": "yes"})
    assert answer.headers["content-length"] == "7"


def test_an_answer_that_has_no_body_has_no_length(client):
    answer = client.get("/probe/nothing")
    assert answer.status_code == 204
    assert "content-length" not in answer.headers


def test_each_cookie_has_its_line(client):
    assert len(client.get("/probe/cookies").headers.get_list("set-cookie")) == 2


def test_a_large_answer_arrives_whole(client):
    assert client.get("/probe/large?bytes=3000000").content == b"l" * 3_000_000


def test_a_stream_arrives_whole_and_in_order(client):
    assert client.get("/probe/stream").text == "".join(f"chunk {number}\n" for number in range(1000))


def test_a_file_arrives_whole(client):
    answer = client.get("/probe/file")
    assert answer.content == bytes(range(256)) * 4096 * 8


def test_a_small_file_takes_one_hop(client):
    assert client.get("/probe/small_file").text == "small"


def test_a_stream_may_ask_the_database(client):
    assert client.get("/probe/rows").text.isdigit()


def test_a_view_sees_the_context_its_middleware_set(client):
    assert client.get("/probe/state", headers={"X-Mark": "mine"}).json()["mark"] == "mine"
    assert client.get("/probe/state").json()["mark"] == "unset"


def test_a_stream_sees_the_context_of_its_view(client):
    assert client.get("/probe/marked", headers={"X-Mark": "mine"}).text == "mine"


def test_what_was_started_is_finished(client):
    for path in ("/probe/echo", "/probe/boom", "/probe/file", "/probe/stream", "/probe/nothing", "/probe/echo?%ff=%ff"):
        client.get(path)
    client.head("/probe/stream")
    counts = (client.get("/probe/state").json() for _ in range(200))
    assert any(each["started"] - each["finished"] == 1 for each in counts)


def test_a_thread_keeps_its_database_connection_and_the_process_its_caches(client):
    seen = [client.get("/probe/state").json() for _ in range(20)]
    kept = {(each["thread"], each["database"]) for each in seen}
    assert len({each["cache"] for each in seen}) == 1
    assert len(kept) <= 2 or os.environ.get("DATABASE_URL")  # PostgreSQL's are lent by a pool


@pytest.mark.parametrize("path", ["/\xff", "/probe/echo?\xff"])
def test_an_unreadable_address_is_refused(server, line, path):
    assert line(server.base, GET.format(path).encode("latin-1")).status() == 400


@pytest.mark.parametrize("path", ["/%ff%fe", "/a%00b", "/api/%ff", "/setup/a%00b", "/static/%00"])
def test_at_an_address_that_is_no_text_there_is_nothing(server, line, path):
    assert line(server.base, GET.format(path).encode("latin-1")).status() == 404


@pytest.mark.parametrize("name", ["Content-Type", "Accept"])
def test_a_header_that_would_take_seconds_to_read_is_refused_unread(served, name):
    assert served.get("/probe/echo", headers={name: 'a/b;a="' + ";" * 60_000}).status_code == 431


def test_nor_is_one_read_that_comes_in_many_lines(served):
    lines = [("Accept", "a/b;q=1,c/d;q=0.5,e/f;q=0.2,*/*")] * 40
    assert served.get("/probe/echo", headers=lines).status_code == 431


@pytest.mark.parametrize(
    "header", [("Content-Type", "a/b;c*=utf-9''d"), ("Content-Type", "a/b;c*0=d;c*"), ("Accept", "a/b;c*=x''d")]
)
def test_a_header_at_which_its_reader_fails_is_refused_unread(client, header):
    assert client.get("/probe/echo", headers=dict([header])).status_code == 400


def test_headers_as_long_as_any_browser_writes_them_are_read(client):
    assert client.get("/probe/echo", headers={"Accept": ",".join(["application/signed-exchange;v=b3;q=0.7"] * 20)}).is_success


def test_a_response_is_closed_in_a_thread(client, server):
    client.get("/probe/file")
    server.wait_for("probe closed in request-")


def test_a_view_that_leaves_the_interpreter_fails_alone(client):
    assert client.get("/probe/leave").status_code == 500
    assert client.get("/probe/echo").status_code == 200
