"""Bans, allow list, alerts, audit and policy in the admin: history is read-only; verbs are the same as on /security."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render

from security import actors, alerts, allows, bans, dashboard, listing
from security.allows import AllowRefused
from security.audit import Act
from security.forms import AllowForm, BanForm
from security.lookups import OfferedLookups
from security.models import Alert, Allow, AuditEntry, AuditSegment, Ban, Evidence, Offender, Policy, TrafficEntry

WEEK = timedelta(weeks=1)


class Newest(Paginator):  # type: ignore[type-arg]
    """Counts no further than people page: of a million rows that takes a millisecond, and all of them a second."""

    MOST = 5_000

    @property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by()[: self.MOST].count())


class History(OfferedLookups):
    """Rows that nobody edits or deletes."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class Ordered(History, admin.ModelAdmin):  # type: ignore[type-arg]
    """A new row is ordered by our own form."""

    order_form: type[forms.Form]
    order: Callable[..., Model | None]
    button = done = ""

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = self.order_form(request.POST or None, initial=request.GET.dict())
        if request.method == "POST" and form.is_valid() and (row := type(self).order(form, request=request)):
            self.log_addition(request, row, self.done)
            self.message_user(request, f"{row}: {self.done}", messages.SUCCESS)
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        context = {"form": form, "title": f"Add {self.opts.verbose_name}", "opts": self.opts, "button": self.button}
        return render(request, "admin/security/order.html", self.admin_site.each_context(request) | context)


class EvidenceInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Evidence
    fields = ("at", "weight", "sample")
    can_delete = False
    extra = max_num = 0

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Ban)
class BanAdmin(Ordered):
    list_display = ("cidr", "action", "reason", "origin", "actor", "created", "expires", "now")
    list_filter = ("state", "action", "origin", "created")
    search_fields = ("cidr", "reason", "actor", "scenario")
    search_help_text = f"An address, a reason, a scenario, who it was. Of what is found, the newest {Newest.MOST} are listed."
    ordering = ("-id",)
    show_full_result_count = False
    paginator = Newest
    fields = ("cidr", "action", "reason", "scenario", "origin", "actor", "created", "starts", "expires", "offence", "blocked",
              "now", "lifted", "lifted_by", "note")  # fmt: skip
    inlines = (EvidenceInline,)
    actions = ("lift", "extend", "export")
    order_form, order, button, done = BanForm, dashboard.order, "Ban", "Banned."

    @admin.display(description="state")
    def now(self, row: Ban) -> str:
        return row.shown_state

    @admin.display(description="requests blocked")
    def blocked(self, row: Ban) -> int:
        return listing.blocked(row)

    @admin.action(description="Lift the selected bans", permissions=["view"])
    def lift(self, request: HttpRequest, rows: QuerySet[Ban]) -> None:
        self._tell(request, bans.lift_these(rows, by=actors.of(request)), "lifted")

    @admin.action(description="Extend the selected bans by a week", permissions=["view"])
    def extend(self, request: HttpRequest, rows: QuerySet[Ban]) -> None:
        by = actors.of(request)
        self._tell(request, [row for row in rows if bans.extend(row, by=by, longer=WEEK)], "extended")

    @admin.action(description="Export the selected bans in force as CSV", permissions=["view"])
    def export(self, request: HttpRequest, rows: QuerySet[Ban]) -> StreamingHttpResponse:
        return dashboard.download("csv", request=request, rows=rows)

    def _tell(self, request: HttpRequest, rows: list[Ban], done: str) -> None:
        for row in rows:
            self.log_change(request, row, f"{done.capitalize()}.")
        self.message_user(request, f"{len(rows)} {done}.", messages.SUCCESS if rows else messages.WARNING)


@admin.register(Allow)
class AllowAdmin(Ordered):
    list_display = ("cidr", "note", "actor", "created", "expires", "removed", "removed_by")
    list_filter = (("removed", admin.EmptyFieldListFilter),)
    search_fields = ("cidr", "note", "actor")
    date_hierarchy = "created"
    fields = ("cidr", "note", "actor", "created", "expires", "removed", "removed_by")
    actions = ("remove",)
    order_form, order, button, done = AllowForm, dashboard.allow, "Allow", "Allowed."

    @admin.action(description="Remove the selected entries", permissions=["view"])
    def remove(self, request: HttpRequest, rows: QuerySet[Allow]) -> None:
        removed = 0
        for row in rows.filter(removed=None):
            try:
                allows.remove(row.cidr, by=actors.of(request))
            except AllowRefused as refused:
                self.message_user(request, str(refused), messages.WARNING)
            else:
                self.log_change(request, row, "Removed.")
                removed += 1
        self.message_user(request, f"{removed} removed.", messages.SUCCESS if removed else messages.WARNING)


class Ledger(History, admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows to look at."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(Alert)
class AlertAdmin(Ledger):
    list_display = ("kind", "about", "sentence", "count", "first", "last", "closed", "closed_by")
    list_filter = ("kind",)
    search_fields = ("about", "sentence")
    date_hierarchy = "last"
    actions = ("close",)

    @admin.action(description="Close the selected alerts", permissions=["view"])
    def close(self, request: HttpRequest, rows: QuerySet[Alert]) -> None:
        closed = [row for row in rows if alerts.close(row, by=actors.of(request))]
        for row in closed:
            self.log_change(request, row, "Closed.")
        self.message_user(request, f"{len(closed)} closed.", messages.SUCCESS if closed else messages.WARNING)


@admin.register(Policy)
class PolicyAdmin(Ledger):
    """Changed on /security/policy/ alone."""

    list_display = ("changed", "changed_by", "values", "paused_until")
    fields = ("values", "changed", "changed_by", "paused_until")


@admin.register(Offender)
class OffenderAdmin(Ledger):
    list_display = fields = ("subject", "count", "last")
    search_fields = ("subject",)
    date_hierarchy = "last"


class ByAct(admin.SimpleListFilter):
    """The vocabulary; asking the rows which acts they hold would read them all."""

    title = parameter_name = "act"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(act.value, act.value) for act in Act]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        return queryset.filter(act=self.value()) if self.value() else queryset


@admin.register(AuditEntry)
class AuditEntryAdmin(Ledger):
    actions = None
    list_display = ("seq", "at", "act", "about", "actor", "address", "outcome")
    list_filter = (ByAct, "outcome", "at")
    search_fields = ("act", "about", "actor")
    search_help_text = f"An act, what it was about, or who did it. Of what is found, the newest {Newest.MOST} rows are listed."
    show_full_result_count = False
    paginator = Newest


class AsTheyCame(ChangeList):
    """In no other order, whatever an address asks for: it would sort them all."""

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        return ["-id"]


@admin.register(TrafficEntry)
class TrafficEntryAdmin(Ledger):
    actions = None
    list_display = ("at", "kind", "subject", "method", "path", "status", "ms", "user", "key")
    sortable_by = ()
    show_full_result_count = False
    paginator = Newest

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return AsTheyCame


@admin.register(AuditSegment)
class AuditSegmentAdmin(Ledger):
    actions = None
    list_display = ("first", "last", "count", "archive", "closed", "closed_by")
