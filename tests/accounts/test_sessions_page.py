"""/security/sessions/: operators see who is in, and end sessions by one or by user, never their own by mistake."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts import attendance
from accounts.models import Role, Session, User, Why
from security.models import AuditEntry
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db

PAGE, END = "/security/sessions/", "/security/sessions/end/"


def log_in(user: User, address: str = "198.51.100.7", device: str = "Firefox on a phone") -> Client:
    client = Client(REMOTE_ADDR=address, headers={"user-agent": device})
    client.post("/login/", {"username": user.username, "password": PASSWORD})
    return client


@pytest.fixture
def operator(db) -> Client:
    """Not the owner: the least that may open the page."""
    user = User(username="guard", email="guard@example.com", role=Role.OPERATOR)
    user.set_password(PASSWORD)
    user.save()
    return log_in(user, "192.0.2.1", "Safari")


@pytest.fixture
def trader(second_user) -> Client:
    return log_in(second_user)


def handle(username: str) -> str:
    return Session.objects.filter(user__username=username).latest("created").digest[: attendance.HANDLE]


def read(client: Client, **query: str) -> str:
    return str(client.get(PAGE, query).content.decode())


def is_in(client: Client) -> bool:
    return client.get("/account/password/").status_code == 200


def test_it_lists_the_live_sessions_of_everybody(operator, trader):
    page = read(operator)
    assert "2 live sessions" in page
    for text in ("guard", "trader", "198.51.100.7", "Firefox on a phone", handle("trader")):
        assert text in page


def test_it_shows_no_more_of_a_session_than_its_handle(operator, trader):
    assert Session.objects.get(user__username="trader").digest not in read(operator)


@pytest.mark.parametrize("change", [{"expires": -1}, {"last_seen": -24 * 3600}])
def test_what_is_over_is_not_listed(operator, trader, change):
    ((name, seconds),) = change.items()
    Session.objects.filter(user__username="trader").update(
        created=timezone.now() - timedelta(days=2), **{name: timezone.now() + timedelta(seconds=seconds)}
    )
    assert "1 live session" in read(operator)


@pytest.mark.parametrize("query", ["TRADER", "198.51", "firefox"])
def test_a_session_is_found_by_user_address_or_device(operator, trader, query):
    page = read(operator, q=query)
    assert handle("trader") in page
    assert handle("guard") not in page


def test_what_matches_nothing_is_said(operator):
    assert "None of them matches" in read(operator, q="nobody at all")


def test_one_session_is_ended_and_another_of_its_user_stays(operator, trader, second_user):
    ended = handle("trader")
    other = log_in(second_user)
    answer = operator.post(END, {"session": ended}, follow=True)
    assert "Ended: a session of trader from 198.51.100.7." in answer.content.decode()
    assert (is_in(trader), is_in(other)) == (False, True)


def test_it_is_ended_by_an_operator_and_stands_in_the_audit(operator, trader):
    operator.post(END, {"session": handle("trader")})
    assert Session.objects.get(user__username="trader").why == Why.OPERATOR
    row = AuditEntry.objects.get(act="accounts:session:end")
    assert (row.actor, row.about, row.address) == ("guard", "trader", "192.0.2.1")


def test_all_of_a_user_are_ended(operator, trader, second_user):
    others = [trader, log_in(second_user), log_in(second_user)]
    answer = operator.post(END, {"user": "trader"}, follow=True)
    assert "Ended: 3 sessions of trader." in answer.content.decode()
    assert not any(is_in(each) for each in others)


def test_ones_own_session_is_left_alone(operator):
    other = log_in(User.objects.get(username="guard"))
    answer = operator.post(END, {"user": "guard"}, follow=True)
    assert "Ended: 1 session of guard." in answer.content.decode()
    assert (is_in(operator), is_in(other)) == (True, False)


@pytest.mark.parametrize("name", ["session", "user"])
@pytest.mark.parametrize("value", ["", "nobody", "\0", "%", "é" * 16])
def test_what_is_no_live_session_is_said(operator, name, value):
    answer = operator.post(END, {name: value}, follow=True)
    assert answer.status_code == 200
    assert is_in(operator)


def test_ending_ones_own_by_its_handle_says_how_to(operator):
    answer = operator.post(END, {"session": handle("guard")}, follow=True)
    assert "log out to end it" in answer.content.decode()


def test_it_asks_for_a_fresh_password(operator, trader):
    session = operator.session
    session["sudo"] -= 3600
    session.save()
    assert operator.post(END, {"user": "trader"}).templates[0].name == "security/sudo.html"
    assert is_in(trader)


def test_a_trader_may_neither_look_nor_end(operator, trader):
    assert trader.get(PAGE).status_code == 403
    assert trader.post(END, {"user": "guard"}).status_code == 403
    assert is_in(operator)


def test_pages_are_followed_by_key_and_miss_nobody(operator, second_user):
    now = timezone.now()
    facts = {"user": second_user, "last_seen": now, "expires": now + timedelta(hours=1), "created": now, "data": ""}
    Session.objects.bulk_create(Session(digest=f"{number:064x}"[::-1], **facts) for number in range(120))
    seen: list[str] = []
    before: str | None = ""
    while before is not None:
        page = attendance.page("", before=before)
        seen += [row.digest for row in page.rows]
        before = page.older
    assert len(seen) == len(set(seen)) == 121


def test_the_second_page_is_linked_from_the_first(operator, second_user, monkeypatch):
    monkeypatch.setattr(attendance, "PER_PAGE", 1)
    log_in(second_user)
    first = operator.get(PAGE)
    assert f"before={first.context['page'].older}" in first.content.decode()
    assert handle("guard") in read(operator, before=first.context["page"].older)
