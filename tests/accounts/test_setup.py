"""The one-time link, the owner it creates, and what a server says that has none yet."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts import setup
from accounts.errors import SetUpRefused
from accounts.models import Role, SetupLink, User
from security.actors import COMMAND_LINE

SENTENCE = "a sentence nobody else says"
FIELDS = {"username": "boss", "email": "boss@example.com", "password": SENTENCE, "password_repeat": SENTENCE}

pytestmark = pytest.mark.django_db


@pytest.fixture
def path() -> str:
    return setup.link("http://server:5000").removeprefix("http://server:5000")


def test_the_link_stands_under_the_base():
    assert setup.link("http://server:5000/").startswith("http://server:5000/setup/")


def test_the_link_creates_the_owner_and_logs_them_in(client, path):
    response = client.post(path, FIELDS)
    assert (response.status_code, response["Location"]) == (302, "/")
    assert User.objects.get().role == Role.OWNER
    assert client.get("/account/password/").status_code == 200


def test_the_form_works_with_its_own_token_alone(path):
    client = Client(enforce_csrf_checks=True)
    token = str(client.get(path).context["csrf_token"])
    assert client.post(path, FIELDS).status_code == 403
    assert client.post(path, {**FIELDS, "csrfmiddlewaretoken": token}).status_code == 302


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("username", ""),
        ("username", "two words"),
        ("username", "\u043ewner"),  # a Cyrillic letter that looks like o
        ("email", "nowhere"),
        ("password", "short"),
        ("password_repeat", "another"),
    ],
)
def test_poor_details_are_shown_again(client, path, field, value):
    response = client.post(path, {**FIELDS, field: value})
    assert field in response.context["form"].errors
    assert not User.objects.exists()


def test_a_password_like_the_name_is_refused(client, path):
    response = client.post(
        path, {**FIELDS, "username": "letterboxes", "password": "letterboxes1", "password_repeat": "letterboxes1"}
    )
    assert "password" in response.context["form"].errors


def test_nothing_on_the_page_is_called_new(client, path):
    labels = [field.label for field in client.get(path).context["form"]]
    assert labels[2:] == ["Password", "Password again"]


def test_the_page_never_shows_a_password_again(client, path):
    assert SENTENCE not in client.post(path, {**FIELDS, "email": ""}).content.decode()


@pytest.mark.parametrize("token", ["x", "A" * 43, "é"])
def test_a_wrong_token_is_refused_with_a_sentence(client, path, token):
    response = client.post(f"/setup/{token}", FIELDS)
    assert response.status_code == 404
    assert "set-up link" in response.content.decode()


def test_without_any_link_nothing_opens(client):
    assert client.get("/setup/anything").status_code == 404


def test_a_dead_link_leads_to_the_newest_one_while_nobody_owns_the_server(client):
    shown = client.get("/setup/anything").content.decode()
    assert "console" in shown
    assert "/login/" not in shown


def test_a_dead_link_leads_to_the_login_once_there_is_an_owner(client, path, owner):
    assert 'href="/login/"' in client.get(path).content.decode()
    client.force_login(owner)
    assert "To the dashboard" in client.get(path).content.decode()


def test_a_newer_link_replaces_the_older(client, path):
    newer = setup.link("")
    assert [client.get(each).status_code for each in (path, newer)] == [404, 200]


def test_a_link_works_for_a_day(client, path):
    with time_machine.travel(timezone.now() + timedelta(hours=24, seconds=1)):
        assert client.get(path).status_code == 404


def test_the_link_itself_is_not_stored(path):
    assert path.rsplit("/", 1)[1] not in str(SetupLink.objects.values().get())


def test_once_an_owner_exists_every_link_refuses(client, path, owner):
    assert client.get(path).status_code == 404
    assert client.get(setup.link("")).status_code == 404


def test_a_used_link_refuses(client, path):
    client.post(path, FIELDS)
    assert Client().post(path, {**FIELDS, "username": "second"}).status_code == 404
    assert User.objects.count() == 1


def test_an_owner_is_not_created_beside_another(owner):
    with pytest.raises(SetUpRefused, match="An owner exists already"):
        setup.create_owner("second", "second@example.com", SENTENCE, by=COMMAND_LINE)


def test_a_taken_name_is_refused_with_a_sentence():
    User.objects.create(username="Boss")
    with pytest.raises(SetUpRefused, match="This name is taken"):
        setup.create_owner("boss", "boss@example.com", SENTENCE, by=COMMAND_LINE)


@pytest.mark.django_db(transaction=True)
def test_concurrent_attempts_create_exactly_one_owner(path):
    start = Barrier(4)

    def attempt(number: int) -> int:
        start.wait(timeout=10)
        try:
            return int(Client().post(path, {**FIELDS, "username": f"boss{number}"}).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(attempt, range(4))) == [302, 404, 404, 404]
    assert User.objects.filter(role=Role.OWNER).count() == 1
