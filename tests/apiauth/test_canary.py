"""A canary key opens nothing, looks like any other, and whoever tries it is alarmed about."""

import json

import pytest
from django.core.management import call_command
from django.test import Client

from apiauth import keys, registry, tokens
from apiauth.errors import KeyRefused
from apiauth.keys import Bad, Kind, Overlap
from security import alerts, probes
from security.actors import COMMAND_LINE
from security.alerts import Alarm
from tests.security.trying import ATTACKER, caller

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def canary(owner) -> str:
    return keys.issue(owner, by=COMMAND_LINE, name="in the backup", canary=True).token


def use(token: str, address: str = ATTACKER.address) -> tuple[int, str]:
    answer = Client(REMOTE_ADDR=address).post("/api/v1/funds", {"apikey": token}, content_type="application/json")
    return answer.status_code, answer.json()["message"]


def test_it_looks_like_any_key_and_is_refused_like_any_wrong_one(canary):
    assert tokens.read(canary) is not None
    assert use(canary) == use("guess") == (403, "Invalid openalgo apikey")


def test_its_use_is_alarmed_about_with_its_name(canary):
    for address in (ATTACKER.address, ATTACKER.address, "198.51.100.7"):
        use(canary, address)
    alert = alerts.standing().get(kind=Alarm.CANARY)
    assert ("in the backup" in alert.sentence, alert.about.endswith("(in the backup)"), alert.count) == (True, True, 2)


def test_its_use_is_a_bad_key(canary):
    use(canary)
    assert [row.sample for row in probes.tally.take().rows] == ["API key: canary"]


def test_it_opens_no_socket_and_proves_nothing(canary):
    assert keys.verify(canary, caller("127.0.0.1")) == Bad(Kind.CANARY, registry.find(canary.split("_")[2]))
    assert Client().get("/nothing", headers={"X-API-KEY": canary}).status_code == 404
    assert len(probes.tally.of("127.0.0.1")) == 1


def test_it_has_no_successor(canary):
    with pytest.raises(KeyRefused, match="canary"):
        keys.rotate(canary.split("_")[2], by=COMMAND_LINE, overlap=Overlap.NOW)


def test_one_that_was_revoked_is_an_old_key(canary):
    keys.revoke(canary.split("_")[2], by=COMMAND_LINE)
    use(canary)
    assert probes.tally.of(ATTACKER.subject) == []
    assert alerts.standing().filter(kind=Alarm.OLD_KEY).exists()


def test_the_commands_issue_and_show_it(owner, capsys):
    call_command("issue_api_key", "owner", "--name", "trap", "--canary")
    capsys.readouterr()
    call_command("list_api_keys", "--json")
    listed = json.loads(capsys.readouterr().out)
    assert [(row["name"], row["state"], row["canary"]) for row in listed] == [("trap", "canary", True)]


@pytest.mark.parametrize("token", ["x", "oa_live_0123456789_" + "0" * 49, "é" * 256, " ", "k" * 256, "oa_live_" + "1" * 120])
def test_any_text_that_is_no_live_key_is_one_bad_key(owner, token):
    assert use(token) == use(token) == (403, "Invalid openalgo apikey")
    assert len(probes.tally.of(ATTACKER.subject)) == 1


@pytest.mark.parametrize("token", ["", "k" * 257])
def test_what_is_no_text_of_a_key_at_all_is_none(owner, token):
    assert use(token)[0] == 400
    assert probes.tally.of(ATTACKER.subject) == []
