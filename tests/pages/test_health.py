"""A supervisor's question costs nothing."""

import pytest
from django.test import Client


def test_it_asks_no_database_even_where_a_session_is_shown(client, owner, django_assert_num_queries):
    client.force_login(owner)
    with django_assert_num_queries(0):
        assert client.get("/healthz").content == b"ok\n"


@pytest.mark.parametrize(("address", "passed"), [("127.0.0.1", 70), ("::1", 70), ("198.51.100.9", 60), ("10.0.0.7", 60)])
def test_only_this_machines_own_supervisor_asks_as_often_as_it_likes(one_minute, address, passed):
    answers = [Client(REMOTE_ADDR=address).get("/healthz").status_code for _ in range(70)]
    assert answers == [200] * passed + [429] * (70 - passed)


def test_whatever_is_sent_there_is_answered_as_cheaply(caplog):
    caplog.set_level("INFO")
    assert Client(enforce_csrf_checks=True).post("/healthz").content == b"ok\n"
    assert not caplog.records
