"""A file of strangers, read in bounded pieces while its digest is taken: UTF-8 text in lines of bounded length, or nothing."""

import codecs
import hashlib
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from security.blocklists.entries import NotABlocklist

LONGEST = 64 * 1024  # bytes of one line, or of one row of JSON
CHUNK = 64 * 1024


class Source:
    """Reads a file once, from where it stands."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._digest = file, hashlib.sha256()

    @property
    def sha256(self) -> str:
        """Of what was read so far."""
        return self._digest.hexdigest()

    def lines(self) -> Iterator[str]:
        """Each without its end."""
        number = 0
        while data := self._file.readline(LONGEST + 1):
            number += 1
            self._digest.update(data)
            if len(data) > LONGEST:
                raise NotABlocklist(f"Line {number} is longer than {LONGEST} bytes.")
            yield _decoded(data, number).rstrip("\r\n")

    def chunks(self) -> Iterator[str]:
        decoder = codecs.getincrementaldecoder("utf-8-sig")()
        try:
            while data := self._file.read(CHUNK):
                self._digest.update(data)
                yield decoder.decode(data)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            raise NotABlocklist("The file is no text in UTF-8.") from None


def first_lines(file: BinaryIO) -> list[str]:
    """What the file begins with, for whoever has to tell what it is; the file stands at its start again."""
    data = file.read(CHUNK)
    file.seek(0)
    if b"\0" in data:
        raise NotABlocklist("The file is no text in UTF-8.")
    text = codecs.getincrementaldecoder("utf-8-sig")(errors="replace").decode(data)
    return [line for each in text.splitlines() if (line := each.strip()) and not line.startswith("#")]


def blocks(texts: Iterable[str]) -> Iterator[bytes]:
    """Many small texts as few large pieces: each piece of an answer costs a hop between threads."""
    held: list[str] = []
    size = 0
    for text in texts:
        held.append(text)
        size += len(text)
        if size >= CHUNK:
            yield "".join(held).encode()
            held, size = [], 0
    if held:
        yield "".join(held).encode()


def _decoded(data: bytes, number: int) -> str:
    try:
        text = data.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError:
        raise NotABlocklist(f"Line {number} is no text in UTF-8.") from None
    if "\0" in text:
        raise NotABlocklist(f"Line {number} holds a null character: this is no text.")
    return text
