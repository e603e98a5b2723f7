"""What the admin's lists may be asked; in doubt nothing: `?digest__startswith=a` would read a secret letter by letter."""

from typing import Any

from django.http import HttpRequest


class OfferedLookups:
    """For a ModelAdmin: the filters that its page offers, and no other field."""

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        admin: Any = self
        offered = (getattr(each, "parameter_name", each) for each in (*admin.list_filter, admin.date_hierarchy))
        return lookup.partition("__")[0] in offered
