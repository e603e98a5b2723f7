"""What an audited change costs, and how fast the chain is verified: `python -m bench.audit` (DATABASE_URL names PostgreSQL)."""

import os
import tempfile
import time
from collections.abc import Callable

ROWS, CHANGES = 200_000, 1_000


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="openalgo-bench-") as folder:
        os.environ |= {"DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "openalgo.settings"}
        _measure()


def _measure() -> None:
    import django

    django.setup()
    from django.db import connection

    from security import audit, verification
    from security.actors import COMMAND_LINE
    from security.audit import Act
    from tests.security import chains

    name = connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:

        def change(rows: int) -> None:
            with audit.change():
                for _ in range(rows):
                    audit.record(Act.BAN_ORDERED, by=COMMAND_LINE, about="203.0.113.9", after={"reason": "scan", "offence": 1})

        def many(rows: int) -> None:
            for _ in range(CHANGES):
                change(rows)

        change(1)
        print(f"{connection.vendor}: {1e6 * _seconds(lambda: many(0)) / CHANGES:.0f} us a change")
        print(f"{1e6 * _seconds(lambda: many(1)) / CHANGES:.0f} us a change that is audited")
        print(f"{1e6 * _seconds(lambda: change(CHANGES)) / CHANGES:.0f} us a row, many in one transaction")
        end = chains.make(ROWS, after=verification.verify().end)
        print(f"{end.seq / _seconds(verification.verify):.0f} rows/s verified")
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
