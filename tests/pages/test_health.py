"""A supervisor's question costs nothing."""

from django.test import Client


def test_it_asks_no_database_even_where_a_session_is_shown(client, owner, django_assert_num_queries):
    client.force_login(owner)
    with django_assert_num_queries(0):
        assert client.get("/healthz").content == b"ok\n"


def test_whatever_is_sent_there_is_answered_as_cheaply(caplog):
    caplog.set_level("INFO")
    assert Client(enforce_csrf_checks=True).post("/healthz").content == b"ok\n"
    assert not caplog.records
