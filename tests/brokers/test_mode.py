"""A switch between paper and live is written down with the switch, or not done."""

from unittest.mock import Mock

import pytest
from django.test import Client

from apiauth.models import ApiKey
from brokers import modes
from brokers.models import TradingMode
from brokers.types import Mode
from security.actors import COMMAND_LINE
from security.models import AuditEntry


@pytest.fixture
def live(owner) -> None:
    """The owner in live mode."""
    TradingMode.objects.create(user=owner, analyze=False)


def switches() -> list[tuple[str, ...]]:
    rows = AuditEntry.objects.filter(act="trading:mode:switch")
    return list(rows.values_list("actor", "about", "before", "after"))


def test_the_page_s_switch_stands_in_the_audit_with_before_and_after(owner, live):
    client = Client()
    client.force_login(owner)
    client.post("/mode/", {"mode": "analyze"})
    assert switches() == [("owner", "owner", '{"mode":"live"}', '{"mode":"analyze"}')]


def test_a_program_s_switch_names_its_key(program, live):
    program("analyzer/toggle", mode=True)
    row = AuditEntry.objects.get(act="trading:mode:switch")
    assert (row.actor, row.credential) == ("owner", f"key {ApiKey.objects.get().kid}")


def test_what_changes_nothing_leaves_no_row(owner, live):
    modes.switch(owner.pk, analyze=False, by=COMMAND_LINE)
    assert switches() == []


def test_what_cannot_be_written_down_is_not_done(owner, live, monkeypatch):
    monkeypatch.setattr("security.entries.insert", Mock(side_effect=OSError("no space")))
    with pytest.raises(OSError, match="no space"):
        modes.switch(owner.pk, analyze=True, by=COMMAND_LINE)
    assert modes.current(owner.pk) is Mode.LIVE
