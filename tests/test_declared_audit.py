"""What a route declares for the audit is what it records: one request of each that declares anything."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models.functions import Now
from django.test import Client
from django.test.client import MULTIPART_CONTENT
from django.urls import reverse
from django.utils import timezone

from accounts import setup
from accounts.models import User
from apiauth import keys
from brokers.models import TradingMode
from security import alerts, allows, bans, merging, policy, probes, sudo
from security.actors import COMMAND_LINE
from security.models import AuditEntry, Origin, Process
from tests.conftest import PASSWORD
from tests.security.trying import caller
from tests.test_routes import ROUTES, declared, identify

ATTACKER = "203.0.113.9"
NEW = "another horse, another staple"

pytestmark = pytest.mark.django_db(transaction=True)


def key(owner: User) -> str:
    return keys.issue(owner, by=COMMAND_LINE, name="robot").key.kid


def banned(_owner: User) -> Mapping[str, str]:
    bans.ban(ATTACKER, reason="scans", origin=Origin.COMMAND, by=COMMAND_LINE, duration=bans.DAY)
    return {"cidr": f"{ATTACKER}/32", "note": ""}


def alarmed(_owner: User) -> Mapping[str, str]:
    alerts.sound(alerts.Alarm.BAN, "a sentence")
    return {"id": str(alerts.standing().get().pk)}


def suspected(_owner: User) -> Mapping[str, str]:
    probes.bad_key(caller(ATTACKER), "oa_live_x", kind="unknown")
    merging.merge()
    return {"subject": ATTACKER}


def offending(_owner: User) -> Mapping[str, str]:
    probes.unrouted(caller(ATTACKER), "/wp-login.php")
    merging.merge()
    return {"pattern": "/wp-*", "until": timezone.now().isoformat(), "reason": "scans", "duration": "24h"}


def allowed(_owner: User) -> Mapping[str, str]:
    return {"cidr": allows.add(ATTACKER, by=COMMAND_LINE, note="the office").cidr}


def paused(_owner: User) -> Mapping[str, str]:
    policy.pause(timedelta(minutes=5), by=COMMAND_LINE)
    return {}


def streaming(_owner: User) -> Mapping[str, str]:
    """A socket that another process holds."""
    Process.objects.create(name="there:1:0", at=Now(), held=1, sockets='[["a", "/ws", "", "", "", "", 1.0, 0, 0]]')
    return {"id": "a"}


def logged_in_twice(owner: User) -> Mapping[str, str]:
    Client().force_login(owner)
    return {"user": owner.username}


def set_up(owner: User) -> str:
    owner.delete()
    return urlsplit(setup.link("http://localhost")).path


def stepping_up(_owner: User) -> Mapping[str, str]:
    target = signing.dumps({"to": "/", "again": False}, salt=sudo.SALT)
    return {"sudo_password": PASSWORD, "sudo_next": target}


def always(**fields: object) -> Callable[[User], Mapping[str, object]]:
    return lambda _owner: fields


def live(owner: User) -> Mapping[str, object]:
    TradingMode.objects.create(user=owner, analyze=False)
    return {"mode": "analyze"}


def live_by_program(owner: User) -> Mapping[str, object]:
    live(owner)
    return {"mode": True, "apikey": keys.issue(owner, by=COMMAND_LINE, name="robot").token}


def named(route: str) -> Callable[[User], str]:
    return lambda _owner: reverse(route)


# route -> (its address, what is sent), each made once everything else is there
SENT: dict[str, tuple[Callable[[User], str], Callable[[User], Mapping[str, object]]]] = {
    "security": (named("security"), always(address=ATTACKER, reason="scans", duration="24h")),
    "offenders": (named("offenders"), offending),
    "lift_ban": (named("lift_ban"), banned),
    "resume_bans": (named("resume_bans"), paused),
    "clear_suspect": (named("clear_suspect"), suspected),
    "allows": (named("allows"), always(address=ATTACKER, note="the office", duration="24h")),
    "remove_allow": (named("remove_allow"), allowed),
    "close_alert": (named("close_alert"), alarmed),
    "exchange": (named("exchange"), always(file=SimpleUploadedFile("bans", b"cidr\n203.0.113.9\n"))),
    "export_bans": (named("export_bans"), always(form="csv")),
    "export_audit": (named("export_audit"), always(form="csv")),
    "export_traffic": (named("export_traffic"), always(form="csv")),
    "disconnect": (named("disconnect"), streaming),
    "end_sessions": (named("end_sessions"), logged_in_twice),
    "policy": (named("policy"), always(bad_keys="5")),
    "login": (named("login"), always(username="owner", password=PASSWORD)),
    "logout": (named("logout"), always()),
    "password_change": (named("password_change"), always(current_password=PASSWORD, password=NEW, password_repeat=NEW)),
    "sudo": (named("sudo"), stepping_up),
    "setup": (set_up, always(username="owner", email="owner@example.com", password=NEW, password_repeat=NEW)),
    "api_keys": (named("api_keys"), always(name="robot", scopes="read")),
    "rotate_api_key": (lambda owner: reverse("rotate_api_key", args=[key(owner)]), always(overlap="now")),
    "mode": (named("mode"), live),
    "analyzer/toggle": (named("api-1:analyzer/toggle"), live_by_program),
    "revoke_api_key": (lambda owner: reverse("revoke_api_key", args=[key(owner)]), always()),
}
DECLARING = {
    identify(route): frozenset(found.audit)
    for route in ROUTES
    if (found := declared(route)) is not None and found.audit and not identify(route).startswith("admin:")
}


def test_each_route_that_declares_acts_is_asked_here():
    assert set(DECLARING) == set(SENT), "add to SENT what makes the new route record its act"


@pytest.mark.parametrize("name", SENT)
def test_a_route_records_what_it_declares_and_nothing_else(client: Client, owner, name):
    where, what = SENT[name]
    if name != "setup":
        client.force_login(owner)
    address, fields = where(owner), what(owner)
    before = AuditEntry.objects.count()
    client.post(address, fields, content_type="application/json" if "apikey" in fields else MULTIPART_CONTENT)
    acts = {*AuditEntry.objects.order_by("seq").values_list("act", flat=True)[before:]}
    assert acts
    assert acts <= DECLARING[name]
