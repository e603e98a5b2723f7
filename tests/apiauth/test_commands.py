"""Keys from the command line."""

import io
import json
from datetime import timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from apiauth import keys, tokens
from apiauth.models import ApiKey
from security import durations
from tests.apiauth.checking import kind, learn, row


def run(*words: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command(*words, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_the_new_key_stands_alone_on_standard_output(owner):
    out, err = run("issue_api_key", "OWNER", "--name", "t")
    assert kind(out.strip()) is None
    assert out == out.strip() + "\n"
    assert out.strip() not in err


def test_every_choice_reaches_the_key(owner):
    words = ["--scopes", "read, stream", "--expires", "7", "--test", "--addresses", "203.0.113.0/24,198.51.100.1"]
    key = row(run("issue_api_key", "owner", "--name", "t", *words)[0].strip())
    assert (key.scopes, key.test, key.addresses) == ("read,stream", True, ["203.0.113.0/24", "198.51.100.1/32"])
    assert key.expires


def test_a_canary_is_told_from_a_key_that_opens(owner):
    key, canary = (run("issue_api_key", "owner", "--name", "t", *words)[1] for words in ((), ("--canary",)))
    assert ("opens nothing and alarms" in key, "opens nothing and alarms" in canary) == (False, True)


def test_without_scopes_a_key_reads_trades_and_streams(owner):
    assert row(run("issue_api_key", "owner", "--name", "t")[0].strip()).scopes == "read,stream,trade"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["nobody", "--name", "t"], "There is no user named nobody."),
        (["owner", "--name", ""], "name of 1 to 64"),
        (["owner", "--name", "t", "--scopes", "read,root"], "'root' is no scope"),
        (["owner", "--name", "t", "--expires", "0"], "1 to 3650 days"),
        (["owner", "--name", "t", "--expires", "soon"], "invalid int"),
        (["owner", "--name", "t", "--addresses", "home"], "'home' is no address"),
        (["owner"], "--name"),
    ],
)
def test_a_wrong_word_is_answered_with_a_sentence(owner, words, sentence):
    with pytest.raises(CommandError, match=sentence):
        run("issue_api_key", *words)
    assert not ApiKey.objects.exists()


def test_a_key_that_trades_is_refused_to_an_operator_with_a_sentence(owner):
    type(owner).objects.update(role="operator")
    with pytest.raises(CommandError, match="does not trade: leave out the scope 'trade'"):
        run("issue_api_key", "owner", "--name", "t")


def test_rotating_prints_the_successor_alone(api_key):
    out, _ = run("rotate_api_key", row(api_key).kid, "--overlap", "1h")
    learn(None)
    assert (kind(out.strip()), kind(api_key)) == (None, None)


def test_an_unknown_overlap_is_answered_with_plain_words(api_key):
    with pytest.raises(CommandError, match=r"invalid choice: 'soon' \(choose from '?now'?, '?1h'?, '?24h'?, '?7d'?\)"):
        run("rotate_api_key", row(api_key).kid, "--overlap", "soon")


def test_rotating_ends_the_old_key_at_once_unless_told_otherwise(api_key):
    run("rotate_api_key", row(api_key).kid)
    assert kind(api_key) is keys.Kind.ROTATED


@pytest.mark.parametrize(("overlap", "hours"), [("1h", 1), ("24h", 24), ("7d", 168)])
def test_rotating_says_until_when_the_old_key_works(api_key, overlap, hours):
    with time_machine.travel(timezone.now(), tick=False):
        told = run("rotate_api_key", row(api_key).kid, "--overlap", overlap)[1]
        assert told.endswith(f" The old key works {durations.until(timezone.now() + timedelta(hours=hours))}.\n")


def test_rotating_says_when_the_old_key_expires_within_the_overlap(owner):
    old = row(run("issue_api_key", "owner", "--name", "t", "--expires", "2")[0].strip())
    assert durations.until(old.expires) in run("rotate_api_key", old.kid, "--overlap", "7d")[1]


def test_rotating_at_once_says_that_the_old_key_no_longer_works(api_key):
    assert "The old key no longer works." in run("rotate_api_key", row(api_key).kid)[1]


def test_revoking_says_what_it_did(api_key):
    assert row(api_key).kid in run("revoke_api_key", row(api_key).kid)[0]
    assert kind(api_key) is keys.Kind.REVOKED


@pytest.mark.parametrize("command", ["rotate_api_key", "revoke_api_key"])
def test_an_unknown_id_is_an_error(db, command):
    with pytest.raises(CommandError, match="no API key 'nobody'"):
        run(command, "nobody")


def test_the_list_holds_facts_and_no_secret(api_key):
    out, _ = run("list_api_keys", "--json")
    (facts,) = json.loads(out)
    assert (facts["kid"], facts["user"], facts["state"], facts["uses"]) == (row(api_key).kid, "owner", "active", 0)
    token = tokens.read(api_key)
    assert token
    assert token.secret not in out
    assert row(api_key).digest not in out


def test_the_list_reads_as_lines_too(api_key):
    assert f"{row(api_key).kid}  active" in run("list_api_keys")[0]


@pytest.mark.parametrize("words", [("issue_api_key", "owner", "--name", "t"), ("list_api_keys",), ("revoke_api_key", "x")])
def test_a_database_that_is_not_set_up_is_named(owner, words):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE apiauth_apikey RENAME TO elsewhere")  # undone with the test's transaction
    with pytest.raises(CommandError, match="migrate"):
        run(*words)
