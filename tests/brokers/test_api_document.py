"""The API's description: open, complete, honest, and on a page of our own."""

from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

from security import clientip, probes, snapshot
from tests.brokers.test_api_door import SERVED, SERVED_LOOKS


@pytest.fixture
def document(client, db):
    return client.get("/api/v1/openapi.json").json()


def operations(document) -> dict[str, dict[str, Any]]:
    """Each address has one method."""
    return {call: operation for call, methods in document["paths"].items() for operation in methods.values()}


def test_it_is_open_and_describes_exactly_what_is_served(document):
    assert set(document["paths"]) == {f"/api/v1/{call}" for call in (*SERVED, *SERVED_LOOKS)}


def test_every_call_tells_how_it_refuses(document):
    for operation in operations(document).values():
        assert {"200", "400", "403", "408", "413", "429", "503"} <= set(operation["responses"])


def test_every_call_says_what_it_does_in_a_few_words_of_its_own(document):
    described = operations(document)
    summaries = {operation["summary"] for operation in described.values()}
    assert described["/api/v1/placeorder"]["summary"] == "Place one order"
    assert len(summaries) == len(described)
    assert all(" " in summary and len(summary) <= 50 for summary in summaries)


@pytest.mark.parametrize("call", ["modifyorder", "cancelorder", "orderstatus", "symbol", "optionsymbol", "optionchain"])
def test_what_may_be_unknown_says_404(document, call):
    assert "404" in document["paths"][f"/api/v1/{call}"]["post"]["responses"]


def test_every_refusal_has_the_one_shape(document):
    shapes = {
        response["content"]["application/json"]["schema"]["$ref"] for response in document["components"]["responses"].values()
    }
    assert shapes == {"#/components/schemas/Refusal"}


def test_the_key_may_stand_in_the_body_or_in_two_headers(document):
    assert document["components"]["schemas"]["Keyed"]["properties"]["apikey"]["type"] == "string"
    assert document["security"] == [{"header": []}, {"bearer": []}, {}]


REQUESTS = ("Keyed", "Labelled", "PlaceOrder", "BasketItem", "BasketOrder", "ModifyOrder", "Search", "MarginPosition")


def test_every_request_forbids_what_it_does_not_name(document):
    schemas = document["components"]["schemas"]
    assert all(schemas[name]["additionalProperties"] is False for name in REQUESTS)


def test_the_page_loads_nothing_from_elsewhere(client, db):
    page = client.get(reverse("api-1:openapi-view")).content.decode()
    assert "//" not in page
    assert finders.find("ninja/swagger-ui-bundle.js")


def test_bad_keys_of_a_neighbour_do_not_hide_it(client, rf, transactional_db):
    caller = clientip.of(rf.get("/"))
    for number in range(10):
        probes.bad_key(caller, f"guess {number}", kind="shape")
    assert snapshot.is_throttled(caller.subject)
    assert {client.get("/api/v1/openapi.json").status_code for _ in range(40)} == {200}


def test_it_is_limited_all_the_same(client, db, noon):
    codes = [client.get("/api/v1/openapi.json").status_code for _ in range(61)]
    assert codes == [200] * 60 + [429]


def test_the_address_under_which_the_calls_stand_is_not_a_page(client, db):
    response = client.get("/api/v1/")
    assert (response.status_code, response.json()["status"]) == (404, "error")


def test_what_is_sent_to_the_document_is_limited_too(db, noon):
    sender = Client(enforce_csrf_checks=True)
    assert [sender.post("/api/v1/openapi.json").status_code for _ in range(61)] == [200] * 60 + [429]
