"""The forms of the keys page."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.utils import timezone

from apiauth import particulars
from apiauth.errors import KeyRefused
from apiauth.keys import Overlap
from apiauth.models import NAME_LENGTH, ApiKey
from apiauth.scopes import DEFAULT, Scope, withheld

MAX_DAYS = 3650
DAYS = f"Between 1 and {MAX_DAYS} days, or empty."
SCOPE_WORDS = {
    Scope.READ: "read: funds, orders, positions, quotes",
    Scope.TRADE: "trade: place, change and cancel orders",
    Scope.STREAM: "stream: live prices and what happens to orders",
    Scope.BANS: "bans: the list of banned addresses",
}
OVERLAP_WORDS = {
    Overlap.NOW: "not at all",
    Overlap.HOUR: "for one hour",
    Overlap.DAY: "for 24 hours",
    Overlap.WEEK: "for 7 days",
}


class IssueForm(forms.Form):
    name = forms.CharField(max_length=NAME_LENGTH, label="Name", help_text="What the key is for.")
    scopes = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple,
        label="What it may do",
        initial=sorted(DEFAULT),
        error_messages={"required": "Choose at least one scope."},
    )
    expires = forms.IntegerField(
        min_value=1,
        max_value=MAX_DAYS,
        required=False,
        label="Days until it expires",
        help_text="Empty: never.",
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), DAYS),
    )
    addresses = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=4000,
        required=False,
        label="Addresses it may be used from",
        help_text="Addresses or networks such as 203.0.113.0/24, one a line. Empty: from anywhere.",
    )
    test = forms.BooleanField(required=False, label="Test key", help_text="Always acts on paper, whatever your mode.")

    def __init__(self, *args: Any, user: AbstractBaseUser, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        field, refused = self.fields["scopes"], withheld(user)
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - tells the type checker what the class body says
        field.choices = [(scope.value, words) for scope, words in SCOPE_WORDS.items() if scope not in refused]
        field.initial = sorted(DEFAULT - refused)

    def clean_name(self) -> str:
        """No second key of that name, so that a page that is reloaded makes none; programs may name theirs as they like."""
        try:
            name = particulars.proper_name(self.cleaned_data["name"])
        except KeyRefused as refusal:
            raise ValidationError(str(refusal)) from refusal
        if ApiKey.objects.live().filter(user_id=self.user.pk, name=name).exists():
            raise ValidationError("You have a key of this name; choose another name, or revoke that key first.")
        return name

    def clean_expires(self) -> datetime | None:
        days = self.cleaned_data["expires"]
        return timezone.now() + timedelta(days=days) if days else None

    def clean_addresses(self) -> list[str]:
        try:
            return particulars.proper_networks(str(self.cleaned_data["addresses"]).replace(",", " ").split())
        except KeyRefused as refusal:
            raise ValidationError(str(refusal)) from refusal

    def clean_scopes(self) -> frozenset[Scope]:
        return frozenset(map(Scope, self.cleaned_data["scopes"]))


class RotateForm(forms.Form):
    overlap = forms.TypedChoiceField(
        choices=[(overlap.value, words) for overlap, words in OVERLAP_WORDS.items()],
        coerce=Overlap,
        label="The old key stays valid",
    )
