"""Addresses of the security pages."""

from django.urls import URLPattern, URLResolver, path

from security.views import (
    alerts,
    allows,
    bans,
    charts,
    crawlers,
    dossier,
    exchange,
    logs,
    policy,
    replays,
    seekers,
    sockets,
    suspects,
)  # fmt: skip

urlpatterns: list[URLPattern | URLResolver] = [
    path("robots.txt", crawlers.robots, name="robots"),
    path("security/", bans.security, name="security"),
    path("security/bans/<uuid:pk>/", bans.ban, name="ban"),
    path("security/offenders/", seekers.offenders, name="offenders"),
    path("security/lift/", bans.lift, name="lift_ban"),
    path("security/resume/", bans.resume, name="resume_bans"),
    path("security/address/", dossier.address, name="address"),
    path("security/suspects/", suspects.suspects, name="suspects"),
    path("security/suspects/clear/", suspects.clear, name="clear_suspect"),
    path("security/allow/", allows.allowed, name="allows"),
    path("security/allow/remove/", allows.disallow, name="remove_allow"),
    path("security/alerts/", alerts.alerts, name="alerts"),
    path("security/alerts/close/", alerts.close_alert, name="close_alert"),
    path("security/exchange/", exchange.exchange, name="exchange"),
    path("security/exchange/check/", exchange.check, name="check_import"),
    path("security/exchange/export/", exchange.export, name="export_bans"),
    path("security/sockets/", sockets.sockets, name="sockets"),
    path("security/sockets/disconnect/", sockets.disconnect, name="disconnect"),
    path("security/policy/", policy.policy, name="policy"),
    path("security/charts/", charts.pictures, name="charts"),
    path("logs/", logs.logs, name="logs"),
    path("logs/export/", logs.export_traffic, name="export_traffic"),
    path("logs/audit/", logs.audit_log, name="audit_log"),
    path("logs/audit/export/", logs.export_audit, name="export_audit"),
    path("security/replay/", replays.replay, name="replay"),
]
