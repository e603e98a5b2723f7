"""The policy as a form: what is sent unchanged is left alone, so that two who have it open lose nothing of each other's."""

from typing import Any

from django import forms
from django.conf import settings

from security import policy
from security.actors import Actor
from security.kinds import OneOf, PerTime, SomeOf, Switch, Typed
from security.policy import DEFAULTS, PolicyRefused
from security.rates import LABELS, PRESETS, Rule
from security.thresholds import THRESHOLDS, Group, Threshold

RATE = "rates."  # before the rule, in the names of fields


class TypedField(forms.CharField):
    """A line that a kind reads; empty is the default."""

    def __init__(self, kind: Typed, **more: Any) -> None:
        self.kind = kind
        super().__init__(max_length=200, **more)

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        try:
            return self.kind.read(text) if text else None
        except ValueError as wrong:
            raise forms.ValidationError(str(wrong)) from None

    def run_validators(self, value: Any) -> None:
        """The kind has read it."""


class PolicyForm(forms.Form):
    """One field a threshold, and one a rate."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for name, threshold in THRESHOLDS.items():
            if name == "rates":
                self.fields.update({RATE + rule: _rate(rule) for rule in LABELS})
            else:
                self.fields[name] = _field(name, threshold)

    def save(self, *, by: Actor) -> list[str]:
        """Set what was changed and say what that is; a refusal stands beside its field."""
        changed = [name for name in self.changed_data if name in self.cleaned_data]
        values: dict[str, Any] = {name: self.cleaned_data[name] for name in changed if not name.startswith(RATE)}
        rates = {name.removeprefix(RATE): self.cleaned_data[name] for name in changed if name.startswith(RATE)}
        try:
            policy.change({**_emptied(values), **({"rates": rates} if rates else {})}, by=by)
        except PolicyRefused as refused:
            for name, sentence in refused.problems.items():
                self.add_error(name if name in self.fields else None, sentence)
        return [str(self.fields[name].label) for name in changed]

    def sections(self) -> list[tuple[str, list[tuple[forms.BoundField, bool]]]]:
        """Each group's fields, and whether they differ from their default."""
        return [(group, [(self[name], _moved(name)) for name in self.fields if _group(name) is group]) for group in Group]


def reset(name: str, *, by: Actor) -> str | None:
    """Back to the default; its label, or None where there is no such field. Raises PolicyRefused."""
    form = PolicyForm()
    if name not in form.fields:
        return None
    values = {"rates": {name.removeprefix(RATE): None}} if name.startswith(RATE) else {name: None}
    policy.change(values, by=by)
    return str(form.fields[name].label)


def _emptied(values: dict[str, Any]) -> dict[str, Any]:
    return {name: None if value in ("", []) else value for name, value in values.items()}


def _group(name: str) -> Group:
    return THRESHOLDS["rates" if name.startswith(RATE) else name].group


def _moved(name: str) -> bool:
    if name.startswith(RATE):
        return name.removeprefix(RATE) in policy.current().rates
    return bool(getattr(policy.current(), name) != getattr(DEFAULTS, name))


def _field(name: str, threshold: Threshold) -> forms.Field:
    kind, value, default = threshold.kind, getattr(policy.current(), name), getattr(DEFAULTS, name)
    told = f"{threshold.help} Default: {kind.text(default) or 'none'}.".strip()
    about: dict[str, Any] = {"label": threshold.label, "required": False, "show_hidden_initial": True, "help_text": told}
    match kind:
        case Switch():
            return forms.BooleanField(initial=value, **about)
        case SomeOf(names=names):
            choices = [(each, each) for each in names]
            return forms.MultipleChoiceField(
                choices=choices, initial=sorted(value), widget=forms.CheckboxSelectMultiple, **about
            )
        case OneOf(names=names):
            about["help_text"] = threshold.help
            spelled = [(each, each or f"as RATE_LIMITS says ({settings.RATE_LIMITS})") for each in names]
            return forms.ChoiceField(choices=spelled, initial=value, **about)
        case _:
            return TypedField(kind, initial=kind.text(value), **about)  # type: ignore[arg-type]


def _rate(rule: Rule) -> forms.Field:
    """Empty: what the preset says."""
    kind, own = PerTime(), policy.current().rates.get(rule)
    preset = PRESETS[policy.current().preset or settings.RATE_LIMITS].get(rule)
    said = kind.text(preset) if preset else "no limit"
    return TypedField(
        kind, label=LABELS[rule], required=False, show_hidden_initial=True, initial=kind.text(own) if own else "",
        widget=forms.TextInput(attrs={"placeholder": said}), help_text=f"Empty: {said}, as the preset says.",
    )  # fmt: skip
