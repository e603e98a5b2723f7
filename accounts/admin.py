"""People and sessions looked at; a session is ended by the same verb as everywhere."""

from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts import sessions
from accounts.models import Session, User, Why
from security import actors
from security.lookups import OfferedLookups


class LookedAt(OfferedLookups, admin.ModelAdmin):  # type: ignore[type-arg]
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(LookedAt):
    fields = ("username", "email", "role", "is_active", "created", "last_login", "password_changed")
    list_display = ("username", "email", "role", "is_active", "last_login")
    list_filter = ("role", "is_active")
    search_fields = ("username", "email")
    ordering = ("username",)


@admin.register(Session)
class SessionAdmin(LookedAt):
    list_display = ("user", "address", "device", "created", "last_seen", "expires", "ended", "why")
    list_display_links = None  # nothing more to see: the rest of a row is not for eyes
    list_select_related = ("user",)
    list_filter = ("why",)
    search_fields = ("user__username", "address")
    ordering = ("-created",)
    actions = ("end",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Session]:
        return super().get_queryset(request).filter(user__isnull=False)

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return obj is None and super().has_view_permission(request)

    @admin.action(description="End the selected sessions")
    def end(self, request: HttpRequest, chosen: QuerySet[Session]) -> None:
        rows = Session.objects.filter(pk__in=chosen.values("pk"))
        ended = sessions.end(rows, why=Why.OPERATOR, by=actors.of(request))
        self.message_user(request, f"Ended: {ended}.", messages.SUCCESS)


admin.site.unregister(Group)  # nobody's rights come from groups
