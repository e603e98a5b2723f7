"""What programs say is read in every spelling they use, and refused by the code they know."""

import pytest

from brokers.stream import speech
from brokers.stream.speech import Code, Misspoken, Topic, View, understand

INFY = {"symbol": "INFY", "exchange": "NSE"}


def refusal(**fields) -> Code:
    with pytest.raises(Misspoken) as caught:
        understand(fields)
    return caught.value.code


@pytest.mark.parametrize("action", [{"action": "authenticate"}, {"type": "authenticate"}, {"action": "auth"}, {"type": "auth"}])
@pytest.mark.parametrize("key", ["api_key", "apikey"])
def test_a_key_is_read_in_every_spelling(action, key):
    assert understand(action | {key: "k"}) == speech.Authenticate("k")


def test_a_key_is_never_shown():
    assert "secret" not in repr(understand({"action": "auth", "apikey": "secret"}))


@pytest.mark.parametrize(
    ("mode", "view"), [(1, View.LTP), ("ltp", View.LTP), ("Quote", View.QUOTE), (3, View.DEPTH), ("DEPTH", 3)]
)
def test_a_mode_is_a_number_or_a_word(mode, view):
    assert understand(INFY | {"action": "subscribe", "mode": mode}) == speech.Subscribe([Topic("NSE", "INFY", view)], None)


@pytest.mark.parametrize("action", ["subscribe", "unsubscribe"])
def test_without_a_mode_quotes_are_meant(action):
    message = understand(INFY | {"action": action})
    assert isinstance(message, speech.Subscribe | speech.Unsubscribe)
    assert message.topics == [Topic("NSE", "INFY", View.QUOTE)]


def test_a_list_has_one_mode_for_all_unless_an_entry_has_its_own():
    message = understand({"action": "unsubscribe", "symbols": [INFY, INFY | {"mode": 3}], "mode": 1, "request_id": 7})
    assert message == speech.Unsubscribe([Topic("NSE", "INFY", View.LTP), Topic("NSE", "INFY", View.DEPTH)], 7)


@pytest.mark.parametrize("mode", [0, 4, True, "all", None, 1.0, [1]])
def test_another_mode_is_refused(mode):
    assert refusal(action="subscribe", **INFY, mode=mode) == Code.MODE


@pytest.mark.parametrize("depth", [5, 20, 30, 50])
def test_depths_of_some_broker_are_taken(depth):
    assert isinstance(understand(INFY | {"action": "subscribe", "depth": depth}), speech.Subscribe)


@pytest.mark.parametrize("action", [None, "", "fly", 7, ["subscribe"], {"a": 1}])
def test_an_unknown_action_is_refused(action):
    assert refusal(action=action) == Code.ACTION


@pytest.mark.parametrize(
    "fields",
    [
        {}, {"symbol": "INFY"}, {"symbol": 7, "exchange": "NSE"}, {"symbol": "", "exchange": "NSE"},
        {"symbol": "I" * 65, "exchange": "NSE"}, {"symbols": []}, {"symbols": "INFY"}, {"symbols": ["INFY"]},
        {"symbols": [{}]}, {"symbols": [INFY] * 1001}, INFY | {"depth": 7}, INFY | {"depth": True}, INFY | {"depth": [5]},
    ],
)  # fmt: skip
def test_a_subscription_without_sense_is_refused(fields):
    assert refusal(action="subscribe", **fields) == Code.PARAMETERS


def test_a_ping_keeps_what_is_to_be_echoed():
    assert understand({"action": "ping", "timestamp": [1], "_pingId": None, "else": 2}) == speech.Ping(
        {"timestamp": [1], "_pingId": None}
    )


@pytest.mark.parametrize(
    ("action", "message"),
    [
        ("unsubscribe_all", speech.UnsubscribeAll("r")),
        ("subscribe_orders", speech.Orders(on=True, request_id="r")),
        ("unsubscribe_orders", speech.Orders(on=False, request_id="r")),
        ("get_broker_info", speech.Ask("get_broker_info")),
        ("get_supported_brokers", speech.Ask("get_supported_brokers")),
    ],
)
def test_the_short_actions_are_understood(action, message):
    assert understand({"action": action, "request_id": "r"}) == message
