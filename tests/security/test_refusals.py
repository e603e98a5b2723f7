"""What is refused before Django leaves a short trace, and speaks JSON to programs."""

import pytest

from openalgo.answers import refusal
from security import refusals
from security.addresses import network


def test_headers_that_cannot_be_read_do_not_fill_the_log(caplog):
    for _ in range(50):
        refusals.unreadable("a reason", path="/")
    assert len(caplog.records) == 1


@pytest.mark.parametrize(("path", "is_json"), [("/api/v1/ping", True), ("//api/v1/ping", True), ("/login/", False)])
def test_a_program_reads_json_however_its_host_ends(path, is_json):
    early = [refusals.banned(network("203.0.113.9"), path=path).body, refusals.unreadable("a reason", path=path).body]
    bodies = [*early, refusal(path, 503, "Busy.").body]
    assert [body.startswith(b"{") for body in bodies] == [is_json] * 3
