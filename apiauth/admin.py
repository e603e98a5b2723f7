"""API keys in the Django admin: looked at, and ended by the same verb as everywhere; no secret, tag or digest is shown."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from apiauth import keys
from apiauth.models import ApiKey
from security import actors
from security.lookups import OfferedLookups


@admin.register(ApiKey)
class ApiKeyAdmin(OfferedLookups, admin.ModelAdmin):  # type: ignore[type-arg]  # subscriptable for the type checker alone
    list_display = ("kid", "name", "user", "scopes", "test", "state", "expires", "last_used", "last_address", "uses")
    list_select_related = ("user",)
    search_fields = ("kid", "name", "user__username")
    fields = readonly_fields = (
        "kid", "name", "user", "scopes", "test", "canary", "addresses", "state", "created", "expires", "revoked", "successor",
        "grace_until", "last_used", "last_address", "uses",
    )  # fmt: skip
    actions = ("revoke",)

    @admin.display(description="State")
    def state(self, key: ApiKey) -> str:
        return key.standing.value

    @admin.action(description="Revoke the chosen keys")
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        kids = list(queryset.values_list("kid", flat=True))
        for kid in kids:
            keys.revoke(kid, by=actors.of(request))
        self.message_user(request, f"{len(kids)} revoked.", messages.SUCCESS)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        return False
