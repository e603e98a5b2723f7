"""What an operator asks of the logs; a filter that cannot be read is told beside its field."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone

from security import addresses, audit_pages, traffic
from security.addresses import NotAnAddress
from security.audit import Act
from security.models import Outcome
from security.models.traffic import Kind
from security.paging import Misasked
from security.traffic import FAMILIES

FIRST, LAST = 1970, 2200  # years


class Instant(forms.DateTimeField):
    """In the zone in which all pages show times."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"}, format="%Y-%m-%dT%H:%M:%S")
    default_error_messages = {"invalid": "This is no time such as 2026-11-23 12:00."}

    def clean(self, value: Any) -> datetime | None:
        with timezone.override(settings.SESSION_TIMEZONE):
            found: datetime | None = super().clean(value)
        if found is not None and not FIRST <= found.year <= LAST:
            raise forms.ValidationError(f"A time from {FIRST} to {LAST}.")
        return found


class LogForm(forms.Form):
    """The span that all filters of a log lie in."""

    since = Instant(label="From", required=False)
    until = Instant(label="To", required=False)

    def clean(self) -> dict[str, Any]:
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if until and not until.microsecond:
            self.cleaned_data["until"] = until = until + timedelta(microseconds=999_999)  # all of the second that is shown
        if since and until and since > until:
            self.add_error("until", "This lies before the beginning.")
        return self.cleaned_data

    @property
    def asked(self) -> dict[str, str]:
        """Only what is filled in, as it was typed."""
        return {name: self[name].value() for name in self.fields if self.cleaned_data.get(name)}


class TrafficForm(LogForm):
    subject = forms.CharField(label="Address", max_length=64, required=False)
    user = forms.CharField(max_length=150, required=False)
    key = forms.CharField(label="Key's id", max_length=16, required=False)
    route = forms.CharField(max_length=100, required=False)
    status = forms.CharField(max_length=4, required=False, widget=forms.TextInput(attrs={"placeholder": "404 or 4xx"}))
    method = forms.CharField(max_length=10, required=False)
    kind = forms.ChoiceField(choices=[("", "Any"), *Kind.choices], required=False)
    incident = forms.CharField(max_length=12, required=False)

    def clean_subject(self) -> str:
        return _read(self.cleaned_data["subject"], traffic.subject_of)

    def clean_status(self) -> str:
        status = str(self.cleaned_data["status"]).lower()
        return status if status in FAMILIES else _read(status, lambda text: str(traffic.status_of(text)))

    def clean_incident(self) -> str:
        return str(self.cleaned_data["incident"]).lower()

    def clean_method(self) -> str:
        return str(self.cleaned_data["method"]).upper()

    @property
    def filters(self) -> traffic.Filters:
        return traffic.Filters(**self.cleaned_data)


def _acts() -> list[tuple[str, Any]]:
    """Areas of the vocabulary, each with its acts."""
    areas = dict.fromkeys(act.partition(":")[0] for act in Act)
    return [("", "Any"), *((area, [(f"{area}:", f"all of {area}"), *_of(area)]) for area in areas)]


def _of(area: str) -> list[tuple[str, str]]:
    return [(act.value, act.value) for act in Act if act.startswith(f"{area}:")]


class AuditForm(LogForm):
    actor = forms.CharField(label="Who", max_length=150, required=False)
    act = forms.ChoiceField(choices=_acts(), required=False)
    about = forms.CharField(max_length=200, required=False)
    address = forms.CharField(label="From address", max_length=64, required=False)
    outcome = forms.ChoiceField(choices=[("", "Any"), *Outcome.choices], required=False)

    def clean_address(self) -> str:
        return _read(self.cleaned_data["address"], lambda text: addresses.parse(text).text)

    @property
    def filters(self) -> audit_pages.Filters:
        return audit_pages.Filters(**self.cleaned_data)


def _read(text: str, read: Callable[[str], str]) -> str:
    try:
        return read(text) if text else ""
    except (NotAnAddress, Misasked) as error:
        raise forms.ValidationError(str(error)) from error
