"""What the log leaves out; in doubt it is kept."""

import logging

# What anybody could fill the log with: uvicorn takes a handshake that was answered with a refusal for one without an answer,
# and tells of each socket that it closed for sending bytes that are no text.
OF_STRANGERS = ("ASGI callable returned without completing handshake.", "Invalid UTF-8 sequence received from client.")


class Worth(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        return record.msg not in OF_STRANGERS
