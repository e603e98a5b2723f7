"""Views that show from inside a server what its bridge does."""

import socket
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextvars import ContextVar
from itertools import count
from typing import TypeVar

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import caches
from django.core.signals import request_finished, request_started
from django.db import connection
from django.dispatch import receiver
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from openalgo import errors
from security import clientip, proofs
from security.models import Sequence
from security.ratelimits import limit

Streaming = TypeVar("Streaming", bound=StreamingHttpResponse)

signals: Counter[str] = Counter()
mark: ContextVar[str] = ContextVar("mark", default="unset")
pause = threading.Event()


@receiver(request_started)
def _started(**_: object) -> None:
    signals["started"] += 1


@receiver(request_finished)
def _finished(**_: object) -> None:
    signals["finished"] += 1


class Outermost:
    """Outside all of Django's own: breaks, marks the context and takes headers away, as it is asked."""

    def __init__(self, handler: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.handler = handler

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "X-Break" in request.headers:
            raise RuntimeError("a secret of the middleware")
        if "X-Mark" in request.headers:
            mark.set(request.headers["X-Mark"])
        response = self.handler(request)
        if "X-Strip" in request.headers:
            del response.headers["Content-Length"]
        return response


def opened(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    return csrf_exempt(login_not_required(limit(None)(view)))


def server_error(request: HttpRequest) -> HttpResponse:
    if "X-Break-Handler" in request.headers:
        raise RuntimeError("a secret of the handler")
    return errors.server_error(request)


def echo(request: HttpRequest) -> HttpResponse:
    return JsonResponse({
        "method": request.method,
        "body": len(request.body) if not str(request.content_type).startswith("multipart/") else None,
        "declared": request.META["CONTENT_LENGTH"],
        "address": request.META["REMOTE_ADDR"],
        "host": request.get_host(),
        "secure": request.is_secure(),
        "form": request.POST.dict(),
        "files": {name: getattr(file, "size", 0) for name, file in request.FILES.items()},
    })  # fmt: skip


def state(request: HttpRequest) -> HttpResponse:
    connection.ensure_connection()
    return JsonResponse({
        "mark": mark.get(),
        "thread": threading.current_thread().name,
        "database": id(connection.connection),
        "cache": id(caches["default"]),
        **signals,
    })  # fmt: skip


def cookies(request: HttpRequest) -> HttpResponse:
    response = HttpResponse("two")
    response.set_cookie("one", "1")
    response.set_cookie("two", "2", httponly=True)
    return response


def nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=204)


def large(request: HttpRequest) -> HttpResponse:
    return HttpResponse(b"l" * int(request.GET["bytes"]))


def boom(request: HttpRequest) -> HttpResponse:
    raise RuntimeError(request.GET.get("text", "a secret of the view"))


def leave(request: HttpRequest) -> HttpResponse:
    raise SystemExit(3)


def hold(request: HttpRequest) -> HttpResponse:
    """Waits until the test, listening on a port, hangs up."""
    with socket.create_connection(("127.0.0.1", int(request.GET["port"]))) as line:
        line.recv(1)
    return HttpResponse("released")


def meet(request: HttpRequest) -> HttpResponse:
    """As if a live key had come along."""
    proofs.met(clientip.of(request))
    return HttpResponse(status=204)


def stream(request: HttpRequest) -> StreamingHttpResponse:
    return _stream(f"chunk {number}\n" for number in range(1000))


def marked(request: HttpRequest) -> StreamingHttpResponse:
    return _stream(mark.get() for _ in range(1))


def endless(request: HttpRequest) -> StreamingHttpResponse:
    def chunks() -> Iterator[str]:
        for number in count():
            pause.wait(0.02)
            yield f"{number}\n" * int(request.GET.get("times", "1"))

    return _stream(chunks())


def broken(request: HttpRequest) -> StreamingHttpResponse:
    def chunks() -> Iterator[str]:
        yield "whole so far\n"
        raise RuntimeError("a secret of the stream")

    return _stream(chunks())


def rows(request: HttpRequest) -> StreamingHttpResponse:
    """Asks the database from within the stream."""
    return _stream(str(Sequence.objects.count()) for _ in range(1))


def opened_rows(request: HttpRequest) -> StreamingHttpResponse:
    """Opens a cursor in the view and reads on in the stream."""
    cursor = connection.cursor()
    cursor.execute("SELECT 1")
    return _stream(str(row) for row in iter(cursor.fetchone, None))


def asynchronous(request: HttpRequest) -> StreamingHttpResponse:
    async def chunks() -> AsyncIterator[str]:
        yield "never"

    return StreamingHttpResponse(chunks())


def file(request: HttpRequest) -> FileResponse:
    path = settings.DATA_DIR / "file.bin"
    if not path.exists():
        path.write_bytes(bytes(range(256)) * 4096 * 8)
    return announce(FileResponse(path.open("rb")))


def small_file(request: HttpRequest) -> FileResponse:
    path = settings.DATA_DIR / "small.txt"
    path.write_text("small")
    return announce(FileResponse(path.open("rb")))


def _stream(chunks: Iterator[str]) -> StreamingHttpResponse:
    return announce(StreamingHttpResponse(chunks))


def announce(response: Streaming) -> Streaming:
    """Print when, and in which thread, the response is closed."""
    closers: list[Callable[[], None]] = response._resource_closers  # type: ignore[attr-defined]
    closers.append(lambda: print("probe closed in", threading.current_thread().name, flush=True))  # noqa: T201
    return response


VIEWS = (
    echo, state, cookies, nothing, large, boom, leave, hold, meet,
    stream, marked, endless, broken, rows, opened_rows, asynchronous, file, small_file,
)  # fmt: skip
