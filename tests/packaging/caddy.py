"""A real Caddy for tests, run by the Caddyfile that ships."""

import os
import socket
import ssl
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

import httpx

from tests.live import ROOT, START_SECONDS, Live, free_port
from tests.proxies.websocket import WebSocket

CADDYFILE = ROOT / "Caddyfile"


@dataclass
class Proxy:
    """A running Caddy: its site, the port that redirects to it, what it logs and what to trust its certificate by."""

    base: str
    plain: str
    log: Live
    trust: ssl.SSLContext

    def get(self, path: str, *, source: str = "127.0.0.1", headers: Mapping[str, str] | None = None) -> httpx.Response:
        """Asked from one of this machine's addresses."""
        with self._client(source) as client:
            return client.get(path, headers=headers)

    def post(self, path: str, content: bytes | Iterator[bytes]) -> httpx.Response:
        """A body announced by its length, or in chunks."""
        with self._client("127.0.0.1") as client:
            return client.post(path, content=content, headers={"Content-Type": "application/json"})

    def log_in(self, name: str, password: str) -> str:
        """The cookies of a browser that has logged in here, as one header."""
        with self._client("127.0.0.1") as client:
            page = client.get("/login/").text
            token = page.partition('csrfmiddlewaretoken" value="')[2].partition('"')[0]
            fields = {"username": name, "password": password, "csrfmiddlewaretoken": token}
            client.post("/login/", data=fields, headers={"Origin": self.base})
            return "; ".join(f"{cookie.name}={cookie.value}" for cookie in client.cookies.jar)

    def knock(self, path: str, *, lines: Sequence[tuple[str, str]] = (), origin: str | None = None) -> WebSocket:
        """A WebSocket; raises InvalidStatus where it is refused."""
        where = urlsplit(self.base)
        line = socket.create_connection(("localhost", where.port), timeout=20)
        safe = self.trust.wrap_socket(line, server_hostname="localhost")
        return WebSocket(safe, f"wss://{where.netloc}{path}", lines=list(lines), origin=origin)

    def logged(self, word: str) -> str:
        """All that was logged, once a line with this word is there."""
        self.log.wait_for(word)
        return "".join(self.log.output)

    def _client(self, source: str) -> httpx.Client:
        transport = httpx.HTTPTransport(verify=self.trust, local_address=source)
        return httpx.Client(base_url=self.base, transport=transport, timeout=20)


@contextmanager
def caddy(site_port: int, gateway: str, *, config: Path = CADDYFILE) -> Iterator[Proxy]:
    """Caddy for https://localhost:<site_port> in front of the gateway at this host:port, with a certificate of its own."""
    plain = free_port()
    with _running(f"localhost:{site_port}", gateway, https=site_port, http=plain, config=config) as log:
        log.wait_for("certificate obtained successfully")
        trust = ssl.create_default_context(cafile=log.data_dir / "caddy/pki/authorities/local/root.crt")
        wait_for_certificate(site_port, trust)
        yield Proxy(f"https://localhost:{site_port}", f"http://localhost:{plain}", log, trust)


@contextmanager
def caddy_without_tls(site_port: int, gateway: str, *, config: Path) -> Iterator[Live]:
    """Caddy for http://localhost:<site_port>, as it stands behind another proxy; what it logs."""
    with _running(f"http://localhost:{site_port}", gateway, https=free_port(), http=free_port(), config=config) as log:
        log.wait_for("serving initial configuration")
        yield log


def wait_for_certificate(port: int, trust: ssl.SSLContext) -> None:
    """A proxy says that it has it a moment before it shows it, or says nothing at all."""
    until = monotonic() + START_SECONDS
    while True:
        try:
            with socket.create_connection(("localhost", port)) as line, trust.wrap_socket(line, server_hostname="localhost"):
                return
        except OSError:  # of which TLS errors are some
            assert monotonic() < until


@contextmanager
def _running(domain: str, gateway: str, *, https: int, http: int, config: Path) -> Iterator[Live]:
    variables = {"DOMAIN": domain, "HTTPS_PORT": str(https), "HTTP_PORT": str(http), "GATEWAY": gateway}
    with tempfile.TemporaryDirectory(prefix="openalgo-caddy-") as folder:
        log = _start(Path(folder), variables, config=config)
        try:
            yield log
        finally:
            log.end()


def _start(folder: Path, variables: dict[str, str], *, config: Path) -> Live:
    env = {"PATH": os.environ["PATH"], "HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    process = subprocess.Popen(
        ["caddy", "run", "--config", str(config), "--adapter", "caddyfile"],
        env=env | variables, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    return Live(base="", ws=None, data_dir=folder, env=env, process=process)
