"""What an operator types on the security page."""

from datetime import timedelta

from django import forms

DURATIONS: dict[str, timedelta | None] = {
    "24h": timedelta(hours=24),
    "48h": timedelta(hours=48),
    "1w": timedelta(weeks=1),
    "permanent": None,
}


class BanForm(forms.Form):
    """Whom to shut out, why, for how long; what may not be banned is the verb's to say."""

    address = forms.CharField(label="Address or range", max_length=64, help_text="203.0.113.9, 203.0.113.0/24 or 2001:db8::/48")
    reason = forms.CharField(max_length=200, help_text="Kept with the ban, for whoever asks later.")
    duration = forms.ChoiceField(
        label="For",
        choices=[("24h", "24 hours"), ("48h", "48 hours"), ("1w", "1 week"), ("permanent", "Permanent")],
        initial="24h",
    )

    def clean_duration(self) -> timedelta | None:
        return DURATIONS[self.cleaned_data["duration"]]


class LiftForm(forms.Form):
    """Which ban to end, and a word on why."""

    cidr = forms.CharField(max_length=64, widget=forms.HiddenInput)
    note = forms.CharField(label="Why", max_length=200, required=False, help_text="Kept with the ban.")
