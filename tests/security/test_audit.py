"""What is written down, in which transaction, and what no value may do to it."""

import json
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import Error, connection, transaction
from django.utils import timezone

from security import audit, bans, entries, verification
from security.actors import COMMAND_LINE, Actor
from security.audit import Act
from security.models import AuditEntry, Ban, Sequence
from tests.test_architecture import APPS, python_files

pytestmark = pytest.mark.django_db


def told(**values: object) -> AuditEntry:
    with audit.change():
        place = audit.record(Act.POLICY_CHANGED, **{"by": COMMAND_LINE, **values})  # type: ignore[arg-type]
    return AuditEntry.objects.get(pk=place.seq)


def test_rows_are_numbered_without_a_gap_and_chained():
    assert [told().seq for _ in range(3)] == [1, 2, 3]
    assert verification.verify().broken is None


def test_a_row_outside_a_transaction_is_refused(transactional_db):
    with pytest.raises(RuntimeError, match="inside the transaction"):
        audit.record(Act.BAN_LIFTED, by=COMMAND_LINE)


def test_an_act_that_is_not_in_the_vocabulary_is_refused():
    with pytest.raises(ValueError, match="bans:ban:forget"), audit.change():
        audit.record("bans:ban:forget", by=COMMAND_LINE)  # type: ignore[arg-type]


def test_an_unknown_outcome_is_refused():
    with pytest.raises(ValueError, match="perhaps"):
        told(outcome="perhaps")


@pytest.mark.parametrize("text", ["x" * 10_240, "\0" * 300, "\ud800 lone", "ü" * 300, "a\0b", "\U0001f600" * 300])
def test_no_text_breaks_a_row(text):
    entry = told(by=Actor(text, id=text, address=text, credential=text), about=text, before={text: text}, after={"t": [text]})
    widths = {field.name: field.max_length for field in AuditEntry._meta.fields if field.max_length}
    assert all(len(getattr(entry, name)) <= width for name, width in widths.items())
    assert verification.verify().broken is None


@pytest.mark.parametrize(
    "value",
    [float("nan"), 2**20000, -(2**80), b"\xff\0", {1: 2}, {3, "x"}, object(), Decimal("1.10"), None, 1.5],
    ids=lambda value: type(value).__name__,
)
def test_no_type_breaks_a_row(value):
    json.loads(told(about=value, before={"value": value}, after={value: 1} if value.__hash__ else {}).before)
    assert verification.verify().broken is None


def test_a_value_that_cannot_spell_itself_is_named():
    class Mute:
        def __str__(self) -> str:
            raise ValueError

    assert "[Mute]" in told(before={"value": Mute()}).before


def test_nesting_without_an_end_is_cut():
    endless: list[object] = []
    endless.append(endless)
    assert len(told(before={"loop": endless}).before) < 100


def test_facts_without_measure_are_cut_to_what_still_is_json():
    entry = told(after={f"k{number}": "x" * 2_000 for number in range(100)})
    assert len(entry.after) < audit.LONGEST
    assert json.loads(entry.after)["length"] > 200_000


def test_the_longest_ipv6_address_fits():
    address = "0000:0000:0000:0000:0000:ffff:255.255.255.255"
    assert told(by=Actor("owner", address=address)).address == address


def test_a_nameless_actor_is_unknown():
    assert told(by=Actor("\0")).actor == "unknown"


def test_an_instant_without_microseconds_verifies(one_minute):
    assert told().at == timezone.now()
    assert verification.verify().broken is None


def test_a_change_that_fails_takes_its_row_along():
    with pytest.raises(ZeroDivisionError), audit.change():
        audit.record(Act.BAN_LIFTED, by=COMMAND_LINE)
        raise ZeroDivisionError
    assert not AuditEntry.objects.exists()


def test_a_ban_that_cannot_be_told_of_is_not_there():
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE security_auditentry RENAME TO away")
    with pytest.raises(Error):
        bans.ban("203.0.113.9", reason="scan", origin="operator", by=COMMAND_LINE, duration=timedelta(hours=1))
    assert not Ban.objects.exists()


def test_a_lift_that_cannot_be_told_of_lifts_nothing(monkeypatch):
    bans.ban("203.0.113.9", reason="scan", origin="operator", by=COMMAND_LINE, duration=timedelta(hours=1))
    monkeypatch.setattr(entries, "insert", lambda row: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        bans.lift("203.0.113.9", by=COMMAND_LINE)
    assert bans.in_force().count() == 1


def test_the_lock_is_made_where_its_row_is_missing():
    Sequence.objects.all().delete()
    assert told().seq == 1


def test_a_row_in_a_plain_transaction_is_chained_too():
    with transaction.atomic():
        first = audit.record(Act.BAN_LIFTED, by=COMMAND_LINE)
    assert (told().seq, verification.verify().broken) == (first.seq + 1, None)


@pytest.mark.only_on("postgresql")
def test_a_change_asks_for_its_lock_once(django_assert_num_queries):
    told()  # makes the lock's row
    with django_assert_num_queries(5), audit.change():  # savepoint, lock, newest, insert, release
        audit.record(Act.BAN_LIFTED, by=COMMAND_LINE)


def test_every_word_of_the_vocabulary_is_recorded_somewhere():
    lines = [line for path in python_files(*APPS) for line in path.read_text().splitlines() if "limit(" not in line]
    assert {act.name for act in Act} == set(re.findall(r"\bAct\.([A-Z_]+)", "\n".join(lines)))
