"""The page on which users see, issue, rotate and revoke their own keys; a token is shown once, on the answer to its POST."""

from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from apiauth import keys
from apiauth.errors import KeyRefused
from apiauth.forms import IssueForm, RotateForm
from apiauth.keys import Issued, Overlap
from apiauth.models import ApiKey
from security import actors, sudo
from security.audit import Act
from security.ratelimits import Rule, limit

unstored = cache_control(no_store=True, private=True)
seen_or_sent = require_http_methods(["GET", "HEAD", "POST"])


@limit(Rule.KEYS, audit=(Act.KEY_ISSUED,))
@unstored
@seen_or_sent
@sudo.required
def api_keys(request: HttpRequest) -> HttpResponse:
    user = _user(request)
    form = IssueForm(request.POST or None, user=user)
    if request.method != "POST":
        return _list(request, form)
    if form.is_valid():
        try:
            return _list(request, IssueForm(user=user), issued=keys.issue(user, by=actors.of(request), **form.cleaned_data))
        except KeyRefused as refusal:
            form.add_error(None, str(refusal))
    return _list(request, form, status=400)


@limit(Rule.KEYS, audit=(Act.KEY_ROTATED,))
@unstored
@seen_or_sent
@sudo.required
def rotate_api_key(request: HttpRequest, kid: str) -> HttpResponse:
    key = _own(request, kid)
    form = RotateForm(request.POST or None, initial={"overlap": _kindest(key)})
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                issued = keys.rotate(kid, overlap=form.cleaned_data["overlap"], by=actors.of(request))
                return _list(request, IssueForm(user=_user(request)), issued=issued)
            except KeyRefused as refusal:
                form.add_error(None, str(refusal))
    return render(request, "apiauth/rotate_api_key.html", {"key": key, "form": form}, status=status)


@limit(Rule.KEYS, audit=(Act.KEY_REVOKED,))
@unstored
@seen_or_sent
@sudo.required
def revoke_api_key(request: HttpRequest, kid: str) -> HttpResponse:
    key = _own(request, kid)
    if request.method == "POST":
        keys.revoke(kid, by=actors.of(request))
        messages.success(request, f"The key {key.name} ({key.kid}) is revoked.")
        return redirect("api_keys")
    return render(request, "apiauth/revoke_api_key.html", {"key": key})


def _list(request: HttpRequest, form: IssueForm, *, issued: Issued | None = None, status: int = 200) -> HttpResponse:
    own = ApiKey.objects.select_related("user", "successor").filter(user_id=_user(request).pk)
    active = [key for key in own if key.standing.opens]
    ended = [key for key in own if not key.standing.opens]
    context = {"active": active, "ended": ended, "form": form, "issued": issued}
    return render(request, "apiauth/api_keys.html", context, status=status)


def _kindest(key: ApiKey) -> Overlap:
    """A program that used the key within a day is likely to need it until somebody gives it the next."""
    in_use = key.last_used is not None and timezone.now() - key.last_used < Overlap.DAY.span
    return Overlap.DAY if in_use else Overlap.NOW


def _own(request: HttpRequest, kid: str) -> ApiKey:
    """404 for another user's key as for none."""
    return get_object_or_404(ApiKey.objects.select_related("user"), kid=kid, user_id=_user(request).pk)


def _user(request: HttpRequest) -> AbstractBaseUser:
    if not request.user.is_authenticated:
        raise PermissionDenied
    return request.user
