"""What an operator types on the security pages; what may not be is the verb's to say."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from security import durations, reported
from security.addresses import NotAnAddress, network, subject_network
from security.blocklists.formats import FORMATS
from security.listing import Listed, Wanted
from security.models import Action, Origin
from security.punishment import WIDENED
from security.reported import Report, Unclear
from security.seekers import LONGEST, PatternRefused, checked
from security.suspects import PAGES
from security.thresholds import SCENARIOS

LENGTHS = [("24h", "24 hours"), ("48h", "48 hours"), ("1w", "1 week"), ("permanent", "Permanent")]
LARGEST = 1024 * 1024  # bytes of an uploaded file
UNTIL = "Look once more: what was sent does not say up to when the page had looked."
ADDRESS = "203.0.113.9, 203.0.113.0/24 or 2001:db8::/48"


class FindForm(forms.Form):
    """Which bans to list; `before` is the key of the page before."""

    KNOWN = ("manual", *SCENARIOS, WIDENED)

    q = forms.CharField(
        label="Find an address, a range or a word of the reason", max_length=100, required=False,
        widget=forms.TextInput({"type": "search", "placeholder": "Address or reason"}),
    )  # fmt: skip
    state = forms.ChoiceField(label="State", choices=Listed, required=False)
    action = forms.ChoiceField(label="Action", choices=[("", "Any action"), *Action.choices], required=False)
    origin = forms.ChoiceField(label="Origin", choices=[("", "Any origin"), *Origin.choices], required=False)
    scenario = forms.CharField(
        max_length=64, required=False, widget=forms.TextInput({"list": "scenarios", "placeholder": "Any scenario"})
    )
    before = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def narrowing(self) -> list[forms.BoundField]:
        return [self[name] for name in ("state", "action", "origin", "scenario")]

    @property
    def wanted(self) -> Wanted:
        """What was asked for; the bans in force where nothing was, or nothing that can be."""
        given = self.cleaned_data if self.is_valid() else {}
        state = given.get("state") or Listed.IN_FORCE
        return Wanted(given.get("q", ""), state, *(given.get(name, "") for name in ("action", "origin", "scenario")))


class BanForm(forms.Form):
    """Whom to shut out, why, for how long; `force` is asked for only once a very wide range was refused."""

    address = forms.CharField(label="Address or range", max_length=64, strip=False, help_text=ADDRESS)
    reason = forms.CharField(max_length=200, help_text="Kept with the ban, for whoever asks later.")
    duration = forms.ChoiceField(label="For", choices=LENGTHS, initial="24h")
    force = forms.BooleanField(label="Ban it all the same", required=False, widget=forms.HiddenInput)

    def clean_duration(self) -> timedelta | None:
        return durations.duration(self.cleaned_data["duration"])

    def offer_force(self) -> None:
        """Show the box to tick; what was sent before does not tick it."""
        self.fields["force"].widget = forms.CheckboxInput()


class PatternForm(forms.Form):
    """For what somebody must have asked to be listed."""

    pattern = forms.CharField(
        label="Path", max_length=LONGEST, help_text="* is any text, ? any character; capitals do not matter.",
        widget=forms.TextInput({"placeholder": "/wp-*", "autocapitalize": "off", "spellcheck": "false"}),
    )  # fmt: skip

    def clean_pattern(self) -> str:
        try:
            return checked(self.cleaned_data["pattern"])
        except PatternRefused as refused:
            raise forms.ValidationError(str(refused)) from None


class BanAllForm(PatternForm):
    """All whom a page showed, which had looked up to an instant."""

    until = forms.DateTimeField(widget=forms.HiddenInput, error_messages=dict.fromkeys(("required", "invalid"), UNTIL))
    reason = forms.CharField(max_length=200, help_text="Kept with each ban, for whoever asks later.")
    duration = forms.ChoiceField(label="For", choices=LENGTHS, initial="24h")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["pattern"].widget = forms.HiddenInput()

    def clean_duration(self) -> timedelta | None:
        return durations.duration(self.cleaned_data["duration"])

    def clean_until(self) -> datetime:
        until: datetime = self.cleaned_data["until"]
        return min(until, timezone.now())


class SuspectForm(forms.Form):
    """Whose attempts to show: one address, or a page of all."""

    q = forms.CharField(
        label="Find an address", max_length=64, required=False,
        widget=forms.TextInput({"type": "search", "placeholder": "Address"}),
    )  # fmt: skip
    page = forms.IntegerField(min_value=1, max_value=PAGES, required=False, widget=forms.HiddenInput)

    def clean_q(self) -> str:
        """As subjects are named."""
        try:
            return subject_network(self.cleaned_data["q"]).named if self.cleaned_data["q"] else ""
        except NotAnAddress as error:
            raise forms.ValidationError(str(error)) from None


class AddressForm(forms.Form):
    """Whose file to show."""

    q = forms.CharField(
        label="Address or incident", max_length=64,
        widget=forms.TextInput({"type": "search", "placeholder": "Address or incident", "size": 24}),
    )  # fmt: skip
    report: Report | None = None  # of the incident that was given

    def clean_q(self) -> str:
        """As people and the matcher name it; of an incident, who was told it."""
        asked = self.cleaned_data["q"]
        try:
            if reported.is_incident(asked):
                self.report = reported.find(asked)
                return self.report.subject
            return subject_network(asked).named
        except (NotAnAddress, Unclear) as error:
            raise forms.ValidationError(str(error)) from None

    @property
    def is_range(self) -> bool:
        return network(self.cleaned_data["q"]).is_range


class ClearForm(forms.Form):
    """Whose attempts to forget."""

    subject = forms.CharField(max_length=64, widget=forms.HiddenInput)


class LiftForm(forms.Form):
    """Which ban to end, and a word on why."""

    cidr = forms.CharField(max_length=64, widget=forms.HiddenInput)
    note = forms.CharField(label="Why", max_length=200, required=False, help_text="Kept with the ban.")


class AllowForm(forms.Form):
    """Whom no ban may touch, who that is, and for how long."""

    address = forms.CharField(label="Address or range", max_length=64, strip=False, help_text=ADDRESS)
    note = forms.CharField(label="Who it is", max_length=200, help_text="Kept with the entry.")
    duration = forms.ChoiceField(label="For", choices=[("permanent", "Until it is removed"), *LENGTHS[:3]], initial="permanent")

    def clean_duration(self) -> timedelta | None:
        return durations.duration(self.cleaned_data["duration"])


class ExportForm(forms.Form):
    """In which language the list is wanted."""

    form = forms.ChoiceField(choices=[(each.name, each.label) for each in FORMATS.values()])


class ImportForm(forms.Form):
    """A file of bans; `force` is asked for only once a very wide range was refused."""

    file = forms.FileField(label="File", help_text="CSV, JSON, nginx, nftables or fail2ban, up to 1 MiB.")
    force = forms.BooleanField(label="Ban very wide ranges all the same", required=False, widget=forms.HiddenInput)

    def clean_file(self) -> "UploadedFile[bytes]":
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST:
            raise forms.ValidationError("A file has 1 MiB at most: manage.py import_bans takes larger ones.")
        return file

    def offer_force(self) -> None:
        """Show the box to tick; what was sent before does not tick it."""
        self.fields["force"].widget = forms.CheckboxInput()


class DisallowForm(forms.Form):
    """Which entry of the allow list to end."""

    cidr = forms.CharField(max_length=64, widget=forms.HiddenInput)
