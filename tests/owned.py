"""A real server that belongs to somebody: an owner, and a key issued before it starts."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from tests.live import Live, environment, live_server, manage

PASSWORD = "correct horse battery staple"


@dataclass(frozen=True)
class Owned:
    live: Live
    token: str

    @property
    def base(self) -> str:
        return self.live.base


@contextmanager
def owned_server(env: Mapping[str, str] | None = None, *, default_port: bool = False) -> Iterator[Owned]:
    with environment(env or {}) as prepared:
        manage("create_owner", "owner", "owner@example.com", env=prepared | {"OWNER_PASSWORD": PASSWORD})
        token = manage("issue_api_key", "owner", "--name", "test", env=prepared).stdout.strip()
        with live_server(prepared, default_port=default_port) as live:
            yield Owned(live, token)
