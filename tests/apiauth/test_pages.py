"""The keys page: own keys only, a token shown once, no script needed."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, User
from apiauth import keys
from apiauth.models import ApiKey
from security.actors import COMMAND_LINE
from tests.apiauth.checking import row

PAGE = "/keys/"
FORM = {"name": "my bot", "scopes": ["read", "trade"]}


@pytest.fixture
def browser(client, owner):
    client.force_login(owner)
    return client


@pytest.fixture
def foreign(db) -> ApiKey:
    other = User(username="second", role=Role.TRADER)
    other.set_unusable_password()
    other.save()
    return keys.issue(other, by=COMMAND_LINE, name="not yours").key


def test_it_asks_for_a_login(client, db):
    answer = client.get(PAGE)
    assert answer.status_code == 302
    assert answer.url.startswith("/login/")


def test_it_shows_what_a_key_is_and_when_it_was_used(browser, api_key):
    ApiKey.objects.update(last_used="2026-11-23T10:00:00Z", last_address="203.0.113.9", uses=7)
    page = browser.get(PAGE).content.decode()
    shown = (row(api_key).kid, "test program", "203.0.113.9", "23 Nov 2026")
    assert [word for word in shown if word not in page] == []


def test_a_created_key_is_shown_on_the_answer_and_opens(browser, owner):
    issued = browser.post(PAGE, FORM).context["issued"]
    assert (issued.key.user_id, issued.key.scopes) == (owner.pk, "read,trade")
    assert row(issued.token).name == "my bot"


def test_a_created_key_is_shown_once_and_stored_by_nobody(browser):
    answer = browser.post(PAGE, FORM)
    token = answer.context["issued"].token
    assert token in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    assert token not in browser.get(PAGE).content.decode()
    assert token not in str(dict(browser.session))


def test_expiry_addresses_and_kind_are_kept(browser):
    more = {"expires": "30", "addresses": "203.0.113.0/24\n2001:db8::1, 198.51.100.7", "test": "on"}
    key = browser.post(PAGE, FORM | more).context["issued"].key
    assert (key.expires - key.created).days in (29, 30)
    assert (key.addresses, key.test) == (["203.0.113.0/24", "2001:db8::1/128", "198.51.100.7/32"], True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "x" * 65},
        {"scopes": []},
        {"scopes": ["root"]},
        {"expires": "0"},
        {"expires": "x"},
        {"addresses": "home"},
    ],
)
def test_a_wrong_form_creates_nothing_and_says_why(browser, wrong):
    answer = browser.post(PAGE, FORM | wrong)
    assert answer.status_code == 400
    assert "errorlist" in answer.content.decode()
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "\x07", "A key needs a name of 1 to 64 printable characters."),
        ("scopes", [], "Choose at least one scope."),
        ("expires", "0", "Between 1 and 3650 days, or empty."),
        ("expires", "3651", "Between 1 and 3650 days, or empty."),
        ("expires", "soon", "Between 1 and 3650 days, or empty."),
        ("addresses", "home", "&#x27;home&#x27; is no address and no network such as 203.0.113.0/24."),
    ],
)
def test_what_is_wrong_stands_beside_its_field(browser, field, value, sentence):
    form = browser.post(PAGE, FORM | {field: value}).context["form"]
    assert [*form.errors] == [field]
    assert sentence in str(form[field].errors)


def test_all_that_is_wrong_is_said_at_once(browser):
    form = browser.post(PAGE, {"name": "", "addresses": "home", "expires": "0"}).context["form"]
    assert {*form.errors} == {"name", "scopes", "expires", "addresses"}


def test_a_reload_of_the_answer_makes_no_second_key(browser):
    browser.post(PAGE, FORM)
    again = browser.post(PAGE, FORM)
    assert "You have a key of this name" in str(again.context["form"]["name"].errors)
    assert ApiKey.objects.count() == 1


def test_the_name_of_an_ended_key_and_of_somebody_elses_is_free(browser, api_key, foreign):
    keys.revoke(row(api_key).kid, by=COMMAND_LINE)
    for name in ("test program", "not yours"):
        assert browser.post(PAGE, FORM | {"name": name}).context["issued"]


def test_a_name_is_text_and_no_markup(browser):
    page = browser.post(PAGE, FORM | {"name": "<script>x</script>"}).content.decode()
    assert "<script>x" not in page


def test_a_trader_cannot_choose_the_scope_bans(client, foreign):
    client.force_login(foreign.user)
    assert 'value="bans"' not in client.get(PAGE).content.decode()
    assert client.post(PAGE, FORM | {"scopes": ["bans"]}).status_code == 400


def test_an_operator_cannot_choose_the_scope_trade(client, foreign):
    User.objects.filter(pk=foreign.user_id).update(role=Role.OPERATOR)
    client.force_login(foreign.user)
    page = client.get(PAGE)
    assert ('value="trade"' in page.content.decode(), page.context["form"]["scopes"].initial) == (False, ["read", "stream"])
    assert client.post(PAGE, FORM).status_code == 400


def test_rotating_shows_the_old_keys_last_use_and_then_the_new_key(browser, api_key):
    url = reverse("rotate_api_key", args=[row(api_key).kid])
    assert "never used" in browser.get(url).content.decode()
    issued = browser.post(url, {"overlap": "24h"}).context["issued"]
    assert row(api_key).successor == issued.key


@pytest.mark.parametrize(("hours", "overlap"), [(None, "now"), (25, "now"), (23, "24h")])
def test_a_key_in_use_is_offered_a_day_of_overlap(browser, api_key, hours, overlap):
    ApiKey.objects.update(last_used=timezone.now() - timedelta(hours=hours) if hours else None)
    page = browser.get(reverse("rotate_api_key", args=[row(api_key).kid])).content.decode()
    assert f'<option value="{overlap}" selected>' in page


def test_an_unknown_overlap_rotates_nothing(browser, api_key):
    assert browser.post(reverse("rotate_api_key", args=[row(api_key).kid]), {"overlap": "1y"}).status_code == 400
    assert row(api_key).successor is None


def test_a_key_that_ended_cannot_be_rotated(browser, api_key):
    keys.revoke(row(api_key).kid, by=COMMAND_LINE)
    answer = browser.post(reverse("rotate_api_key", args=[row(api_key).kid]), {"overlap": "now"})
    assert answer.status_code == 400
    assert "revoked" in answer.content.decode()


def test_ended_keys_are_folded_away_below_the_active_ones(browser, owner, api_key):
    keys.revoke(row(api_key).kid, by=COMMAND_LINE)
    active = keys.issue(owner, by=COMMAND_LINE, name="second").key
    above, _, below = browser.get(PAGE).content.decode().partition('<details class="past">')
    assert (active.kid in above, row(api_key).kid in above) == (True, False)
    assert "Ended keys (1)" in below.partition(row(api_key).kid)[0]


def test_the_page_and_the_admin_call_an_open_key_active(browser, api_key):
    for path in (PAGE, "/admin/apiauth/apikey/"):
        page = browser.get(path).content.decode()
        assert re.search(r">\s*active\s*<", page)
        assert not re.search(r">\s*live\s*<", page)


def test_revoking_asks_first(browser, api_key):
    url = reverse("revoke_api_key", args=[row(api_key).kid])
    assert "cannot be undone" in browser.get(url).content.decode()
    assert row(api_key).revoked is None
    assert browser.post(url).status_code == 302
    assert row(api_key).revoked is not None


def test_other_peoples_keys_do_not_exist(browser, foreign):
    assert foreign.kid not in browser.get(PAGE).content.decode()
    for name in ("rotate_api_key", "revoke_api_key"):
        assert browser.get(reverse(name, args=[foreign.kid])).status_code == 404
        assert browser.post(reverse(name, args=[foreign.kid]), {"overlap": "now"}).status_code == 404
    assert keys.revoke(foreign.kid, by=COMMAND_LINE).version == 2


def test_sending_is_limited_and_looking_is_not(one_minute, browser, api_key):
    url = reverse("rotate_api_key", args=["unknown123"])
    assert {browser.post(url).status_code for _ in range(10)} == {404}
    assert browser.post(url).status_code == 429
    assert browser.get(PAGE).status_code == 200


def test_a_form_from_elsewhere_is_refused(owner):
    from_elsewhere = Client(enforce_csrf_checks=True)
    from_elsewhere.force_login(owner)
    assert from_elsewhere.post(PAGE, FORM).status_code == 403
