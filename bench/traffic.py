"""How quickly a long traffic trail is read: `python -m bench.traffic [ROWS]` (DATABASE_URL names PostgreSQL)."""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.test import Client

ROWS = 10_000_000
TIMES = 5

# A month, evenly: a program of the owner, another that stopped after half the time, and 50,000 strangers who scan.
SQLITE = """
WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < {rows} - 1)
INSERT INTO security_trafficentry
(id, at, kind, subject, method, route, path, status, ms, size, "user", "key", agent, anonymous)
SELECT n + 1, strftime('%Y-%m-%d %H:%M:%f', {begin} + n * {step}, 'unixepoch'), {facts} FROM numbers
"""
POSTGRESQL = """
INSERT INTO security_trafficentry
(id, at, kind, subject, method, route, path, status, ms, size, "user", "key", agent, anonymous)
SELECT n + 1, to_timestamp({begin} + n * {step}), {facts} FROM generate_series(0, {rows} - 1) AS n
"""
FACTS = """
'http',
CASE WHEN n % 10 < 6 THEN '198.51.100.7' WHEN n % 10 < 8 AND n < {rows} / 2 THEN '198.51.100.8'
     ELSE '203.0.' || (n % 50000) / 256 || '.' || (n % 50000) % 256 END,
CASE WHEN n % 10 < 8 THEN 'POST' ELSE 'GET' END,
CASE WHEN n % 10 < 8 THEN 'api-1:quotes' ELSE '' END,
CASE WHEN n % 10 < 8 THEN '/api/v1/quotes' ELSE '/wp-login.php' END,
CASE WHEN n % 100003 = 0 THEN 500 WHEN n % 10 < 8 THEN 200 ELSE 404 END,
1.5, 300,
CASE WHEN n % 10 < 6 THEN 'owner' WHEN n % 10 < 8 AND n < {rows} / 2 THEN 'trader' ELSE '' END,
CASE WHEN n % 10 < 6 THEN 'aaaaaaaaaa' WHEN n % 10 < 8 AND n < {rows} / 2 THEN 'bbbbbbbbbb' ELSE '' END,
'0123456789abcdef', {false}
"""
ASKED: dict[str, dict[str, Any]] = {
    "everything": {},
    "a subject that calls all the time": {"subject": "198.51.100.7"},
    "a stranger": {"subject": "203.0.3.232"},
    "a user who left long ago": {"user": "trader"},
    "a key": {"key": "aaaaaaaaaa"},
    "a route": {"route": "api-1:quotes"},
    "a rare status": {"status": "500"},
    "a family of statuses": {"status": "5xx"},
    "nobody": {"user": "nobody"},
    "a user's rare status": {"user": "owner", "status": "500"},
    "two that never meet": {"user": "trader", "status": "404"},
    "what no index has, and is not there": {"method": "DELETE"},
}
VIEWS = ("/security/charts/", "/security/charts/?span=day", "/logs/", "/logs/?subject=203.0.3.232", "/logs/?status=500")


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="openalgo-bench-") as folder:
        os.environ |= {"DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "openalgo.settings"}
        _measure(int(sys.argv[1]) if sys.argv[1:] else ROWS)


def _measure(rows: int) -> None:
    import django

    django.setup()
    from django.db import connection

    name = connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        took = _seconds(lambda: _fill(rows))
        print(f"{connection.vendor}: {rows:,} rows written in {took:.0f} s, {_size() / rows:.0f} bytes each")
        _pages()
        _sums()
        _views()
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def _fill(rows: int) -> None:
    from django.db import connection

    is_sqlite = connection.vendor == "sqlite"
    facts = FACTS.format(rows=rows, false="0" if is_sqlite else "false")
    month = 30 * 86_400
    statement = SQLITE if is_sqlite else POSTGRESQL
    with connection.cursor() as cursor:
        cursor.execute(statement.format(rows=rows, begin=time.time() - month, step=month / rows, facts=facts))
        cursor.execute("ANALYZE")


def _size() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
        else:
            cursor.execute("SELECT pg_total_relation_size('security_trafficentry')")
        return int(cursor.fetchone()[0])


def _pages() -> None:
    from security.traffic import Filters, page

    for name, wanted in ASKED.items():
        filters, after, took = Filters(**wanted), "", []
        for _ in range(TIMES):
            began = time.perf_counter()
            after = page(filters, after=after).after
            took.append(1000 * (time.perf_counter() - began))
        print(f"{took[0]:7.1f} ms the first page, {max(took):7.1f} ms the slowest of {TIMES}: {name}")


def _sums() -> None:
    from datetime import timedelta

    from django.db import transaction
    from django.utils import timezone

    from security import rollups, surges
    from security.rollups import Group, Sums

    last = rollups.minute_of(timezone.now().timestamp())
    counts = [0] * 20 + [100] * 30  # from a third of a millisecond to a minute
    with transaction.atomic():
        for number in range(24 * 60):
            minute = last - timedelta(minutes=number)
            rollups.add({(minute, group): Sums(requests=100, own=counts) for group in (*surges.TIMED, Group.PASSWORDS)})
            rollups.add({(minute, Group.API): Sums(broker=counts), (minute, Group.GATE): Sums(refused=100)})
    print(f"{1000 * _seconds(rollups.last_hour):7.1f} ms the last hour by minutes")
    print(f"{1000 * _seconds(rollups.last_day):7.1f} ms the last day by ten minutes")


def _views() -> None:
    """What an operator's browser waits for, the whole view."""
    from django.test import Client

    from accounts.models import Role, User

    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.create(username="owner", email="owner@example.com", role=Role.OWNER))
    for path in VIEWS:
        took = [1000 * _seconds(partial(_read, client, path)) for _ in range(2 * TIMES)]
        print(f"{statistics.median(took):7.1f} ms the median, {max(took):7.1f} ms the slowest of {2 * TIMES}: {path}")


def _read(client: "Client", path: str) -> None:
    if (answer := client.get(path)).status_code != 200:
        raise RuntimeError(f"{path} answered {answer.status_code}.")


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
