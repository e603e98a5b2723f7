"""What the accounts pages ask for."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from accounts.models import User
from accounts.models.user import name_shape
from accounts.passwords import LEAST, MOST
from security.guesses import Refused

REFUSED = "Name and password do not match."


def _password(label: str, autocomplete: str, help_text: str = "") -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, strip=False, widget=widget, max_length=MOST, help_text=help_text)


class LoginForm(forms.Form):
    username = forms.CharField(max_length=64, widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True}))
    password = _password("Password", "current-password")

    def full_clean(self) -> None:
        """One sentence for whatever is wrong: nobody learns from it which names exist."""
        super().full_clean()
        if self.is_bound and self.errors:
            self.errors.clear()
            self.add_error(None, REFUSED)


class NewPassword(forms.Form):
    """A new password, typed twice and held against the rules for this user."""

    password = _password("Password", "new-password", f"At least {LEAST} characters.")
    password_repeat = _password("Password again", "new-password")

    def person(self) -> User:
        """For whom: names and addresses make poor passwords."""
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        password, repeat = data.get("password"), data.get("password_repeat")
        if password and repeat and password != repeat:
            self.add_error("password_repeat", "The two passwords differ.")
        if password:
            self._hold_against_rules(password)
        return data

    def _hold_against_rules(self, password: str) -> None:
        try:
            validate_password(password, self.person())
        except ValidationError as error:
            self.add_error("password", error)


class SetUpForm(NewPassword):
    username = forms.CharField(
        max_length=64, validators=[name_shape], widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True})
    )
    email = forms.EmailField(max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    field_order = ("username", "email", "password", "password_repeat")

    def person(self) -> User:
        return User(username=self.cleaned_data.get("username", ""), email=self.cleaned_data.get("email", ""))


class PasswordChangeForm(NewPassword):
    current_password = _password("Current password", "current-password")
    field_order = ("current_password", "password", "password_repeat")

    def __init__(self, user: User, data: Any = None, *, prove: Callable[[str], User | Refused | None]) -> None:
        """`prove` says whether a password is the user's, or when to ask again."""
        super().__init__(data)
        self.user, self.prove = user, prove
        self.refused: Refused | None = None
        self.fields["password"].label = "New password"
        self.fields["password_repeat"].label = "New password again"

    def person(self) -> User:
        return self.user

    def clean_current_password(self) -> str:
        password = str(self.cleaned_data["current_password"])
        outcome = self.prove(password)
        if isinstance(outcome, Refused):
            self.refused = outcome
            raise ValidationError(outcome.sentence)
        if outcome is None:
            raise ValidationError("This is not your current password.")
        return password

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        if "current_password" in self.cleaned_data and self.user.check_password(password):
            raise ValidationError("This is your current password; choose another.")
        return password
