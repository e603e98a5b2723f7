"""The stream on either server: ours, and daphne as the other one that must work."""

import pytest
from websockets.exceptions import InvalidStatus

from tests.conftest import PASSWORD
from tests.listener import listening, program


@pytest.fixture
def door(server) -> str:
    return str(server.base).replace("http", "ws")


@pytest.fixture
def token(server) -> str:
    server.manage("create_owner", "owner", "owner@example.com", check=False)
    issued: str = server.manage("issue_api_key", "owner", "--name", "t").stdout.strip()
    return issued


@pytest.fixture(autouse=True)
def _password(server):
    server.env["OWNER_PASSWORD"] = PASSWORD


@pytest.mark.slow
def test_a_program_hears_ticks(door, token):
    with program(f"{door}/ws", token) as listener:
        listener.say(action="subscribe", symbol="INFY", exchange="NSE", mode="LTP")
        ticks = [listener.frame("market_data")["data"]["ltp"] for _ in range(3)]
    assert all(price > 0 for price in ticks)


@pytest.mark.slow
def test_a_wrong_key_is_told_and_closed(door):
    with listening(f"{door}/ws") as listener:
        assert listener.ask(action="authenticate", api_key="wrong")["code"] == "AUTHENTICATION_ERROR"
        assert listener.code() == 4401


@pytest.mark.slow
def test_a_revoked_key_is_closed(server, door, token):
    with program(f"{door}/ws", token) as listener:
        server.manage("revoke_api_key", token.split("_")[2])
        assert listener.code() == 4401


@pytest.mark.parametrize("path", ["/live/", "/nowhere"])
def test_others_are_refused(door, path):
    with pytest.raises(InvalidStatus) as refused, listening(door + path):
        pass
    assert refused.value.response.status_code in (403, 404)


PING, EMPTY_PART = b"\x89\x80\0\0\0\0", b"\x00\x80\0\0\0\0"


@pytest.mark.parametrize("flood", [PING * 2000, b"\x01" + EMPTY_PART[1:] + EMPTY_PART * 2000])
def test_a_flood_of_small_frames_is_cut(serve, flood):
    with listening(f"{serve.base.replace('http', 'ws')}/ws") as listener:
        listener.connection.socket.sendall(flood)
        assert listener.code() == 1006
