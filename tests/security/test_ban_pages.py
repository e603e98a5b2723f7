"""The pages of one ban and of the allow list, and the force that a very wide range needs."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from security import allows, bans, merging, policy
from security.actors import Actor
from security.bans import Sample
from security.models import Allow, Ban, Evidence, Offender, Proof, ProvenBy, Refusal
from tests.security.trying import try_keys

pytestmark = pytest.mark.django_db(transaction=True)

ATTACKER = "203.0.113.9"
HOME = "198.51.100.7"
OWNER = Actor("owner")
ALLOWS = "/security/allow/"
LIST = "/admin/security/ban/"


@pytest.fixture
def operator(owner) -> Client:
    client = Client(REMOTE_ADDR=HOME)
    client.force_login(owner)
    return client


@pytest.fixture
def punished() -> Ban:
    row = bans.punish(ATTACKER, reason="keys", scenario="bad-keys", evidence=[Sample(timezone.now(), 5, "/wp-login.php")])
    assert row is not None
    return row


def read(client: Client, path: str) -> str:
    return re.sub(r"\s*(<[^>]+>)\s*", r"\1", client.get(path).content.decode())


def page_of(row: Ban) -> str:
    return reverse("ban", kwargs={"pk": row.pk})


def test_a_ban_has_a_page_with_its_evidence(operator, punished):
    page = read(operator, page_of(punished))
    assert "/wp-login.php" in page
    assert "<dt>The next ban lasts</dt><dd>48 hours</dd>" in page


def test_its_page_counts_what_it_blocked_and_nothing_older(operator, punished):
    now = timezone.now() + timedelta(seconds=1)
    for at in (now - timedelta(days=3), now):
        Refusal.objects.create(subject=ATTACKER, cidr=punished.cidr, first=at, last=at, count=41)
    assert "<dd>41</dd>" in read(operator, page_of(punished))


def test_its_page_shows_what_touched_the_subject_before(operator, punished):
    bans.lift(ATTACKER, by=OWNER, note="our own test")
    later = bans.ban("203.0.113.0/24", reason="all of them", origin="operator", by=OWNER, duration=None)
    page = read(operator, page_of(later))
    assert page_of(punished) in page
    assert "Ban, lifted" in page


def test_a_ban_by_hand_keeps_what_the_subject_tried_as_its_evidence(operator):
    try_keys(2)
    merging.merge()
    operator.post("/security/", {"address": ATTACKER, "reason": "guesses", "duration": "1w"})
    merging.prune()
    assert read(operator, page_of(Ban.objects.get())).count("API key: unknown") == 2


def test_a_sample_is_shown_as_text(operator, punished):
    Evidence.objects.create(ban=punished, at=timezone.now(), sample="<script>alert(1)</script>")
    assert "<script>alert" not in read(operator, page_of(punished))


def test_a_ban_that_never_was_has_no_page(operator):
    assert operator.get("/security/bans/019ac000-0000-7000-8000-000000000000/").status_code == 404


@pytest.mark.parametrize("path", [ALLOWS, "/security/bans/019ac000-0000-7000-8000-000000000000/"])
def test_they_are_for_operators(second_user, path):
    client = Client()
    client.force_login(second_user)
    assert client.get(path).status_code == 403


def test_a_very_wide_range_says_whom_it_covers_and_asks_again(operator):
    Proof.objects.create(subject=ATTACKER, by=ProvenBy.KEY, last=timezone.now())
    form = {"address": "203.0.0.0/8", "reason": "war", "duration": "24h"}
    answer = operator.post("/security/", form)
    assert "1 by api keys" in answer.content.decode()
    assert 'type="checkbox" name="force"' in answer.content.decode()
    assert operator.post("/security/", form | {"force": "on"}).status_code == 302


@pytest.mark.parametrize("address", [HOME, "198.0.0.0/8", "127.0.0.0/8"])
def test_force_on_the_page_shuts_out_neither_oneself_nor_this_machine(operator, address):
    operator.post("/security/", {"address": address, "reason": "war", "duration": "24h", "force": "on"})
    assert not Ban.objects.exists()


def test_somebody_is_allowed_and_removed_by_form(operator, punished):
    operator.post(ALLOWS, {"address": ATTACKER, "note": "office", "duration": "1w"})
    assert (allows.in_force().get().actor, bans.in_force().count()) == ("owner", 0)
    assert "office" in read(operator, ALLOWS)
    operator.post(f"{ALLOWS}remove/", {"cidr": f"{ATTACKER}/32"})
    assert not allows.in_force().exists()


def test_an_entry_that_may_not_be_says_why_beside_the_field(operator):
    bans.ban(ATTACKER, reason="fraud", origin="operator", by=OWNER, duration=None)
    answer = operator.post(ALLOWS, {"address": ATTACKER, "note": "office", "duration": "1w"})
    assert "lift that ban first" in answer.context["form"].errors["address"][0]
    assert answer.status_code == 400


def test_removing_what_is_not_there_says_so(operator):
    answer = operator.post(f"{ALLOWS}remove/", {"cidr": "203.0.113.0/24"}, follow=True)
    assert "is not on the allow list" in answer.content.decode()


def test_a_pause_is_ended_on_the_page(operator):
    policy.pause(timedelta(minutes=15), by=OWNER)
    assert "End the pause now" in read(operator, "/security/")
    operator.post("/security/resume/")
    assert policy.paused_until() is None


def test_the_admin_extends_a_ban_by_a_week(operator, punished):
    operator.post(LIST, {"action": "extend", "_selected_action": [str(punished.pk)]})
    later = Ban.objects.get()
    assert later.expires == punished.expires + timedelta(weeks=1)
    assert later.state == "active"


def test_a_ban_without_an_end_is_not_extended(operator):
    row = bans.ban(ATTACKER, reason="fraud", origin="operator", by=OWNER, duration=None)
    answer = operator.post(LIST, {"action": "extend", "_selected_action": [str(row.pk)]}, follow=True)
    assert "0 extended" in answer.content.decode()


def test_the_admin_allows_and_removes_by_the_same_verbs(operator):
    operator.post("/admin/security/allow/add/", {"address": ATTACKER, "note": "office", "duration": "permanent"})
    row = allows.in_force().get()
    operator.post("/admin/security/allow/", {"action": "remove", "_selected_action": [str(row.pk)]})
    assert Allow.objects.get().removed_by == "owner"


@pytest.mark.parametrize("path", ["allow/", "allow/add/", "offender/", "ban/", "ban/?q=keys"])
def test_the_admins_pages_open(operator, punished, path):
    assert operator.get(f"/admin/security/{path}").status_code == 200


def test_the_admin_edits_and_deletes_no_history(operator, punished):
    row = allows.add("198.51.100.0/24", by=OWNER, note="office")
    for path in (f"allow/{row.pk}", f"offender/{Offender.objects.get().pk}", f"ban/{punished.pk}"):
        assert operator.post(f"/admin/security/{path}/change/", {}).status_code == 403
        assert operator.post(f"/admin/security/{path}/delete/", {"post": "yes"}).status_code == 403


def test_a_ban_in_the_admin_shows_its_evidence(operator, punished):
    assert "/wp-login.php" in read(operator, f"{LIST}{punished.pk}/change/")
