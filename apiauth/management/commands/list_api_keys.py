"""Lists the API keys, never a secret."""

import json
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from apiauth.management.keycommand import KeyCommand
from apiauth.models import ApiKey


class Command(KeyCommand):
    help = "List the API keys with their standing and last use."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print a JSON list")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = [_facts(key) for key in ApiKey.objects.select_related("user", "successor")]
        if options["json"]:
            self.stdout.write(json.dumps(rows, indent=2))
            return
        for row in rows:
            last = f"last used {row['last_used']} from {row['last_address']}" if row["last_used"] else "never used"
            self.stdout.write(
                f"{row['kid']}  {row['state']:<8}  {row['user']}  {row['name']}  {','.join(row['scopes'])}  {last}"
            )


def _facts(key: ApiKey) -> dict[str, Any]:
    return {
        "kid": key.kid,
        "user": key.user.get_username(),
        "name": key.name,
        "scopes": sorted(key.scope_set),
        "test": key.test,
        "canary": key.canary,
        "addresses": key.addresses,
        "state": key.standing,
        "created": _iso(key.created),
        "expires": _iso(key.expires),
        "revoked": _iso(key.revoked),
        "successor": key.successor.kid if key.successor else None,
        "grace_until": _iso(key.grace_until),
        "last_used": _iso(key.last_used),
        "last_address": key.last_address,
        "uses": key.uses,
    }


def _iso(instant: datetime | None) -> str | None:
    return instant.isoformat(timespec="seconds") if instant else None
