"""Three servers on the same data, one for each CLIENT_IP_HEADER, and before them each proxy in each of its ways."""

import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from tests.live import Live, environment, free_port, manage, start
from tests.owned import PASSWORD
from tests.packaging.caddy import caddy, caddy_without_tls, wait_for_certificate
from tests.proxies import certificate, files
from tests.proxies.door import SITE, Door
from tests.proxies.files import Ports

SETTINGS = {
    "PUBLIC_BASE_URL": SITE, "TRUSTED_PROXIES": "127.0.0.1/32", "DJANGO_SETTINGS_MODULE": "tests.openalgo.probe_settings",
}  # fmt: skip
BANNED = ("203.0.113.9", "2001:db8:9:9::/64")
# For each name of a door: the proxy, and what it writes. "appended" is x-forwarded-for again.
NGINX, HAPROXY, CADDY = "nginx", "haproxy", "caddy"
WAYS = ("x-forwarded-for", "appended", "x-real-ip", "forwarded")
TOLD = [f"{proxy} {way}" for proxy in (NGINX, HAPROXY) for way in WAYS] + ["caddy appended"]
DOORS = [*TOLD, "caddy x-forwarded-for", "caddy x-real-ip"]


class Street:
    """Servers and proxies start when they are first asked for."""

    def __init__(self, stack: ExitStack, env: dict[str, str], token: str) -> None:
        self.token = token
        self._stack, self._env = stack, env
        self._gateways: dict[str, Live] = {}
        self._doors: dict[str, Door] = {}
        self._cookie = ""

    def cookie(self, door: Door) -> str:
        """Of the owner, who logs in once, behind whichever proxy; the session holds behind each."""
        self._cookie = self._cookie or door.log_in("owner", PASSWORD)
        return self._cookie

    def door(self, name: str) -> Door:
        if name not in self._doors:
            self._doors[name] = self._stack.enter_context(self._open(*name.split()))
        return self._doors[name]

    def gateway(self, header: str) -> Live:
        if header not in self._gateways:
            live = start(self._env | {"CLIENT_IP_HEADER": header}, "manage.py", "serve", "--port", "0", "--ws-port", "0")
            self._stack.callback(live.end)
            live.base = live.wait_for(r"on (http://\S+)")[1]
            self._gateways[header] = live
        return self._gateways[header]

    @contextmanager
    def _open(self, proxy: str, way: str) -> Iterator[Door]:
        opened = {NGINX: behind_nginx, HAPROXY: behind_haproxy, CADDY: behind_caddy}[proxy]
        gateway = self.gateway("x-forwarded-for" if way == "appended" else way)
        with opened(urlsplit(gateway.base).netloc, way) as door:
            yield door


@contextmanager
def street() -> Iterator[Street]:
    """An owner with a key lives here; two attackers are banned."""
    with ExitStack() as stack:
        env = stack.enter_context(environment(SETTINGS | {"CLIENT_IP_HEADER": "x-forwarded-for", "OWNER_PASSWORD": PASSWORD}))
        manage("create_owner", "owner", "owner@example.com", env=env)
        token = manage("issue_api_key", "owner", "--name", "bot", env=env).stdout.strip()
        listed = Path(env["DATA_DIR"]) / "bans.csv"
        listed.write_text("\n".join(["cidr", *BANNED, ""]))
        manage("import_bans", str(listed), env=env)
        yield Street(stack, env, token)


@contextmanager
def behind_nginx(gateway: str, way: str) -> Iterator[Door]:
    with _folder() as folder:
        trust, at, config = certificate.issue(folder), files.ports(), folder / "nginx.conf"
        config.write_text(files.nginx(folder, at, gateway=gateway, writes=way))
        with _running(["nginx", "-e", "stderr", "-p", str(folder), "-c", str(config)], folder) as process:
            wait_for_certificate(at.public, trust)
            yield Door(at, trust, process, folder, keeps=way == "appended")


@contextmanager
def behind_haproxy(gateway: str, way: str) -> Iterator[Door]:
    with _folder() as folder:
        trust, at, config = certificate.issue(folder), files.ports(), folder / "haproxy.cfg"
        config.write_text(files.haproxy(folder, at, gateway=gateway, writes=way))
        with _running(["haproxy", "-db", "-f", str(config)], folder) as process:
            wait_for_certificate(at.public, trust)
            yield Door(at, trust, process, folder, keeps=way == "appended")


@contextmanager
def behind_caddy(gateway: str, way: str) -> Iterator[Door]:
    """Where it keeps what came, it stands behind an nginx that does: Debian's Caddy cannot be told an address otherwise."""
    with _folder() as folder:
        config, site = folder / "Caddyfile", free_port()
        config.write_text(files.caddy(writes=way))
        if way == "appended":
            with (
                caddy_without_tls(site, gateway, config=config),
                behind_nginx(f"127.0.0.1:{site}", way) as door,
            ):
                yield door
        else:
            with caddy(site, gateway, config=config) as proxy:
                at = Ports(site, urlsplit(proxy.plain).port or 0, told=0)
                yield Door(at, proxy.trust, proxy.log, folder)


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="openalgo-proxy-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # nginx' workers are somebody else where root starts them
        yield folder


@contextmanager
def _running(command: Sequence[str], folder: Path) -> Iterator[Live]:
    env = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    process = subprocess.Popen(
        command, env=env, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    live = Live(base="", ws=None, data_dir=folder, env=env, process=process)
    try:
        yield live
    finally:
        live.end()
