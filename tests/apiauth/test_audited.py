"""What is done to a key is written down with it, by whom and from where, and never its secret."""

import json

import pytest
from django.db import Error, connection
from django.urls import reverse

from apiauth import keys
from apiauth.keys import Overlap
from apiauth.models import ApiKey
from security.actors import COMMAND_LINE, Actor
from security.models import AuditEntry
from tests.apiauth.checking import row

TRADER = Actor("trader", id="7", address="203.0.113.9")


def newest() -> AuditEntry:
    return AuditEntry.objects.order_by("-seq")[0]


def test_an_issue_tells_whose_key_and_what_it_may(owner):
    key = keys.issue(owner, by=TRADER, name="bot", test=True).key
    entry, told = newest(), json.loads(newest().after)
    assert (entry.act, entry.actor, entry.address, entry.about) == ("keys:key:issue", "trader", "203.0.113.9", key.kid)
    assert (told["user"], told["scopes"], told["test"]) == ("owner", "read,stream,trade", True)


def test_a_rotation_names_the_successor(api_key):
    new = keys.rotate(row(api_key).kid, overlap=Overlap.DAY, by=TRADER).key
    assert newest().act == "keys:key:rotate"
    assert json.loads(newest().after)["successor"] == new.kid


def test_a_second_revocation_changes_nothing_and_tells_nothing(api_key):
    keys.revoke(row(api_key).kid, by=TRADER)
    keys.revoke(row(api_key).kid, by=TRADER)
    assert AuditEntry.objects.filter(act="keys:key:revoke", about=row(api_key).kid).count() == 1


def test_a_key_that_goes_with_its_user_is_told_of(owner, api_key):
    kid = row(api_key).kid
    owner.delete()
    assert (newest().act, newest().about) == ("keys:key:delete", kid)


def test_the_page_and_the_admin_name_the_visitor(client, owner, api_key):
    client.force_login(owner)
    client.post(reverse("revoke_api_key", args=[row(api_key).kid]))
    other = keys.issue(owner, by=COMMAND_LINE, name="other").key
    client.post(reverse("admin:apiauth_apikey_changelist"), {"action": "revoke", "_selected_action": [other.pk]})
    told = AuditEntry.objects.filter(act="keys:key:revoke").values_list("actor", "address")
    assert list(told) == [("owner", "127.0.0.1")] * 2


@pytest.mark.parametrize("verb", [keys.revoke, lambda kid, by: keys.rotate(kid, overlap=Overlap.NOW, by=by)])
def test_what_cannot_be_told_of_a_key_is_not_done_to_it(api_key, verb):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE security_auditentry RENAME TO away")
    with pytest.raises(Error):
        verb(row(api_key).kid, by=TRADER)
    assert ApiKey.objects.get().standing.opens
    assert ApiKey.objects.get().version == 1


def test_the_secret_is_nowhere_in_the_chain(owner):
    issued = keys.issue(owner, by=TRADER, name="bot")
    keys.rotate(issued.key.kid, overlap=Overlap.DAY, by=TRADER)
    secret = issued.token.split("_")[3]
    assert not [entry for entry in AuditEntry.objects.all() if secret in str(vars(entry))]
