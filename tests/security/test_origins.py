"""A page of this server is told from all others by the one Origin that its browser names."""

import pytest

from security import origins


def scope(origin: str | None, *, host: str = "localhost:5000", scheme: str = "ws", more: tuple[tuple[bytes, bytes], ...] = ()):
    headers = [(b"host", host.encode()), *more]
    if origin is not None:
        headers.append((b"origin", origin.encode()))
    return {"scheme": scheme, "headers": headers}


@pytest.mark.parametrize(
    ("origin", "host", "scheme"),
    [
        ("http://localhost:5000", "localhost:5000", "ws"),
        ("HTTP://LocalHost:5000", "localhost:5000", "ws"),
        ("https://localhost", "localhost", "wss"),
        ("https://localhost", "localhost:443", "wss"),
        ("http://localhost:80", "localhost", "ws"),
        ("http://[::1]:5000", "[::1]:5000", "ws"),
    ],
)
def test_the_same_scheme_host_and_port_is_own(origin, host, scheme):
    assert origins.is_own(scope(origin, host=host, scheme=scheme))


@pytest.mark.parametrize(
    "origin",
    [
        None, "", "null", "https://localhost:5000", "http://localhost", "http://localhost:5001", "http://evil.example:5000",
        "http://localhost:5000.evil.example", "http://localhost:5000/", "http://localhost:5000@evil.example",
        "ws://localhost:5000", "file://",
    ],
)  # fmt: skip
def test_any_other_is_not(origin):
    assert not origins.is_own(scope(origin))


def test_a_host_that_is_not_allowed_is_never_own():
    assert not origins.is_own(scope("http://evil.example", host="evil.example"))


@pytest.mark.parametrize("twice", [(b"origin", b"http://localhost:5000"), (b"host", b"localhost:5000")])
def test_two_of_a_header_are_not_believed(twice):
    assert not origins.is_own(scope("http://localhost:5000", more=(twice,)))


def test_who_names_no_page_is_no_foreign_page():
    assert not origins.is_foreign(scope(None))
    assert origins.is_foreign(scope("http://evil.example"))
