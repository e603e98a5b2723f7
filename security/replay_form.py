"""Which thresholds to replay recorded traffic with, and how much of it; what is left empty is as the policy in force has it."""

from datetime import timedelta
from typing import Any

from django import forms

from security import hindsight, policy
from security.hindsight import Hindsight
from security.policy_form import TypedField
from security.thresholds import THRESHOLDS

MOST = 20_000  # requests that one page looks at: some two seconds of work


class ReplayForm(forms.Form):
    """A field for each threshold that can be replayed, and the time."""

    since = TypedField(
        hindsight.SPAN, label="Traffic of the last", initial="1 d", help_text="Up to 7 days, such as 90 min or 24 h."
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for name, kind in hindsight.KINDS.items():
            now = kind.text(getattr(policy.current(), name))
            self.fields[name] = TypedField(
                kind, label=THRESHOLDS[name].label, required=False, initial=now, help_text=f"In force: {now}.",
                widget=forms.TextInput(attrs={"placeholder": now}),
            )  # fmt: skip

    def look(self) -> Hindsight:
        """Once it is valid."""
        span = timedelta(seconds=self.cleaned_data["since"])
        typed = {name: self[name].value() for name in hindsight.KINDS if self.cleaned_data[name] is not None}
        return hindsight.look(span, hindsight.changed(typed), most=MOST)
