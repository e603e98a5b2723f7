"""What is logged and how: each record begins one line, whatever is in it, and tells no secret; in doubt it is kept, masked."""

import logging
import logging.config
import sys
import threading
from types import TracebackType

from security.redaction import mask

logger = logging.getLogger(__name__)

# What anybody could fill the log with: uvicorn takes a handshake that was answered with a refusal for one without an answer,
# and tells of each socket that it closed for sending bytes that are no text.
OF_STRANGERS = ("ASGI callable returned without completing handshake.", "Invalid UTF-8 sequence received from client.")
INDENT = "    "

CONFIG = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"worth": {"()": "openalgo.logs.Worth"}},
    "formatters": {"line": {"()": "openalgo.logs.Masked"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        # Django, uvicorn's own command and redis bring handlers along, which mask nothing
        "django": {"handlers": [], "level": "INFO"},
        **{
            name: {"handlers": [], "propagate": True}
            for name in ("django.server", "uvicorn", "uvicorn.access", "push_response")
        },
        "uvicorn.error": {"filters": ["worth"]},
        # security.incidents writes the same with the incident's id
        "django.request": {"level": "CRITICAL"},
        "django.security": {"level": "CRITICAL"},
    },
}


class Worth(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        return record.msg not in OF_STRANGERS


class Masked(logging.Formatter):
    """Masks the finished text, with its traceback; a record that it cannot mask is told of without its text."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name}: {message}", style="{")

    def format(self, record: logging.LogRecord) -> str:
        try:
            return _indented(mask(super().format(record)))
        except Exception as error:  # noqa: BLE001 - else logging itself prints the record, as it is
            why = type(error).__name__
            return f"{record.levelname} {record.name}: a record could not be written ({why}), so its text is left out"


def guard() -> None:
    """What a process says goes the same way from its first line on: before the settings are read, and where it fails."""
    logging.config.dictConfig(CONFIG)
    logging.captureWarnings(capture=True)
    sys.excepthook = _uncaught
    threading.excepthook = lambda args: _uncaught(args.exc_type, args.exc_value, args.exc_traceback)
    sys.unraisablehook = lambda args: _uncaught(args.exc_type, args.exc_value, args.exc_traceback)


def _uncaught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error or kind(), trace)
    elif not issubclass(kind, SystemExit):
        logger.critical("nothing caught this", exc_info=(kind, error or kind(), trace))


def _indented(text: str) -> str:
    """No caller's line break begins a record, and no control character moves a terminal's cursor."""
    if text.isprintable():
        return text
    return f"\n{INDENT}".join(line if line.isprintable() else _spelled(line) for line in text.splitlines())


def _spelled(line: str) -> str:
    return "".join(
        each if each.isprintable() or each == "\t" else each.encode("unicode_escape").decode("ascii") for each in line
    )
