"""The database itself refuses to change the audit chain, whoever asks."""

import pytest
from django.db import Error, connection, transaction
from django.utils import timezone

from security import triggers, verification
from security.chain import Kind
from security.models import AuditEntry, AuditSegment
from tests.live import environment, manage
from tests.security.chains import COPY, cut, edit, make, tamper

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture(autouse=True)
def guarded(db) -> None:
    """Installed inside the test's transaction, which takes them along."""
    make(6)
    triggers.install(connection)


def closed(first: int, last: int) -> AuditSegment:
    """A segment as a forger would write it."""
    return AuditSegment.objects.create(
        first=first, last=last, count=last - first + 1, mac_before="0" * 64, mac=AuditEntry.objects.get(pk=last).mac,
        archive="a", sha256="0" * 64, closed=timezone.now(), closed_by="nobody", key_id="k1", seal="ab" * 32,
    )  # fmt: skip


@pytest.mark.parametrize("column", ["about", "mac", "seq"])
def test_an_update_is_refused(column):
    with pytest.raises(Error, match="never changed"), transaction.atomic():
        edit(column, "'900'" if column != "seq" else "900", 3)
    assert verification.verify().broken is None


@pytest.mark.parametrize("seq", [1, 3, 6])
def test_a_deletion_is_refused(seq):
    with pytest.raises(Error, match="never deleted"), transaction.atomic():
        cut(seq, seq)
    assert AuditEntry.objects.count() == 6


def test_the_orm_is_refused_too():
    with pytest.raises(Error, match="never changed"), transaction.atomic():
        AuditEntry.objects.update(about="")
    with pytest.raises(Error, match="never deleted"), transaction.atomic():
        AuditEntry.objects.all().delete()


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("verb", ["INSERT OR REPLACE", "REPLACE"])
def test_a_replacement_is_refused(verb):
    with pytest.raises(Error, match="never changed"), transaction.atomic():
        tamper(f"{verb} {COPY}")
    assert AuditEntry.objects.get(pk=3).about != "x"


def test_an_insertion_that_would_turn_into_an_update_is_refused():
    with pytest.raises(Error, match="never changed"), transaction.atomic():
        tamper(f"INSERT {COPY} ON CONFLICT (seq) DO UPDATE SET about = 'x'")
    assert AuditEntry.objects.get(pk=3).about != "x"


@pytest.mark.only_on("postgresql")
def test_a_truncation_is_refused():
    with pytest.raises(Error, match="never deleted"), transaction.atomic():
        tamper("TRUNCATE security_auditentry")
    assert AuditEntry.objects.count() == 6


def test_rows_of_a_closed_segment_may_go_and_no_other():
    closed(1, 3)
    cut(1, 3)
    with pytest.raises(Error, match="never deleted"), transaction.atomic():
        cut(4, 4)
    assert AuditEntry.objects.count() == 3


def test_a_segment_that_somebody_else_closed_is_found():
    closed(1, 3)
    cut(1, 3)
    broken = verification.verify().broken
    assert broken
    assert (broken.kind, broken.seq) == (Kind.SEGMENT, 1)


def test_the_triggers_can_be_removed_for_a_migration_backwards():
    triggers.remove(connection)
    cut(1, 6)
    assert not AuditEntry.objects.exists()


def test_the_migrations_leave_every_lock_in_place():
    with environment({}) as env:
        told = manage("shell", "--verbosity", "0", "-c", ATTEMPTS, env=env).stdout
    assert told.splitlines() == ["never changed", "never changed", "never deleted", "never deleted"]


ATTEMPTS = """
import re
from django.db import Error, connection
from tests.security.chains import COPY, make
make(6)
replace, cut = f"INSERT OR REPLACE {COPY}", "DELETE FROM security_auditentry WHERE seq = 3"
if connection.vendor == "postgresql":
    replace, cut = f"INSERT {COPY} ON CONFLICT (seq) DO UPDATE SET about = 'x'", "TRUNCATE security_auditentry"
for attempt in ("UPDATE security_auditentry SET about = 'x'", replace, "DELETE FROM security_auditentry", cut):
    try:
        connection.cursor().execute(attempt)
    except Error as refused:
        print(re.search("never changed|never deleted", str(refused))[0])
"""
