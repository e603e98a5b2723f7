"""What a browser would send of a page as it came: every field's value, ticked boxes and chosen options alone."""

from html.parser import HTMLParser

import httpx
from django.http import HttpResponseBase


class _Fields(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, list[str]] = {}
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = dict(attrs)
        if tag == "select":
            self._select = own.get("name") or ""
        elif tag == "option" and "selected" in own:
            self._add(self._select, own.get("value"))
        elif tag == "input" and own.get("type") not in ("checkbox", "radio"):
            self._add(own.get("name"), own.get("value"))
        elif tag == "input" and "checked" in own:
            self._add(own.get("name"), own.get("value", "on"))

    def _add(self, name: str | None, value: str | None) -> None:
        if name:
            self.found.setdefault(name, []).append(value or "")


def fields_of(page: HttpResponseBase | httpx.Response) -> dict[str, object]:
    parser = _Fields()
    parser.feed(getattr(page, "content", b"").decode())
    return {**parser.found}
