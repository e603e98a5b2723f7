"""A browser at a running server: its cookies, the token of its forms, and the password again where that is asked for."""

import re
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import httpx

from tests.conftest import PASSWORD
from tests.forms import fields_of
from tests.listener import Listener, listening


class Browser:
    def __init__(self, client: httpx.Client) -> None:
        self.client = client

    def get(self, url: str) -> httpx.Response:
        return self.client.get(url)

    def send(self, url: str, **fields: Any) -> httpx.Response:
        """Post a form, once more behind the page that asks for the password; redirects are not followed."""
        answer = self._post(url, fields)
        if 'name="sudo_next"' not in answer.text:
            return answer
        proof = fields_of(answer) | {"sudo_password": PASSWORD}
        confirmed = self._post(str(httpx.URL(url).join("/sudo/")), proof)
        assert confirmed.status_code == 307, confirmed.text
        return self._post(url, fields)

    def log_in(self, base: str = "", *, username: str = "owner") -> None:
        answer = self.send(f"{base}/login/", username=username, password=PASSWORD)
        assert answer.headers.get("location") == "/", answer.text

    def issue_key(self, name: str, *, base: str = "", scopes: Sequence[str] = ("read",)) -> str:
        """Its token, as the page shows it this once."""
        page = self.send(f"{base}/keys/", name=name, scopes=[*scopes]).text
        token = re.search(r"oa_live_\w+", page)
        assert token, page
        return token[0]

    @property
    def cookie(self) -> str:
        """What proves the session, as a header's value."""
        return f"sessionid={self.client.cookies['sessionid']}"

    def listen(self, base: str, **options: Any) -> AbstractContextManager[Listener]:
        """The socket of one of that server's pages."""
        headers = {"Cookie": self.cookie} | options.pop("additional_headers", {})
        options = {"origin": base, "additional_headers": headers} | options
        return listening(base.replace("http", "ws") + "/live/", **options)

    def _post(self, url: str, fields: dict[str, Any]) -> httpx.Response:
        if "csrftoken" not in self.client.cookies:
            self.client.get(url)
        return self.client.post(url, data=fields | {"csrfmiddlewaretoken": self.client.cookies["csrftoken"]})


@contextmanager
def browser(base: str = "", **options: Any) -> Iterator[Browser]:
    with httpx.Client(base_url=base, timeout=30, **options) as client:
        yield Browser(client)
