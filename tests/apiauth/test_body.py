"""What counts as a JSON object, and what is refused."""

import json

import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from apiauth import body
from apiauth.errors import ApiError, BadRequest

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**18), 10**18) | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
    max_leaves=8,
)  # fmt: skip


def nested(levels: int) -> bytes:
    return b'{"a":' + b"[" * (levels - 1) + b"]" * (levels - 1) + b"}"


@given(st.dictionaries(TEXTS, VALUES), st.booleans())
def test_every_json_object_is_read_as_the_library_reads_it(value, ascii_only):
    raw = json.dumps(value, ensure_ascii=ascii_only).encode()
    assert body.load(raw) == value


@pytest.mark.parametrize(
    "raw",
    [
        b"", b" ", b"{", b"[]", b"1", b"null", b'"text"', b'{"a":1}x', b"{'a':1}", b"\xff\xfe", b'{"a":"\xff"}',
        b'\xef\xbb\xbf{"a":1}', '{"a":1}'.encode("utf-16"), b'{"a":"\xed\xa0\x80"}', b'{"a":NaN}', b'{"a":Infinity}',
        b'{"a":-Infinity}', b'{"a":1e999}', b'{"a":1,"a":2}', b'{"b":{"a":1,"a":1}}', b'{"a":"\\ud800"}', b'{"\\udc00":1}',
        b'{"a":["\\u0000"]}', b'{"a":"\x01"}', b'{"a":' + b"9" * 5000 + b"}", nested(33), b"[" * 100_000,
        b'{"a":' * 100_000, b'{"a":"' + b'\\"' * 400_000,
    ],
)  # fmt: skip
def test_it_refuses(raw):
    with pytest.raises(BadRequest):
        body.load(raw)


def test_32_levels_pass():
    assert body.load(nested(32))


def test_brackets_inside_texts_do_not_count():
    text = "[" * 100 + '\\"{' * 100
    assert body.load(json.dumps({"a": text}).encode()) == {"a": text}


def test_many_shallow_brackets_pass():
    assert body.load(json.dumps({"a": [[] for _ in range(100)]}).encode())


def test_a_pair_of_surrogates_is_a_letter():
    assert body.load(b'{"a":"\\ud83d\\ude00"}') == {"a": "\U0001f600"}


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8", "Application/JSON;charset=UTF-8"])
def test_json_with_a_charset_is_json(kind):
    request = RequestFactory().post("/", data=b'{"a":1}', content_type=kind)
    assert body.parse(request) == {"a": 1}


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16"])
def test_another_content_type_is_refused(kind):
    request = RequestFactory().post("/", data=b'{"a":1}', content_type=kind)
    with pytest.raises(BadRequest, match="application/json"):
        body.parse(request)


def test_a_get_needs_no_body():
    assert body.parse(RequestFactory().get("/")) == {}


def test_a_body_beyond_the_limit_is_413(settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    request = RequestFactory().post("/", data=b'{"a": "0123456789"}', content_type="application/json")
    with pytest.raises(ApiError) as refused:
        body.parse(request)
    assert refused.value.status == 413


def test_a_body_that_was_read_before_is_400():
    request = RequestFactory().post("/", data=b'{"a":1}', content_type="application/json")
    request.read(3)
    with pytest.raises(BadRequest, match="could not be read"):
        body.parse(request)


@pytest.mark.parametrize("part", [b"[],", b"{},", b"0,"])
def test_what_would_take_long_to_read_is_not_read(monkeypatch, part):
    monkeypatch.setattr("json.loads", lambda *_args, **_kwargs: pytest.fail("read"))
    with pytest.raises(BadRequest, match="parts"):
        body.load(b'{"a":[' + part * 10_000 + b"0]}")


def test_a_thousand_small_objects_are_read():
    wanted = {"symbols": [{"symbol": "INFY", "exchange": "NSE"}] * 1000}
    assert body.load(json.dumps(wanted).encode()) == wanted
