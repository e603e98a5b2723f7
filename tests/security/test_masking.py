"""The masking of whole texts: whatever stands around a secret it goes, and a text without one stays as it is, to the byte."""

import re
import time
import uuid

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from apiauth import tokens
from security import redaction
from security.redaction import MASK, hide, mask

SECRET = "Zq7" + "s" * 46
KEY = f"oa_live_0123456789_{SECRET}"

MASKED = {
    KEY: f"oa_live_0123456789_{MASK}",
    KEY.upper(): f"OA_LIVE_0123456789_{MASK}",
    KEY.replace("_", "%5F"): f"oa%5Flive%5F0123456789%5F{MASK}",
    KEY.replace("_", "%255f"): f"oa%255flive%255f0123456789%255f{MASK}",
    KEY.replace("_", r"\u005f"): rf"oa\u005flive\u005f0123456789\u005f{MASK}",
    f"GET /x?apikey={KEY}&symbol=INFY HTTP/1.1": f"GET /x?apikey={MASK}&symbol=INFY HTTP/1.1",
    "next=/x%3Ftoken%3Dabc": f"next=/x%3Ftoken%3D{MASK}",
    "password=hunter22, user=bob": f"password={MASK}, user=bob",
    "new_password: hunter22": f"new_password: {MASK}",
    "X-Api-Key: hunter22": f"X-Api-Key: {MASK}",
    "login(password=Sealed(hunter 22), n=1)": f"login(password={MASK}), n=1)",
    '{"apikey":"hunter22","symbol":"INFY"}': f'{{"apikey":"{MASK}","symbol":"INFY"}}',
    r'"{\"secret\": \"a\\\"hunter22\", \"n\": 1}"': rf'"{{\"secret\": \"{MASK}\", \"n\": 1}}"',
    "{'apikey': 'it\\'s hunter22', 'n': 1}": f"{{'apikey': '{MASK}', 'n': 1}}",
    "{'password': b'hunter22', 'n': 1}": f"{{'password': b'{MASK}', 'n': 1}}",
    "<QueryDict: {'token': ['a', 'hunter22'], 'n': ['1']}>": f"<QueryDict: {{'token': {MASK}, 'n': ['1']}}>",
    "[(b'cookie', b'sessionid=a; b=hunter22'), (b'n', b'1')]": f"[(b'cookie', b'{MASK}'), (b'n', b'1')]",
    "Cookie: n=1; sessionid=hunter22\nHost: x": f"Cookie: {MASK}\nHost: x",
    "set-cookie: sessionid=hunter22; Path=/": f"set-cookie: {MASK}",
    "Authorization: Digest a, b=hunter22": f"Authorization: {MASK}",
    "sent Bearer hunter22.": f"sent Bearer {MASK}",
    "sent basic aHVudGVyMjI=": f"sent basic {MASK}",
    "xgAAAAABm" + "y" * 60 + "==": f"x{MASK}",
    "v1:k2:gAAAAABm" + "y" * 60 + "==": f"v1:k2:{MASK}",
    "xeyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl.": f"x{MASK}.",
    "to postgres://user:p@hunter22@db:5432/x": f"to postgres://user:{MASK}@db:5432/x",
    "to redis://:hunter22@cache/1": f"to redis://:{MASK}@cache/1",
    "at /setup/Zq7-hunter22hunter22 now": f"at /setup/{MASK} now",
    "SECRET_KEY = hunter22": f"SECRET_KEY = {MASK}",
}
UNTOUCHED = [
    "2026-03-02 12:00:00,123 INFO security.incidents: incident 0123456789ab: GET '/api/v1/ping' answered 404",
    "198.51.100.7, [2001:db8::1]:443, 203.0.113.0/24 and ::ffff:192.0.2.1 until 2026-03-02T12:00:00.123456+00:00",
    str(uuid.uuid4()), "0190a1b2-3c4d-7e5f-8a9b-0c1d2e3f4a5b", "a1" * 32, "sha256:" + "0f" * 32, "k1",
    "key 0123456789 (my bot)", "oa_live_0123456789", "oa_live_…", "OpenAlgo listens on http://localhost:5000",
    "http://localhost:5000/a/b?mail=a@b", "mail to owner@example.com: 3 tries", "an API key of ours, which is revoked",
    "Forbidden (CSRF token missing.): /login/", "POST /setup/<str:token> answered 410", "password=None, token: null",
    "  File \"/srv/openalgo/accounts/setup.py\", line 27, in link", "wrong passwords: ", '{"secret": ""}', "if token:",
]  # fmt: skip


