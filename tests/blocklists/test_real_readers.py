"""nginx, nftables and fail2ban themselves read what is exported, and refuse it once it is broken."""

import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from security import bans, exporting
from security.actors import COMMAND_LINE
from security.bans import DAY
from security.blocklists.entries import Entry
from security.models import Action, Origin
from tests.blocklists.rows import NOW, parsed
from tests.blocklists.tools import needs, run
from tests.live import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

BANS = [
    ("203.0.113.9", DAY, "10 distinct bad API keys within 24 h"), ("203.0.113.0/24", DAY / 24, 'scans; deny all; } "x" # y'),
    ("203.0.113.128/25", None, "neighbours"), ("198.51.100.0/25", DAY, "a"), ("198.51.100.128/25", 2 * DAY, "b"),
    ("2001:db8::/48", DAY, "openalgo: banned 192.0.2.1 until permanent: no"), ("2001:db8:0:7::1", None, "\u00fcber"),
]  # fmt: skip

NGINX = """
daemon off;
pid {folder}/nginx.pid;
error_log stderr;
events {{}}
http {{
    access_log off;
    server {{
        listen unix:{folder}/nginx.sock;
        include {bans};
    }}
}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With a list of every kind in it, under the names that downloads have."""
    for cidr, duration, reason in BANS:
        bans.ban(cidr, reason=reason, origin=Origin.COMMAND, by=COMMAND_LINE, duration=duration)
    bans.ban("192.0.2.1", reason="x", origin=Origin.COMMAND, by=COMMAND_LINE, duration=DAY, action=Action.THROTTLE)
    for form, name in (("nginx", "bans.conf"), ("nftables", "bans.nft"), ("fail2ban", "bans.log")):
        exporting.write(form, tmp_path / name, by=COMMAND_LINE)
    return tmp_path


def nginx_accepts(folder: Path) -> bool:
    config = folder / "nginx.conf"
    config.write_text(NGINX.format(folder=folder, bans=folder / "bans.conf"))
    return run("nginx", "-t", "-e", "stderr", "-p", str(folder), "-c", str(config), check=False).returncode == 0


@needs("nginx", "nginx-light")
def test_nginx_accepts_the_list(folder):
    assert len((folder / "bans.conf").read_text().splitlines()) == 1 + len(BANS)
    assert nginx_accepts(folder)


@needs("nginx", "nginx-light")
def test_nginx_would_refuse_a_broken_one(folder):
    (folder / "bans.conf").write_text("deny nobody;\n")
    assert not nginx_accepts(folder)


def nft(*words: str, check: bool = True) -> tuple[int, str]:
    """In a network of its own: a list that is loaded shuts nobody out here."""
    space = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--net"]
    done = run(*space, "sh", "-c", " && ".join(words), check=check)
    return done.returncode, done.stdout


@needs("nft", "nftables")
def test_nft_accepts_the_list(folder):
    assert nft(f"nft -c -f {folder}/bans.nft") == (0, "")


@needs("nft", "nftables")
def test_nft_would_refuse_a_broken_one(folder):
    text = (folder / "bans.nft").read_text()
    (folder / "bans.nft").write_text(text.replace("203.0.113.9 timeout", "203.0.113.0/24 timeout"))
    assert nft(f"nft -c -f {folder}/bans.nft", check=False)[0] != 0


@needs("nft", "nftables")
def test_nft_holds_each_address_as_long_as_its_ban(folder):
    load = f"nft -f {folder}/bans.nft"
    held = {
        str(each[1]): each[4] for each in parsed("nftables", nft(load, load, "nft list ruleset")[1]) if isinstance(each, Entry)
    }
    assert held.keys() >= {"203.0.113.9/32", "203.0.113.128/25", "198.51.100.0/25", "198.51.100.128/25", "2001:db8:0:7::/64"}
    permanent = {cidr for cidr, end in held.items() if end is None}
    assert permanent == {"203.0.113.128/25", "2001:db8:0:7::/64"}
    left = {cidr: end - NOW for cidr, end in held.items() if end is not None}
    minute = timedelta(minutes=1)
    assert DAY - minute < left["203.0.113.9/32"] <= DAY < 2 * DAY - minute < left["198.51.100.128/25"] <= 2 * DAY
    assert left["203.0.113.8/32"] <= DAY / 24


@needs("fail2ban-regex", "fail2ban")
def test_fail2ban_finds_every_line_by_the_filter_in_the_docs(folder):
    told = run("fail2ban-regex", "-v", str(folder / "bans.log"), str(ROOT / "docs/fail2ban/filter.conf")).stdout
    count = len(BANS)
    assert f"Lines: {count} lines, 0 ignored, {count} matched, 0 missed" in told
    assert "192.0.2.1" not in told
    assert all(f"{cidr}  {timezone.now():%a %b %d}" in told for cidr in ("203.0.113.9", "2001:db8::/48", "2001:db8:0:7::/64"))


@needs("fail2ban-client", "fail2ban")
def test_fail2ban_accepts_filter_and_jail(tmp_path):
    shutil.copytree("/etc/fail2ban", tmp_path / "etc")
    (tmp_path / "bans.log").touch()
    for kind in ("filter", "jail"):
        text = (ROOT / f"docs/fail2ban/{kind}.conf").read_text().replace("/var/log/openalgo", str(tmp_path))
        (tmp_path / f"etc/{kind}.d/openalgo.conf").write_text(text)
    (tmp_path / "etc/jail.d/defaults-debian.conf").unlink(missing_ok=True)
    assert "'openalgo'" in run("fail2ban-client", "-c", str(tmp_path / "etc"), "-d").stdout
