"""What asks for the password again, and that what was filled in before then goes on."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.logins import MISTAKES
from accounts.models import Session, Why
from accounts.views.sudo import WRONG
from apiauth.models import ApiKey
from security import sudo
from security.models import AuditEntry
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db

FORM = {"name": "robot", "scopes": ["read", "trade"], "addresses": "203.0.113.0/24\n198.51.100.7", "expires": ""}


@pytest.fixture
def stale(client: Client, owner) -> Client:
    """The owner, logged in longer ago than a proof lasts."""
    with time_machine.travel(timezone.now() - sudo.LASTS - timedelta(seconds=1), tick=False):
        client.force_login(owner)
    return client


def hidden(response) -> list[tuple[str, str]]:
    form = response.content.decode().partition('action="/sudo/"')[2]
    return re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form)


def fields_of(response, **more: str) -> dict[str, list[str] | str]:
    """What a browser would send from that page."""
    found: dict[str, list[str] | str] = {}
    for name, value in hidden(response):
        found[name] = [*found.get(name, []), value]
    return found | more


def test_a_login_is_a_fresh_proof(client, owner):
    client.force_login(owner)
    assert client.post("/keys/", FORM).status_code == 200
    assert ApiKey.objects.get().name == "robot"


def test_ten_minutes_later_nothing_is_done_before_the_password(stale):
    response = stale.post("/keys/", FORM)
    assert (response.status_code, response.templates[0].name) == (403, "security/sudo.html")
    assert not ApiKey.objects.exists()


def test_looking_never_asks(stale):
    assert stale.get("/keys/").status_code == 200


def test_the_password_leads_on_to_what_was_asked(stale):
    response = stale.post("/sudo/", fields_of(stale.post("/keys/?a=b", FORM), sudo_password=PASSWORD))
    assert (response.status_code, response["Location"]) == (307, "/keys/?a=b")


def test_what_was_filled_in_arrives_whole(stale):
    sent = fields_of(stale.post("/keys/", FORM), sudo_password=PASSWORD)
    stale.post("/sudo/", sent)
    assert stale.post("/keys/", sent).status_code == 200  # as 307 makes the browser do
    key = ApiKey.objects.get()
    assert (key.name, key.scopes, len(key.addresses)) == ("robot", "read,trade", 2)


def test_a_proof_lasts_ten_minutes(client, owner):
    client.force_login(owner)
    for minutes, answer in ((9, 200), (11, 403)):
        with time_machine.travel(timezone.now() + timedelta(minutes=minutes), tick=False):
            assert client.post("/keys/", FORM | {"name": f"after {minutes}"}).status_code == answer


def test_a_clock_set_back_is_no_proof(client, owner):
    client.force_login(owner)
    with time_machine.travel(timezone.now() - timedelta(minutes=1), tick=False):
        assert client.post("/keys/", FORM).status_code == 403


def test_the_proof_is_this_sessions_alone(stale, owner):
    elsewhere = Client()
    elsewhere.force_login(owner)
    assert stale.post("/keys/", FORM).status_code == 403


def test_the_proof_ends_with_the_session(client, owner):
    client.force_login(owner)
    client.post("/logout/")
    assert sudo.STAMP not in client.session


def prove(client: Client, password: str = PASSWORD, **more: str):
    return client.post("/sudo/", fields_of(client.post("/keys/", FORM), sudo_password=password) | more)


def test_a_proof_gives_the_session_a_new_key_and_keeps_the_form_good(stale):
    before, token = stale.cookies["sessionid"].value, stale.get("/keys/").context["csrf_token"]
    prove(stale)
    assert stale.cookies["sessionid"].value != before
    assert (Session.objects.count(), stale.get(f"/keys/?{token}").status_code) == (1, 200)
    assert Client(headers={"cookie": f"sessionid={before}"}).get("/keys/").status_code == 302


def test_with_csrf_checks_the_whole_way_works(stale):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = stale.cookies
    token = str(strict.get("/keys/").context["csrf_token"])
    sent = fields_of(strict.post("/keys/", FORM | {"csrfmiddlewaretoken": token}), sudo_password=PASSWORD)
    assert strict.post("/sudo/", sent).status_code == 307
    assert strict.post("/keys/", sent).status_code == 200


def test_without_its_token_the_password_is_not_looked_at(stale):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = stale.cookies
    assert strict.post("/sudo/", {"sudo_password": PASSWORD}).status_code == 403


def test_a_wrong_password_keeps_what_was_filled_in(stale):
    asked = stale.post("/keys/", FORM)
    again = stale.post("/sudo/", fields_of(asked, sudo_password="wrong wrong wrong"))
    assert WRONG in again.content.decode()
    assert [pair for pair in hidden(again) if pair[0] != "csrfmiddlewaretoken"] == [
        pair for pair in hidden(asked) if pair[0] != "csrfmiddlewaretoken"
    ]


def test_the_password_is_never_shown_again(stale):
    assert "wrong wrong wrong" not in prove(stale, "wrong wrong wrong").content.decode()


def test_too_many_wrong_ones_have_to_wait(stale):
    with time_machine.travel(timezone.now(), tick=False):
        assert [prove(stale, "wrong wrong wrong").status_code for _ in range(4)] == [403, 403, 403, 429]
        assert prove(stale).status_code == 429


def test_ten_wrong_ones_end_the_session(stale, settings):
    settings.RATE_LIMITS = "off"
    now = timezone.now()
    for number in range(MISTAKES):
        with time_machine.travel(now + timedelta(minutes=5 * number), tick=False):
            response = prove(stale, "wrong wrong wrong")
    assert response["Location"] == "/login/?ended=1"
    assert Session.objects.get().why == Why.GUESSED
    assert stale.get("/keys/").status_code == 302


def test_a_right_password_forgets_the_wrong_ones_before(stale):
    prove(stale, "wrong wrong wrong")
    prove(stale)
    assert "mistakes" not in stale.session


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "/keys/", ""])
def test_it_goes_on_to_no_address_that_was_not_asked_for(stale, target):
    assert prove(stale, sudo_next=target).status_code == 400


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_it_goes_on_to_no_other_site_though_it_were_signed(stale, target):
    signed = signing.dumps({"to": target, "again": True}, salt=sudo.SALT)
    assert prove(stale, sudo_next=signed).status_code == 400


@pytest.mark.parametrize("headers", [{"HX-Request": "true"}, {"Accept": "application/json"}])
def test_a_script_is_told_in_a_sentence(stale, headers):
    response = stale.post("/keys/", FORM, headers=headers)
    assert response.status_code == 403
    assert sudo.SENTENCE in response.content.decode()
    assert PASSWORD_FIELD not in response.content.decode()


PASSWORD_FIELD = 'name="sudo_password"'


def test_what_was_proven_never_reaches_the_page_behind(stale, rf):
    request = rf.post("/keys/", {"name": "robot", "sudo_password": PASSWORD, "sudo_next": "x"})
    request.session = stale.session
    sudo.stamp(request)
    assert sudo.demand(request) is None
    assert dict(request.POST) == {"name": ["robot"]}


UNREPEATABLE: list[dict[str, object]] = [
    {"file": SimpleUploadedFile("a.csv", b"1")},
    {"name": "x" * 70_000},
    {f"field{number}": "" for number in range(600)},
]


@pytest.mark.parametrize("sent", UNREPEATABLE)
def test_what_cannot_be_sent_again_comes_back_to_its_page(stale, sent):
    page = stale.post("/keys/", sent)
    assert [name for name, _ in hidden(page)] == ["csrfmiddlewaretoken", "sudo_next"]
    response = stale.post("/sudo/", fields_of(page, sudo_password=PASSWORD))
    assert (response.status_code, response["Location"]) == (302, "/keys/")


def test_the_admin_asks_as_well(stale):
    row = Session.objects.get()
    response = stale.post("/admin/accounts/session/", {"action": "end", "_selected_action": [row.pk]})
    assert (response.status_code, response.templates[0].name) == (403, "security/sudo.html")
    assert Session.objects.get().ended is None


def test_leaving_the_admin_asks_nothing(stale):
    assert stale.post("/admin/logout/")["Location"] == "/logout/"


def test_a_stranger_is_asked_to_log_in_first(client, owner):
    assert client.post("/sudo/", {})["Location"] == "/login/"


def test_a_proof_is_written_down(stale):
    prove(stale, "wrong wrong wrong")
    prove(stale)
    rows = AuditEntry.objects.filter(act="accounts:sudo:confirm").order_by("seq")
    assert [(row.actor, row.outcome) for row in rows] == [("owner", "refused"), ("owner", "done")]
    assert rows[1].credential != f"session {Session.objects.get().digest[:16]}"
    assert Session.objects.get().digest[:16] in rows[1].after


def test_an_answer_under_way_does_not_take_the_new_key_away(stale):
    old = stale.cookies["sessionid"].value
    prove(stale)
    late = Client(headers={"cookie": f"sessionid={old}"}).get("/keys/")
    assert "sessionid" not in late.cookies
