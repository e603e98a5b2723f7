"""What the log leaves out; in doubt it is kept."""

import logging

# uvicorn takes a handshake that was answered with a refusal for one without an answer: anybody could fill the log with it.
REFUSED_HANDSHAKE = "ASGI callable returned without completing handshake."


class Worth(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        return record.msg != REFUSED_HANDSHAKE
