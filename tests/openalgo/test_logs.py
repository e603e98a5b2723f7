"""The log as it is written: each record one line and what is indented below it, no secret in it, and never a lost one."""

import base64
import io
import logging
import subprocess
import sys

import pytest
from django.conf import settings

from openalgo import logs
from security.redaction import MASK
from tests.live import ROOT, environment, manage

SECRET = "Zq7" + "s" * 46
KEY = f"oa_live_0123456789_{SECRET}"
HOOKS = (  # what a program that fails does, before and after Django is there
    "raise RuntimeError('apikey {}')",
    "import threading; thread = threading.Thread(target=lambda: {{}}['{}']); thread.start(); thread.join()",
    "class Late:\n def __del__(self): raise RuntimeError('{}')\nlate = Late(); del late",
    "import logging; logging.getLogger('early').warning('%s', '{}')",
    "import warnings; warnings.warn('{}')",
    "import logging; logging.getLogger('early').error('%d', '{}')",
    "import asyncio; asyncio.new_event_loop().call_exception_handler({{'message': 'x', 'key': '{}'}})",
)
SET_UP = "import django; django.setup(); "


@pytest.fixture
def logger():
    """One whose records end in `stream`, written as the server writes them."""
    logger = logging.Logger("test.logs")  # noqa: LOG001 - apart from the tree, which pytest listens to
    handler = logging.StreamHandler(io.StringIO())
    handler.setFormatter(logs.Masked())
    logger.addHandler(handler)
    return logger


def written(logger: logging.Logger) -> str:
    text: str = logger.handlers[0].stream.getvalue()  # type: ignore[attr-defined]
    return text


def fail(text: str) -> None:
    raise ValueError(text)


def test_a_record_is_one_line_with_time_level_and_name(logger):
    logger.info("incident %s: %s %r answered %d", "0123456789ab", "GET", "/x", 404)
    when, _, rest = written(logger).partition(" INFO ")
    assert (len(when), rest) == (23, "test.logs: incident 0123456789ab: GET '/x' answered 404\n")


def test_a_secret_is_masked_in_the_message_and_in_the_traceback(logger):
    try:
        fail(f"the broker refused {KEY}")
    except ValueError:
        logger.exception("could not use %s", KEY, stack_info=True)
    text = written(logger)
    assert (SECRET in text, text.count(f"oa_live_0123456789_{MASK}")) == (False, 2)


def test_a_traceback_stays_readable_and_begins_no_record(logger):
    try:
        fail("first\n2026-03-02 12:00:00,000 INFO forged: all is well")
    except ValueError:
        logger.exception("it failed")
    first, *rest = written(logger).splitlines()
    assert first.endswith("ERROR test.logs: it failed")
    assert all(line.startswith(logs.INDENT) for line in rest)
    assert rest[0].strip() == "Traceback (most recent call last):"


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\v", "\f", "\x1c", "\x85", "\u2028"])
def test_a_line_break_in_a_value_begins_no_record(logger, end):
    logger.info("hello %s", f"x{end}2026-03-02 INFO forged: y")
    assert written(logger).endswith(f"hello x\n{logs.INDENT}2026-03-02 INFO forged: y\n")


def test_what_would_move_the_cursor_is_spelled_out(logger):
    logger.info("hello %s", "a\x1b[2K\tb\udcffc\u202e")
    assert written(logger).endswith("hello a\\x1b[2K\tb\\udcffc\\u202e\n")


@pytest.mark.parametrize(("message", "value"), [("%d", KEY), ("%s %s", KEY), (f"%q {KEY}", 1)])
def test_a_record_that_cannot_be_formatted_is_told_of_without_its_text(logger, capsys, message, value):
    logger.warning(message, value)
    assert written(logger).startswith("WARNING test.logs: a record could not be written (")
    assert SECRET not in written(logger) + capsys.readouterr().err


def test_a_failure_of_the_masking_loses_the_text_and_not_the_record(logger, monkeypatch):
    monkeypatch.setattr(logs, "mask", lambda text: 1 / 0)
    logger.error("%s", KEY)
    assert written(logger) == "ERROR test.logs: a record could not be written (ZeroDivisionError), so its text is left out\n"


def unmasked() -> list[tuple[str, logging.Handler]]:
    """Of every logger there is, without those of pytest."""
    known = [logging.root, *(logging.getLogger(name) for name in logging.Logger.manager.loggerDict)]
    found = [(logger.name, handler) for logger in known for handler in logger.handlers]
    assert ("root", logs.Masked) in [(name, type(handler.formatter)) for name, handler in found]
    return [(name, handler) for name, handler in found if not _is_harmless(handler)]


def _is_harmless(handler: logging.Handler) -> bool:
    foreign = isinstance(handler, logging.NullHandler) or type(handler).__module__.startswith("_pytest.")
    return foreign or isinstance(handler.formatter, logs.Masked)


def test_no_handler_writes_unmasked():
    assert unmasked() == []


@pytest.mark.parametrize(
    "name", ["django.server", "push_response", "uvicorn.error", "uvicorn.asgi", "py.warnings", "asyncio", "anything"]
)
def test_every_logger_ends_at_the_one_handler(name):
    logger = logging.getLogger(name)
    assert (logger.handlers, logger.propagate) == ([], True)


@pytest.mark.parametrize("after", ["", SET_UP], ids=["before Django", "with Django"])
@pytest.mark.parametrize("program", HOOKS)
def test_what_nobody_catches_is_masked_too(program, after):
    script = f"from openalgo import logs; logs.guard()\n{after}\n{program.format(KEY)}"
    with environment({"DJANGO_SETTINGS_MODULE": "openalgo.settings"}) as env:
        done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=env, text=True, capture_output=True, check=False)
    assert SECRET not in done.stdout + done.stderr
    assert "0123456789" in done.stderr or "could not be written" in done.stderr


def test_the_commands_are_guarded(tmp_path):
    done = manage("check", "--settings", "tests.openalgo.failing_settings", env={"DATA_DIR": str(tmp_path)}, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"RuntimeError: oa_live_0123456789_{MASK}" in done.stderr


def test_the_secrets_of_this_process_are_masked(logger):
    key = settings.AUDIT_KEYS[0][1]
    logger.info("%s %s %s %s", settings.SECRET_KEY, key.hex(), base64.urlsafe_b64encode(key).decode(), {"ring": key})
    held = (settings.SECRET_KEY, key.hex(), base64.urlsafe_b64encode(key).decode(), repr(key)[2:-1])
    assert [each for each in held if each in written(logger)] == []
