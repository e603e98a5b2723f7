"""How passwords are kept, which are refused, and that their checks take turns."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client

from accounts import passwords, turns
from accounts.hashers import PepperedArgon2
from accounts.models import Session, User
from accounts.turns import QUEUE, Busy
from openalgo import settings as project_settings
from security.actors import COMMAND_LINE
from tests.conftest import PASSWORD

NEW = "a wholly different sentence"
RING = (("k1", b"1" * 32),)


@pytest.fixture(autouse=True)
def _ring(settings):
    settings.PASSWORD_PEPPERS = RING


def test_a_password_is_argon2id_under_a_named_pepper():
    encoded = make_password(PASSWORD)
    assert encoded.startswith("peppered$k1$argon2$argon2id$v=19$")
    assert check_password(PASSWORD, encoded)
    assert not check_password(PASSWORD + "!", encoded)


def test_the_real_cost_stays_high():
    cost = project_settings.PASSWORD_COST
    assert cost["passes"] * cost["memory"] >= 2 * 19 * 1024


def test_without_the_pepper_a_copied_table_opens_nothing(settings):
    encoded = make_password(PASSWORD)
    settings.PASSWORD_PEPPERS = (("k1", b"2" * 32),)
    assert not check_password(PASSWORD, encoded)


def test_a_lost_pepper_lets_nobody_in(settings, caplog):
    encoded = make_password(PASSWORD)
    settings.PASSWORD_PEPPERS = (("k2", b"2" * 32),)
    assert not check_password(PASSWORD, encoded)
    assert "PASSWORD_PEPPERS" in caplog.text


def test_an_older_pepper_still_verifies_and_asks_for_the_newest(settings):
    encoded = make_password(PASSWORD)
    settings.PASSWORD_PEPPERS = (("k2", b"2" * 32), *RING)
    assert check_password(PASSWORD, encoded)
    assert PepperedArgon2().must_update(encoded)


def test_a_higher_cost_asks_for_a_new_hash(settings):
    encoded = make_password(PASSWORD)
    assert not PepperedArgon2().must_update(encoded)
    settings.PASSWORD_COST = {"passes": 2, "memory": 16}
    assert PepperedArgon2().must_update(encoded)


@pytest.mark.django_db
def test_the_next_login_moves_to_the_newest_pepper(client, owner, settings):
    settings.PASSWORD_PEPPERS = (("k2", b"2" * 32), *RING)
    client.post("/login/", {"username": "owner", "password": PASSWORD})
    owner.refresh_from_db()
    assert owner.password.startswith("peppered$k2$")


def test_two_ways_to_type_a_sign_are_one_password():
    assert check_password("cafe\u0301 au lait 12", make_password("caf\u00e9 au lait 12"))


@pytest.mark.parametrize(
    "password",
    ["elevenchars", "x" * 129, "123456789123", "justinbieber", "letterboxes1", "letterboxes@example.com"],
)
def test_a_poor_password_is_refused(password):
    with pytest.raises(ValidationError):
        validate_password(password, User(username="letterboxes", email="letterboxes@example.com"))


@pytest.mark.parametrize("password", ["aaaabbbbcccc", "x" * 128, "            ", "पासवर्ड बहुत लंबा"])
def test_composition_is_the_users_affair(password):
    validate_password(password, User(username="owner", email="owner@example.com"))


@pytest.mark.django_db
def test_a_change_ends_every_other_session_and_keeps_this_one(owner):
    here, elsewhere = Client(), Client()
    here.force_login(owner)
    elsewhere.force_login(owner)
    here.post("/account/password/", {"current_password": PASSWORD, "password": NEW, "password_repeat": NEW})
    assert [browser.get("/account/password/").status_code for browser in (here, elsewhere)] == [200, 302]
    assert Session.objects.filter(ended=None).count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "value"), [("current_password", "wrong"), ("password_repeat", "another sentence"), ("password", "short")]
)
def test_a_change_needs_the_old_one_and_the_new_one_twice(client, owner, field, value):
    client.force_login(owner)
    fields = {"current_password": PASSWORD, "password": NEW, "password_repeat": NEW, field: value}
    assert client.post("/account/password/", fields).context["form"].errors
    owner.refresh_from_db()
    assert owner.check_password(PASSWORD)


@pytest.mark.django_db
def test_a_change_is_confirmed_on_the_next_page(client, owner):
    client.force_login(owner)
    fields = {"current_password": PASSWORD, "password": NEW, "password_repeat": NEW}
    page = client.post("/account/password/", fields, follow=True).content.decode()
    assert "Your password is changed." in page


@pytest.mark.django_db
def test_the_old_password_is_no_new_one(client, owner):
    client.force_login(owner)
    fields = {"current_password": PASSWORD, "password": PASSWORD, "password_repeat": PASSWORD}
    form = client.post("/account/password/", fields).context["form"]
    assert form.errors == {"password": ["This is your current password; choose another."]}


@pytest.mark.django_db
def test_the_rule_stands_below_the_field_before_anybody_fails(client, owner):
    client.force_login(owner)
    page = client.get("/account/password/").content.decode()
    assert "At least 12 characters." in page
    assert re.findall(r">\s*(New password[^<]*?)\s*<", page) == ["New password", "New password again"]


@pytest.mark.django_db
def test_the_verb_says_how_many_sessions_ended(client, owner):
    client.force_login(owner)
    assert passwords.change(owner, NEW, by=COMMAND_LINE) == 1


def test_checks_take_turns(monkeypatch, settings):
    settings.PASSWORD_COST = {"passes": 2, "memory": 19 * 1024}  # long enough to meet
    alone, hashed = threading.Lock(), Argon2PasswordHasher.encode

    def encode(self: Argon2PasswordHasher, password: str, salt: str) -> str:
        assert alone.acquire(blocking=False), "two at once"
        try:
            return hashed(self, password, salt)
        finally:
            alone.release()

    monkeypatch.setattr(Argon2PasswordHasher, "encode", encode)
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(make_password, [PASSWORD] * 8))) == 8


def test_thirty_two_wait_behind_the_one_that_runs_and_no_more():
    with ExitStack() as places:
        for _ in range(QUEUE + 1):
            places.enter_context(turns._places)
        with pytest.raises(Busy):
            make_password(PASSWORD)
    assert make_password(PASSWORD)