@pytest.fixture(autouse=True)
def _nothing_else_hidden(monkeypatch):
    monkeypatch.setattr(redaction, "_verbatim", set())


@pytest.mark.parametrize("text", MASKED)
def test_a_secret_goes_and_what_stands_around_it_stays(text):
    assert mask(text) == MASKED[text]


@pytest.mark.parametrize("text", [*MASKED.values()])
def test_what_is_masked_is_not_masked_again(text):
    assert mask(text) == text


@pytest.mark.parametrize("text", UNTOUCHED)
def test_a_text_without_secrets_stays_as_it_is(text):
    assert mask(text) == text


NAMES = (
    "password", "passwd", "passphrase", "secret", "token", "access_token", "accessToken", "tokens", "csrfmiddlewaretoken",
    "password2", "password_repeat", "apikey", "api_key", "api-key", "X-API-KEY", "api_keys", "authorization",
    "HTTP_AUTHORIZATION", "cookie", "Set-Cookie", "sessionid", "__Host-sessionid", "session_id", "KEY_PEPPERS", "private_key",
    "ENCRYPTION_KEYS", "ENCRYPTION_SALT", "AUDIT_KEYS", "seed",
)  # fmt: skip
FORMS = ("{}={}", "{}: {}", '"{}": "{}"', "'{}': '{}'", "('{}', '{}')", '["{}", "{}"]', "{}='{}'", "{}%3D{}", "b'{}': b'{}'")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", NAMES)
def test_every_name_of_a_secret_is_known_in_every_form(name, form):
    assert mask(form.format(name, "hunter22")) == form.format(name, MASK)


AROUND = st.text(max_size=60) | st.from_regex(re.compile(r"""[oa_livetsOA0-9"'\\=:;& %5Fpaswordtken\[\]({]*"""), fullmatch=True)


@given(AROUND, AROUND)
@example("oa_test_0123456789_", "_more")
@example("oa_live_", "")
@example("oa_live_01234567", "")
@example("token='", "'")
@example("https://user:", "@host")
def test_a_key_never_survives_whatever_stands_around_it(before, after):
    token = tokens.new(test=len(before) % 2 == 0)
    assert token.secret not in mask(before + token.reveal() + after)


@given(st.text(st.characters(codec="utf-8", exclude_characters="\n"), min_size=1))
def test_a_quoted_value_never_survives_whatever_is_in_it(value):
    assert "Zq7" not in mask(f"{{'password': {'Zq7' + value + 'Zq7'!r}}}")


def test_secrets_of_this_process_are_masked_wherever_they_stand():
    hide(["0123456789abcdef", "too short"])
    assert mask("x0123456789abcdefx, too short") == f"x{MASK}x, too short"


HEAVY = (
    "oa_live_", "oa_live_x%25", "token ", "token_", "token='", "token\\", '\\"', "cookie:\n", "('token', '", "(b'a", "eyJ",
    "eyJ.", "eyJaaaaaaaaaaa.", "gAAAAA", "://:", "://a:", "/setup/", "bearer\t+%20", "token=a(", "passwordpassword-",
    "token='\\", " ",
)  # fmt: skip


@pytest.mark.parametrize("piece", HEAVY)
def test_a_line_of_a_mebibyte_is_masked_in_time_that_grows_with_its_length(piece):
    def seconds(size: int) -> float:
        text = "token='" + piece * (size // len(piece))
        began = time.process_time()
        mask(text)
        return time.process_time() - began

    assert seconds(2**20) < 5.0  # some 0.3 s; in squared time it would be minutes
