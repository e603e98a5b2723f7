"""Secrets that reach a trail are masked, and what is no secret stays readable."""

import pytest

from security.redaction import MASK, clean, plain

KEY = "oa_live_0123456789_" + "s" * 49
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
FERNET = "gAAAAABm" + "x" * 80


@pytest.mark.parametrize("secret", ["s" * 49, JWT, FERNET, "c2VjcmV0", "hunter22"])
@pytest.mark.parametrize("form", ["{}", "key {} sent", '{{"apikey": "{}"}}'])
def test_a_secret_in_a_text_is_masked(secret, form):
    spelled = {"s" * 49: KEY, "c2VjcmV0": "Authorization: Bearer c2VjcmV0", "hunter22": "password=hunter22&x=1"}
    assert secret not in clean(form.format(spelled.get(secret, secret)), most=400)


def test_a_keys_id_stays_readable():
    assert clean(f"used {KEY} twice", most=200) == f"used oa_live_0123456789_{MASK} twice"


@pytest.mark.parametrize("text", ["oa_test_short", "oa_live_" + "a" * 200, KEY[:30]])
def test_a_piece_of_a_key_is_masked_too(text):
    assert clean(text, most=300).endswith(MASK)


@pytest.mark.parametrize("name", ["password", "new_password", "Secret", "api_key", "apikey", "tokens", "session_cookie"])
def test_a_field_that_names_a_secret_is_masked(name):
    assert plain({"outer": [{name: "plain text"}]}) == {"outer": [{name: MASK}]}


@pytest.mark.parametrize("fields", [{"bad_keys": 10}, {"guess_limit": 3.5}, {"password": True}, {"token": ""}])
def test_what_is_no_secret_stays(fields):
    assert plain(fields) == fields


def test_a_set_is_told_in_one_order():
    assert plain({"c", "a", "b"}) == ["a", "b", "c"]


def test_a_secret_cut_by_the_columns_end_is_masked_first():
    assert "sss" not in clean("x" * 150 + " " + KEY, most=200)
