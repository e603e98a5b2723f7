"""What opens, what does not, what counts as a guess, and what it costs."""

from datetime import UTC, datetime, timedelta

import pytest
from argon2 import low_level
from django.utils import timezone

from apiauth import fingerprints, keys, registry, tokens
from apiauth.keys import Bad, Kind, Overlap, Verified
from apiauth.models import ApiKey
from apiauth.scopes import DEFAULT, Scope
from security.actors import COMMAND_LINE
from tests.apiauth.checking import check, counts, kind, learn, other_secret, row


@pytest.fixture
def proofs(monkeypatch):
    """Every run of Argon2's verification."""
    seen: list[bytes] = []
    verify = low_level.verify_secret

    def counted(digest: bytes, secret: bytes, kind: low_level.Type) -> bool:
        seen.append(secret)
        return verify(digest, secret, kind)

    monkeypatch.setattr(low_level, "verify_secret", counted)
    return seen


def test_a_new_key_opens_with_the_default_scopes(owner, api_key):
    result = check(api_key)
    assert isinstance(result, Verified)
    assert (result.entry.user_id, result.entry.scopes) == (owner.pk, DEFAULT)


def test_a_guess_never_reaches_argon2(api_key, proofs):
    check("x")
    check(tokens.new().reveal())
    check(other_secret(api_key))
    assert proofs == []


def test_a_revoked_key_never_reaches_argon2(api_key, proofs):
    learn(keys.revoke(row(api_key).kid, by=COMMAND_LINE))
    assert kind(api_key) is Kind.REVOKED
    assert proofs == []


def test_argon2_runs_once_for_a_key(api_key, proofs):
    assert [kind(api_key) for _ in range(3)] == [None, None, None]
    assert len(proofs) == 1


def test_an_unknown_id_and_a_wrong_secret_are_told_alike(api_key):
    assert check(tokens.new().reveal()) == check(other_secret(api_key)) == Bad(Kind.UNKNOWN)


def test_an_unknown_id_costs_the_same_digest_as_a_wrong_secret(api_key, monkeypatch):
    made: list[str] = []
    tag = fingerprints.tag

    def counted(token: tokens.Token, *, pepper: str) -> bytes:
        made.append(pepper)
        return tag(token, pepper=pepper)

    monkeypatch.setattr(fingerprints, "tag", counted)
    check(tokens.new().reveal())
    check(other_secret(api_key))
    assert made == ["k1", "k1"]


def test_a_live_key_dressed_as_a_test_key_does_not_open(api_key):
    mine = tokens.read(api_key)
    assert mine
    assert kind(tokens.Token(kid=mine.kid, secret=mine.secret, test=True).reveal()) is Kind.UNKNOWN


def test_a_tampered_digest_does_not_open(api_key):
    ApiKey.objects.update(digest="$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA")
    assert kind(api_key) is Kind.UNKNOWN


def test_a_missing_pepper_closes_the_key(api_key, settings):
    settings.KEY_PEPPERS = (("k2", bytes(32)),)
    assert kind(api_key) is Kind.UNKNOWN


def test_an_older_pepper_still_opens_its_keys(api_key, settings):
    settings.KEY_PEPPERS = (("k2", bytes(32)), *settings.KEY_PEPPERS)
    assert kind(api_key) is None


@pytest.mark.parametrize("guess", ["x", tokens.new().reveal()])
def test_a_guess_counts(db, guess):
    assert counts(guess)


def test_an_expired_key_is_no_guess(owner, time_machine):
    time_machine.move_to(datetime(2026, 11, 23, 10, tzinfo=UTC), tick=False)
    token = keys.issue(owner, by=COMMAND_LINE, name="short", expires=timezone.now() + timedelta(days=1)).token
    assert kind(token) is None
    time_machine.shift(timedelta(days=1))
    assert check(token) == Bad(Kind.EXPIRED, registry.find(row(token).kid))
    assert not counts(token)


