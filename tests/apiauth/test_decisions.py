"""Which decisions a bouncer is told, and that nobody is told any but a staff key with its scope."""

import pytest

from apiauth.models import Bouncer as Place
from security import probes
from security.models import Origin
from tests.apiauth.bouncer import HELD, STREAM, Bouncer, ban

pytestmark = pytest.mark.django_db(transaction=True)

ATTACKER = "203.0.113.9"


FILTERS = [
    ({"scopes": "ip"}, {ATTACKER}), ({"scopes": "Range"}, {"203.0.113.0/24", "2001:db8::/32"}), ({"scopes": "country"}, set()),
    ({"origins": "operator,import"}, {"203.0.113.0/24"}), ({"scenarios_containing": "keys,paths"}, {ATTACKER}),
    ({"scenarios_not_containing": "KEYS"}, {"203.0.113.0/24", "2001:db8::/32"}),
]  # fmt: skip


@pytest.mark.parametrize(("query", "expected"), FILTERS)
def test_a_bouncer_hears_what_it_is_configured_to_care_for(bouncer, query, expected):
    ban(ATTACKER, scenario="bad-keys"), ban("203.0.113.0/24", origin=Origin.OPERATOR), ban("2001:db8::/32")
    assert {*bouncer.stream(startup=True, **query)[0]} == expected


HOLDING = [
    ({"ip": ATTACKER}, [ATTACKER]), ({"ip": "203.0.113.10"}, None), ({"ip": "2001:db8::99"}, ["2001:db8::/64"]),
    ({"range": "203.0.113.0/24"}, None), ({"range": "203.0.113.0/24", "contains": "false"}, [ATTACKER]),
    ({"scope": "ip", "value": ATTACKER}, [ATTACKER]), ({"scope": "country", "value": "FR"}, None),
    ({"ip": ATTACKER, "type": "captcha"}, None), ({"scope": "range"}, ["2001:db8::/64"]), ({}, ["2001:db8::/64", ATTACKER]),
]  # fmt: skip


@pytest.mark.parametrize(("query", "expected"), HOLDING)
def test_a_bouncer_asks_about_a_visitor(bouncer, query, expected):
    ban(ATTACKER), ban("2001:db8::1")
    held = bouncer.held(**query)
    assert held == expected or sorted(held or []) == sorted(expected or [])


def test_what_is_no_address_is_refused(bouncer):
    assert bouncer.get(HELD, ip="nonsense").status_code == 400


@pytest.mark.parametrize("path", [STREAM, HELD])
def test_a_head_says_that_the_key_is_good_and_is_no_call(bouncer, path):
    ban(ATTACKER)
    answer = bouncer.client.head(path)
    assert (answer.status_code, answer.content) == (200, b"")
    assert not Place.objects.exists()


@pytest.mark.parametrize("path", [STREAM, HELD])
class TestWhoMayRead:
    def test_a_key_without_the_scope_is_told_its_name(self, api_key, path):
        answer = Bouncer(api_key).get(path)
        assert (answer.status_code, "'bans'" in answer.json()["message"]) == (403, True)

    def test_a_key_of_somebody_who_is_no_longer_staff_is_refused(self, owner, bouncer, path):
        owner.role = "trader"
        owner.save()
        assert bouncer.get(path).status_code == 403

    def test_a_wrong_key_is_refused_and_counts_as_a_guess(self, db, path):
        answer = Bouncer("oa_live_wrong").get(path)
        assert (answer.status_code, answer.json()["message"]) == (403, "Invalid openalgo apikey")
        assert probes.tally.of("127.0.0.1")

    def test_a_key_in_the_query_is_none(self, client, bans_key, path):
        assert client.get(path, {"apikey": bans_key, "api_key": bans_key}).status_code == 400

    def test_a_session_is_no_key(self, client, owner, path):
        client.force_login(owner)
        assert client.get(path).status_code == 400

    def test_too_many_calls_are_told_when_to_come_again(self, bouncer, one_minute, path):
        answers = [bouncer.get(path) for _ in range(61)]
        assert [each.status_code for each in answers[-2:]] == [200, 429]
        assert "Retry-After" in answers[-1]

    def test_other_methods_are_not_answered(self, client, path):
        answer = client.post(path)
        assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")


def test_behind_https_a_bouncer_on_the_same_machine_is_not_sent_elsewhere(bouncer, settings):
    settings.SECURE_SSL_REDIRECT = True
    assert bouncer.get(HELD).status_code == 200
