"""What a worker thread hands back to the event loop: a whole answer, or one that is still to be streamed."""

import contextvars
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from django.db import connections
from django.http.response import HttpResponseBase

from security.paths import is_api

CHUNK = 64 * 1024
BODYLESS = (204, 304)

Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Headers
    body: bytes


@dataclass(frozen=True, slots=True)
class FileAnswer(Answer):
    """The first chunk of a file; the rest is read hop by hop, so that a slow reader holds no thread."""

    rest: Iterator[bytes]
    response: HttpResponseBase


@dataclass(frozen=True, slots=True)
class StreamAnswer(Answer):
    """A generator that will run in one thread of its own, within the context of its view."""

    response: HttpResponseBase
    context: contextvars.Context


class AsyncStream(TypeError):
    """A view answered with an async iterator, which no thread can run."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path} streams from an async iterator; this server runs views in threads: give it a generator.")


def of(response: HttpResponseBase, *, method: str, path: str) -> Answer:
    """Called in the thread that made the response; it is closed here unless it is still to be streamed."""
    try:
        answer = _of(response, head=method == "HEAD", path=path)
    except BaseException:
        response.close()
        raise
    if not isinstance(answer, FileAnswer | StreamAnswer):
        response.close()
    return answer


def refusal(path: str, status: int, sentence: str, *headers: tuple[bytes, bytes]) -> Answer:
    """An answer without Django: the one error shape under /api/, the bare sentence elsewhere."""
    if is_api(path):
        kind, body = b"application/json", json.dumps({"status": "error", "message": sentence}).encode()
    else:
        kind, body = b"text/plain; charset=utf-8", f"{sentence}\n".encode()
    lines = [
        (b"content-type", kind),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
        (b"x-content-type-options", b"nosniff"),
        *headers,
    ]
    return Answer(status, lines, body)


def full(path: str) -> Answer:
    """Too many wait already."""
    return _full_at("/api/" if is_api(path) else "/")


@lru_cache  # made anew for each of a flood, it would take longer than all else that those cost us
def _full_at(path: str) -> Answer:
    return refusal(path, 503, "The server is busy. Try again in a moment.", (b"retry-after", b"1"))


def length(answer: Answer) -> int | None:
    """How many bytes its body has; None for a stream, which nobody knows before its end."""
    if isinstance(answer, FileAnswer):
        return next((int(value) for name, value in answer.headers if name == b"content-length"), None)
    return None if isinstance(answer, StreamAnswer) else len(answer.body)


def _of(response: HttpResponseBase, *, head: bool, path: str) -> Answer:
    if not response.streaming:
        body: bytes = response.content  # type: ignore[attr-defined]
        return _whole(response, body, head=head)
    if getattr(response, "is_async", False):
        raise AsyncStream(path)
    if head or response.status_code in BODYLESS:
        return Answer(response.status_code, _headers(response), b"")
    if getattr(response, "file_to_stream", None) is not None:
        return _file(response)
    return _stream(response)


def _whole(response: HttpResponseBase, body: bytes, *, head: bool) -> Answer:
    headers = _headers(response)
    if response.status_code in BODYLESS:
        return Answer(response.status_code, [line for line in headers if line[0] != b"content-length"], b"")
    if not response.has_header("Content-Length"):
        headers.append((b"content-length", str(len(body)).encode()))
    return Answer(response.status_code, headers, b"" if head else body)


def _file(response: HttpResponseBase) -> Answer:
    response.block_size = CHUNK  # type: ignore[attr-defined]
    rest = iter(response)
    first = next(rest, b"")
    headers = _headers(response)
    if response.get("Content-Length") == str(len(first)):
        return Answer(response.status_code, headers, first)
    return FileAnswer(response.status_code, headers, first, rest, response)


def _stream(response: HttpResponseBase) -> StreamAnswer:
    # Another thread will run the generator: a queryset that the view had already opened dies here, not half-way.
    connections.close_all()
    return StreamAnswer(response.status_code, _headers(response), b"", response, contextvars.copy_context())


def _headers(response: HttpResponseBase) -> Headers:
    lines = [(name.lower().encode("ascii"), str(value).encode("latin-1")) for name, value in response.items()]
    lines += [(b"set-cookie", cookie.output(header="").strip().encode("ascii")) for cookie in response.cookies.values()]
    return lines
