"""A socket's key is weighed as on the API, and stands for as long as its row says."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from apiauth import keys, registry, usage, websocket
from apiauth.errors import BadRequest, InvalidKey, MissingKey, MissingScope, TooMany
from apiauth.keys import Overlap
from apiauth.models import ApiKey
from apiauth.scopes import Scope
from security import probes
from security.actors import COMMAND_LINE
from security.clientip import resolve

pytestmark = pytest.mark.django_db(transaction=True)


def caller(address: str = "203.0.113.9"):
    return resolve({"client": (address, 4000), "headers": []})


def stands(admitted: websocket.Admitted) -> bool:
    return admitted.stands(timezone.now())


def test_a_live_key_says_whose_socket_it_is(api_key, owner):
    principal = websocket.authenticate(caller(), api_key).principal
    assert (principal.user_id, principal.username) == (owner.pk, "owner")


@pytest.mark.parametrize(
    ("key", "error"), [(None, MissingKey), ("", MissingKey), ("x" * 257, MissingKey), ("wrong", InvalidKey)]
)
def test_anything_else_does_not(db, key, error):
    with pytest.raises(error):
        websocket.authenticate(caller(), key)


def test_a_wrong_key_rings_as_on_the_api(monkeypatch):
    rung: list[str] = []
    monkeypatch.setattr(probes, "bad_key", lambda caller, token, *, kind: rung.append(token))
    with pytest.raises(InvalidKey):
        websocket.authenticate(caller(), "wrong")
    assert rung == ["wrong"]


def test_wrong_keys_are_limited_by_subject():
    with time_machine.travel(timezone.now(), tick=False):
        for _ in range(30):
            with pytest.raises(InvalidKey):
                websocket.authenticate(caller(), "wrong")
        with pytest.raises(TooMany):
            websocket.authenticate(caller(), "wrong")


def test_a_key_without_the_scope_is_told_and_rings_nobody(owner, monkeypatch):
    monkeypatch.setattr(probes, "bad_key", lambda caller, token, *, kind: pytest.fail("a missing scope is no guess"))
    token = keys.issue(owner, by=COMMAND_LINE, name="reader", scopes=[Scope.READ]).token
    with pytest.raises(MissingScope, match="stream"):
        websocket.authenticate(caller(), token)


def test_its_use_is_noted(api_key):
    websocket.authenticate(caller(), api_key)
    usage.flush()
    assert ApiKey.objects.values_list("uses", "last_address").get() == (1, "203.0.113.9")


def test_it_stands_until_it_is_revoked(api_key):
    admitted = websocket.authenticate(caller(), api_key)
    before = stands(admitted)
    keys.revoke(admitted.principal.kid, by=COMMAND_LINE)
    assert (before, stands(admitted)) == (True, False)


def test_a_rotated_key_stands_to_the_end_of_its_overlap(api_key):
    admitted = websocket.authenticate(caller(), api_key)
    keys.rotate(admitted.principal.kid, overlap=Overlap.HOUR, by=COMMAND_LINE)
    with time_machine.travel(timezone.now() + timedelta(hours=1, seconds=1)):
        assert not stands(admitted)
    assert stands(admitted)


def test_it_falls_with_the_key_s_expiry(owner):
    token = keys.issue(owner, by=COMMAND_LINE, name="brief", expires=timezone.now() + timedelta(minutes=5)).token
    admitted = websocket.authenticate(caller(), token)
    assert not admitted.stands(timezone.now() + timedelta(minutes=6))


def test_it_falls_when_its_row_has_gone(api_key):
    admitted = websocket.authenticate(caller(), api_key)
    ApiKey.objects.all().delete()
    registry.apply(0)
    assert not stands(admitted)


@pytest.mark.parametrize("text", ["{", "[1]", '{"a":' * 9 + "1" + "}" * 9, '{"a": 1e999}'])
def test_a_frame_is_read_as_strictly_as_a_body(text):
    with pytest.raises(BadRequest):
        websocket.read(text)


def test_eight_levels_are_read():
    assert websocket.read('{"a":' * 8 + "1" + "}" * 8)
