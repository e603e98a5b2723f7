"""A secret exists once, in its owner's hands: no table, no file and no log holds it."""

import logging

import pytest
from django.db import connection

from apiauth import keys, tokens
from apiauth.models import ApiKey
from security.actors import COMMAND_LINE
from tests.apiauth.checking import kind, row


def everything_stored() -> str:
    """Every value of every table, as text."""
    with connection.cursor() as cursor:
        lines = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 - our own tables
            lines += [repr([bytes(value) if isinstance(value, memoryview) else value for value in line]) for line in cursor]
    return "\n".join(lines)


def secret_of(token: str) -> str:
    read = tokens.read(token)
    assert read
    return read.secret


def test_a_secret_is_in_no_table(api_key):
    successor = keys.rotate(row(api_key).kid, overlap=keys.Overlap.DAY, by=COMMAND_LINE).token
    assert (kind(api_key), kind(successor)) == (None, None)
    stored = everything_stored()
    assert row(api_key).kid in stored
    assert [secret for secret in (secret_of(api_key), secret_of(successor)) if secret in stored] == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.only_on("sqlite")
def test_a_secret_is_in_no_byte_of_the_database_file(owner):
    token = keys.issue(owner, by=COMMAND_LINE, name="t").token
    path = connection.settings_dict["NAME"]
    bytes_of_all = b"".join(each.read_bytes() for each in path.parent.glob(path.name + "*"))
    assert row(token).kid.encode() in bytes_of_all
    assert secret_of(token).encode() not in bytes_of_all


def test_a_secret_is_in_no_log_record(owner, caplog):
    caplog.set_level(logging.DEBUG)
    token = keys.issue(owner, by=COMMAND_LINE, name="t").token
    kind(token)
    keys.revoke(row(token).kid, by=COMMAND_LINE)
    kind(token, fresh=True)
    assert secret_of(token) not in caplog.text


def test_two_keys_share_no_stored_proof(owner):
    one, other = keys.issue(owner, by=COMMAND_LINE, name="a").key, keys.issue(owner, by=COMMAND_LINE, name="b").key
    assert (one.tag, one.digest) != (other.tag, other.digest)
    assert ApiKey.objects.values("digest").distinct().count() == 2
