"""Keys in the Django admin: looked at and revoked, without a secret in any column."""

import pytest
from django.contrib.admin import site
from django.urls import reverse

from apiauth.models import ApiKey
from tests.apiauth.checking import row

LIST = "admin:apiauth_apikey_changelist"


@pytest.fixture
def browser(client, owner):
    client.force_login(owner)
    return client


def test_the_list_and_a_row_show_no_tag_or_digest(browser, api_key):
    key = row(api_key)
    pages = [browser.get(reverse(LIST)), browser.get(reverse("admin:apiauth_apikey_change", args=[key.pk]))]
    text = "".join(page.content.decode() for page in pages)
    assert key.kid in text
    assert [secret for secret in (key.digest, bytes(key.tag).hex(), "argon2") if secret in text] == []


def test_the_action_revokes(browser, api_key):
    browser.post(reverse(LIST), {"action": "revoke", "_selected_action": [row(api_key).pk]})
    assert row(api_key).revoked


def test_nothing_is_added_changed_or_deleted_there(rf, owner, api_key):
    request = rf.get("/")
    request.user = owner
    admin = site.get_model_admin(ApiKey)
    may = (admin.has_add_permission, admin.has_change_permission, admin.has_delete_permission)
    assert [allowed(request) for allowed in may] == [False] * 3


def test_an_operator_has_no_business_there(client, owner, api_key):
    owner.role = "operator"
    owner.save()
    client.force_login(owner)
    assert client.get(reverse(LIST)).status_code == 403
