"""Bans in the admin: the list is history and read-only; a new ban and a lift go through the same verbs as /security."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from security import dashboard
from security.forms import BanForm
from security.lookups import OfferedLookups
from security.models import Ban


@admin.register(Ban)
class BanAdmin(OfferedLookups, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("cidr", "action", "reason", "origin", "actor", "created", "expires", "now")
    list_filter = ("state", "action", "origin")
    search_fields = ("cidr", "reason", "actor", "scenario")
    date_hierarchy = "created"
    fields = ("cidr", "action", "reason", "scenario", "origin", "actor", "created", "starts", "expires", "offence", "now",
              "lifted", "lifted_by", "note")  # fmt: skip
    actions = ("lift",)

    @admin.display(description="state")
    def now(self, row: Ban) -> str:
        return row.shown_state

    @admin.action(description="Lift the selected bans", permissions=["view"])
    def lift(self, request: HttpRequest, rows: QuerySet[Ban]) -> None:
        lifted = [each for row in rows if row.in_force for each in dashboard.lift(row.cidr, request=request)]
        for row in lifted:
            self.log_change(request, row, "Lifted.")
        self.message_user(request, f"{len(lifted)} lifted.", messages.SUCCESS if lifted else messages.WARNING)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = BanForm(request.POST or None)
        if request.method == "POST" and form.is_valid() and (row := dashboard.order(form, request=request)):
            self.log_addition(request, row, "Banned.")
            self.message_user(request, f"{row.cidr} is banned.", messages.SUCCESS)
            return redirect("admin:security_ban_changelist")
        context = self.admin_site.each_context(request) | {"form": form, "title": "Ban an address", "opts": self.opts}
        return render(request, "admin/security/ban/add.html", context)

    def has_change_permission(self, request: HttpRequest, obj: Ban | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Ban | None = None) -> bool:
        return False
