"""What is no address is refused by every door where one may be given, and nothing of it is kept."""

from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from security import allows, bans
from security.actors import Actor
from security.allows import AllowRefused
from security.bans import BanRefused
from security.models import Allow, Ban

pytestmark = pytest.mark.django_db(transaction=True)

OWNER = Actor("owner")
FORM = {"reason": "scans", "note": "office", "duration": "24h"}
BAD = {
    "nothing": "",
    "spaces": "   ",
    "space before": " 203.0.113.9",
    "space after": "203.0.113.9 ",
    "two": "203.0.113.9 203.0.113.10",
    "list": "203.0.113.9,203.0.113.10",
    "zone": "fe80::1%eth0",
    "zone of a global": "2001:db8::1%1",
    "port": "203.0.113.9:80",
    "brackets": "[2001:db8::1]",
    "brackets and port": "[2001:db8::1]:443",
    "host bits": "203.0.113.9/24",
    "host bits of six": "2001:db8::1/64",
    "mapped host bits": "::ffff:203.0.113.9/120",
    "too long a prefix": "203.0.113.9/33",
    "no prefix": "203.0.113.0/",
    "signed prefix": "203.0.113.0/+24",
    "padded prefix": "203.0.113.0/024",
    "mask": "203.0.113.0/255.255.255.0",
    "two slashes": "203.0.113.0/24/24",
    "three parts": "203.0.113",
    "number": "3405803785",
    "hex": "0xcb007109",
    "octal": "0313.0.0161.011",
    "out of range": "203.0.113.256",
    "name": "example.com",
    "fullwidth": "２０３.0.113.9",  # noqa: RUF001
    "other digits": "٢٠٣.0.113.9",
    "ideographic stop": "203。0。113。9",
    "line": "203.0.113.9\n",
    "escape": "203.0.113.9\x1b[31m",
    "bell": "\x07203.0.113.9",
    "surrogate": "203.0.113.9\ud800",
    "markup": "<script>alert(1)</script>",
    "statement": "'; DROP TABLE security_ban; --",
    "ten kilobytes": "1" * 10_240,
    "long prefix": "203.0.113.9/" + "1" * 5000,
}


def refused_by_verb(run: Callable[[str], object]) -> Callable[[str, Client], None]:
    def door(text: str, client: Client) -> None:
        with pytest.raises((BanRefused, AllowRefused, CommandError)) as refused:
            run(text)
        assert 10 < len(str(refused.value)) < 400

    return door


def refused_by_page(path: str) -> Callable[[str, Client], None]:
    def door(text: str, client: Client) -> None:
        sent = {"address": text.encode("utf-8", "replace").decode(), **FORM}
        answer = client.post(path, sent)
        assert answer.context["form"].errors["address"][0]

    return door


DOORS = {
    "ban": refused_by_verb(lambda text: bans.ban(text, reason="r", origin="operator", by=OWNER, duration=None)),
    "punish": refused_by_verb(lambda text: bans.punish(text, reason="r", scenario="s")),
    "lift": refused_by_verb(lambda text: bans.lift(text, by=OWNER)),
    "allow": refused_by_verb(lambda text: allows.add(text, by=OWNER, note="n")),
    "disallow": refused_by_verb(lambda text: allows.remove(text, by=OWNER)),
    "ban_ip": refused_by_verb(lambda text: call_command("ban_ip", text, "--reason", "r")),
    "ban_ip by force": refused_by_verb(lambda text: call_command("ban_ip", text, "--reason", "r", "--force")),
    "unban_ip": refused_by_verb(lambda text: call_command("unban_ip", text)),
    "allow_ip": refused_by_verb(lambda text: call_command("allow_ip", text, "--note", "n")),
    "explain_ip": refused_by_verb(lambda text: call_command("explain_ip", text)),
    "page of bans": refused_by_page("/security/"),
    "page of entries": refused_by_page("/security/allow/"),
    "admin of bans": refused_by_page("/admin/security/ban/add/"),
    "admin of entries": refused_by_page("/admin/security/allow/add/"),
}


@pytest.fixture
def client(owner) -> Client:
    client = Client(REMOTE_ADDR="198.51.100.7")
    client.force_login(owner)
    return client


@pytest.mark.parametrize("door", DOORS.values(), ids=DOORS)
def test_what_is_no_address_is_refused_with_a_sentence_and_nothing_is_kept(door, client, settings):
    settings.RATE_LIMITS = "off"
    for text in BAD.values():
        door(text, client)
    assert (Ban.objects.count(), Allow.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("text", "cidr"),
    [
        ("::ffff:203.0.113.9", "203.0.113.9/32"), ("64:ff9b::203.0.113.9", "203.0.113.9/32"),
        ("::ffff:203.0.113.0/120", "203.0.113.0/24"), ("2001:DB8::1", "2001:db8::/64"), ("203.0.113.9/32", "203.0.113.9/32"),
    ],
)  # fmt: skip
def test_one_address_in_another_spelling_is_the_same(text, cidr):
    assert bans.ban(text, reason="r", origin="operator", by=OWNER, duration=None).cidr == cidr


@pytest.mark.parametrize("words", ["a\nb", "a\x1b[31m", "\0", "x" * 201, "  "])
def test_a_reason_is_one_printable_line(words):
    with pytest.raises(BanRefused, match="one line"):
        bans.ban("203.0.113.9", reason=words, origin="operator", by=OWNER, duration=None)


@pytest.mark.parametrize("words", ["a\nb", "a\x1b[31m", "\0", "x" * 201])
def test_a_note_is_one_printable_line(words):
    with pytest.raises(BanRefused, match="one line"):
        bans.lift("203.0.113.9", by=OWNER, note=words)
