"""What Django reads in a time that grows with the square of its length, before anybody is asked who they are: refused."""

import re

from django.conf import settings

from openalgo.body import Refused, Scope

READ = (b"content-type", b"accept")
LONGEST = 1024  # bytes of both; the 60 KiB that the anteroom lets pass would hold a thread for three seconds
_CONTINUED = re.compile(rb"\w\*")  # `name*0=`: no browser or program sends any, and Python fails at some


def check(scope: Scope) -> None:
    """Raises Refused."""
    values = [value for name, value in scope["headers"] if name in READ]
    if sum(map(len, values)) > LONGEST:
        raise Refused(431, "The headers Content-Type and Accept are too long.")
    if any(map(_CONTINUED.search, values)):
        raise Refused(400, "The headers could not be read.")
    if any(b"multipart/" in value.lower() for value in values) and not scope["path"].startswith(settings.FILE_FORMS):
        raise Refused(415, "No file is taken here.")
