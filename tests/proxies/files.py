"""The configurations of docs/proxies.md, with the ports, paths and names of a test in the place of the examples."""

import re
from dataclasses import dataclass
from pathlib import Path

from tests.live import ROOT, free_port
from tests.packaging.caddy import CADDYFILE

PAGE = (ROOT / "docs/proxies.md").read_text()
NGINX = (ROOT / "docs/proxies/nginx.conf").read_text()
HAPROXY = (ROOT / "docs/proxies/haproxy.cfg").read_text()
UPSTREAM = "127.0.0.1:5000"
SECTIONS = {
    "x-real-ip": "CLIENT_IP_HEADER=x-real-ip",
    "forwarded": "CLIENT_IP_HEADER=forwarded",
    "appended": "Behind another proxy",
}
NGINX_MAIN = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/main.log;
events {{}}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{site}
}}
"""
# What lets a test call as anybody: the port takes the address from the PROXY protocol, as behind a balancer.
NGINX_TOLD = (
    "listen 127.0.0.1:{told} ssl http2 proxy_protocol;\n set_real_ip_from 127.0.0.1;\n real_ip_header proxy_protocol;\n"
)
HAPROXY_TOLD = "bind 127.0.0.1:{told} accept-proxy ssl crt {folder}/both.pem alpn h2,http/1.1\n"


@dataclass(frozen=True)
class Ports:
    """`public` and `plain` are those of the file, on 127.0.0.1 and ::1; `told` is beside them."""

    public: int
    plain: int
    told: int


def ports() -> Ports:
    return Ports(free_port(), free_port(), free_port())


def blocks(section: str, language: str) -> list[str]:
    """What a section of the page says for one proxy."""
    text = PAGE.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    found = re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
    assert found, f"docs/proxies.md has no {language} under {section!r}"
    return found


def replaced(text: str, old: str, new: str) -> str:
    assert old in text, f"the file no longer says {old!r}"
    return text.replace(old, new)


def nginx(folder: Path, at: Ports, *, gateway: str, writes: str) -> str:
    """A whole nginx.conf around the file for conf.d."""
    site = NGINX
    if writes in SECTIONS:
        *maps, line = blocks(SECTIONS[writes], "nginx")
        site = "".join(maps) + replaced(site, "proxy_set_header X-Forwarded-For $remote_addr;\n", line)
    for old, new in {
        "listen 443 ": f"listen 127.0.0.1:{at.public} ",
        "listen [::]:443 ": f"listen [::1]:{at.public} ",
        "listen 80": f"listen 127.0.0.1:{at.plain}",
        "listen [::]:80": f"listen [::1]:{at.plain}",
        "ssl_certificate ": f"{_told(NGINX_TOLD, folder, at)} ssl_certificate ",
        "server_name gateway.example.com;": "server_name localhost;",
        "/etc/letsencrypt/live/gateway.example.com": str(folder),
        "/var/log/nginx": str(folder),
        UPSTREAM: gateway,
    }.items():
        site = replaced(site, old, new)
    return NGINX_MAIN.format(folder=folder, site=site)


def haproxy(folder: Path, at: Ports, *, gateway: str, writes: str) -> str:
    text = HAPROXY
    if writes in SECTIONS:
        line = "".join(blocks(SECTIONS[writes], "haproxy"))
        text = replaced(text, "http-request set-header X-Forwarded-For %[src]\n", line)
    for old, new in {
        "bind :443 ": f"{_told(HAPROXY_TOLD, folder, at)} bind 127.0.0.1:{at.public} ",
        "bind [::]:443 ": f"bind [::1]:{at.public} ",
        "bind :80": f"bind 127.0.0.1:{at.plain}",
        "bind [::]:80": f"bind [::1]:{at.plain}",
        "/etc/haproxy/gateway.example.com.pem": f"{folder}/both.pem",
        "gateway.example.com": "localhost",
        "/dev/log local0": "stdout format raw local0",
        UPSTREAM: gateway,
    }.items():
        text = replaced(text, old, new)
    return text


def caddy(*, writes: str) -> str:
    """The Caddyfile itself takes its ports from the environment."""
    text = CADDYFILE.read_text()
    if writes in SECTIONS:
        text = replaced(text, "reverse_proxy {$GATEWAY:gateway:5000}\n", blocks(SECTIONS[writes], "caddy")[0])
    return text


def _told(line: str, folder: Path, at: Ports) -> str:
    return line.format(folder=folder, told=at.told)
