"""What the admin's lists may be asked; in doubt nothing: `?digest__startswith=a` would read a secret letter by letter."""

import re
from typing import Any

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import BadRequest, ValidationError
from django.http import HttpRequest

_INSTANT = r"[12]\d{3}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?[+-]\d\d:\d\d"

# What the links of a list ask, and no more: engines fail at other values, and a pattern would hold one for hours.
_ASKED = {
    "exact": r".*",
    "isnull": r"True|False|0|1",
    "isempty": r"0|1",
    "gte": _INSTANT,
    "lt": _INSTANT,
    "year": r"[12]\d{3}",
    "month": r"\d\d?",
    "day": r"\d\d?",
}


class OfferedLookups:
    """For a ModelAdmin: the filters that its page offers, and no other field; actions on what can be a row."""

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        admin: Any = self
        offered = (getattr(each, "parameter_name", each) for each in (*admin.list_filter, admin.date_hierarchy))
        name, _, asked = lookup.partition("__")
        shape = _ASKED.get(asked or "exact")
        return name in _names(offered) and shape is not None and bool(re.fullmatch(shape, value, re.ASCII | re.DOTALL))

    def response_action(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Django hands what was selected to the database as it came."""
        admin: Any = self
        if not all(_may_be(admin.opts.pk, each) for each in request.POST.getlist(ACTION_CHECKBOX_NAME)):
            raise BadRequest("What was selected can be no row.")
        return super().response_action(request, *args, **kwargs)  # type: ignore[misc]


def _may_be(key: Any, text: str) -> bool:
    try:
        key.run_validators(key.to_python(text))
    except ValidationError:
        return False
    return "\0" not in text


def _names(offered: Any) -> set[str]:
    """A filter may stand with its class."""
    return {each[0] if isinstance(each, tuple) else each for each in offered if each}