def test_a_key_of_a_disabled_user_is_no_guess(owner, api_key):
    owner.is_active = False
    learn(owner.save())
    assert (kind(api_key), counts(api_key)) == (Kind.DISABLED, False)


def test_an_address_outside_the_list_is_refused_and_counts(owner):
    token = keys.issue(owner, by=COMMAND_LINE, name="office", addresses=["198.51.100.0/24"]).token
    assert (kind(token), counts(token)) == (Kind.ADDRESS, True)


@pytest.mark.parametrize("listed", ["203.0.113.0/24", "203.0.113.9"])
def test_an_address_on_the_list_opens(owner, listed):
    assert kind(keys.issue(owner, by=COMMAND_LINE, name="office", addresses=["2001:db8::/32", listed]).token) is None


def test_a_revoked_key_stops_opening(api_key):
    assert kind(api_key) is None
    learn(keys.revoke(row(api_key).kid, by=COMMAND_LINE))
    assert kind(api_key) is Kind.REVOKED
    assert not counts(api_key)


def test_an_order_learns_of_a_revocation_at_once(api_key):
    assert kind(api_key) is None
    keys.revoke(row(api_key).kid, by=COMMAND_LINE)  # this process has not caught up
    assert kind(api_key) is None
    assert kind(api_key, fresh=True) is Kind.REVOKED


def test_an_order_learns_of_a_disabled_user_at_once(owner, api_key):
    assert kind(api_key) is None
    type(owner).objects.filter(pk=owner.pk).update(is_active=False)
    assert kind(api_key, fresh=True) is Kind.DISABLED


def test_an_order_learns_of_a_deleted_key_at_once(api_key):
    assert kind(api_key) is None
    row(api_key).delete()
    assert kind(api_key, fresh=True) is Kind.REVOKED


def test_a_deleted_key_is_forgotten(api_key):
    assert kind(api_key) is None
    learn(row(api_key).delete())
    assert kind(api_key) is Kind.UNKNOWN


def test_a_rotated_key_ends_now(api_key):
    issued = learn(keys.rotate(row(api_key).kid, overlap=Overlap.NOW, by=COMMAND_LINE))
    assert kind(issued.token) is None
    assert (kind(api_key), counts(api_key)) == (Kind.ROTATED, False)


@pytest.mark.parametrize(("overlap", "hours"), [(Overlap.HOUR, 1), (Overlap.DAY, 24), (Overlap.WEEK, 168)])
def test_a_rotated_key_lives_through_its_overlap(api_key, overlap, hours, time_machine):
    time_machine.move_to(datetime(2026, 11, 23, 10, tzinfo=UTC), tick=False)
    learn(keys.rotate(row(api_key).kid, overlap=overlap, by=COMMAND_LINE))
    time_machine.shift(timedelta(hours=hours, seconds=-1))
    assert kind(api_key) is None
    time_machine.shift(timedelta(seconds=1))
    assert kind(api_key) is Kind.ROTATED


def test_the_scope_bans_is_lost_with_the_role(owner):
    token = keys.issue(owner, by=COMMAND_LINE, name="k", scopes={Scope.BANS, Scope.READ}).token
    owner.role = "trader"
    learn(owner.save())
    result = check(token)
    assert isinstance(result, Verified)
    assert result.entry.scopes == {Scope.READ}


def test_the_scope_trade_is_lost_with_the_role(owner, api_key):
    owner.role = "operator"
    learn(owner.save())
    result = check(api_key)
    assert isinstance(result, Verified)
    assert result.entry.scopes == {Scope.READ, Scope.STREAM}
    assert row(api_key).scope_words == "read, stream"


def test_the_scope_trade_comes_back_with_the_role(owner, api_key):
    for role in ("operator", "trader"):
        owner.role = role
        learn(owner.save())
    result = check(api_key)
    assert isinstance(result, Verified)
    assert result.entry.scopes == DEFAULT
