"""The logs: traffic and audit, filtered, by pages and as files."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from security import actors, audit_pages, dashboard, exports, logfiles, traffic
from security.audit import Act
from security.changes import Change, changes
from security.log_forms import AuditForm, TrafficForm
from security.models import AuditEntry, Ban, TrafficEntry
from security.paging import SIZE, Misasked
from security.ratelimits import Rule, limit
from security.staff import operator_required

Form = TrafficForm | AuditForm


@dataclass(frozen=True, slots=True)
class Log:
    name: str
    form: type[Form]
    page: Callable[..., Any]
    columns: tuple[str, ...]
    exported: Act


TRAFFIC = Log("traffic", TrafficForm, traffic.page, (
    "at", "kind", "subject", "user", "key", "method", "route", "path", "status", "ms", "broker_ms", "size", "agent",
    "incident",
), Act.TRAFFIC_EXPORTED)  # fmt: skip
AUDIT = Log("audit", AuditForm, audit_pages.page, (
    "seq", "at", "act", "about", "actor", "actor_id", "address", "credential", "outcome", "before", "after",
), Act.AUDIT_EXPORTED)  # fmt: skip


@require_safe
@limit(Rule.PAGE, audit=())
@operator_required
def logs(request: HttpRequest) -> HttpResponse:
    return _shown(request, TRAFFIC)


@require_safe
@limit(Rule.PAGE, audit=())
@operator_required
def audit_log(request: HttpRequest) -> HttpResponse:
    return _shown(request, AUDIT)


@require_POST
@limit(Rule.PAGE, audit=(Act.TRAFFIC_EXPORTED,))
@operator_required
def export_traffic(request: HttpRequest) -> HttpResponseBase:
    return _file(request, TRAFFIC)


@require_POST
@limit(Rule.PAGE, audit=(Act.AUDIT_EXPORTED,))
@operator_required
def export_audit(request: HttpRequest) -> HttpResponseBase:
    return _file(request, AUDIT)


def _shown(request: HttpRequest, log: Log) -> HttpResponse:
    form, found = log.form(request.GET), None
    if form.is_valid():
        try:
            found = log.page(form.filters, after=request.GET.get("after", ""))
        except Misasked as error:
            form.add_error(None, str(error))
    return _page(request, log, form, found)


def _page(request: HttpRequest, log: Log, form: Form, found: Any) -> HttpResponse:
    context = {"log": log, "form": form, "found": found, "most": f"{logfiles.MOST:,}"}
    if found is not None:
        context |= {"asked": form.asked, "short": found.after and len(found.rows) < SIZE}
        context |= {"rows": _beside_bans(found.rows) if log is TRAFFIC else _beside_changes(found.rows)}
    return render(request, "security/logs.html", context, status=200 if found is not None else 400)


def _beside_bans(rows: Sequence[TrafficEntry]) -> list[tuple[TrafficEntry, Ban | None]]:
    held = dashboard.bans_of({row.subject for row in rows})
    return [(row, held.get(row.subject)) for row in rows]


def _beside_changes(rows: Sequence[AuditEntry]) -> list[tuple[AuditEntry, list[Change]]]:
    return [(row, changes(row.before, row.after)) for row in rows]


def _file(request: HttpRequest, log: Log) -> HttpResponseBase:
    """The filters stand in the address, as on the page; the rows are read while they are sent."""
    kind = request.POST.get("form", "")
    if kind not in logfiles.FORMS:
        raise BadRequest("There is no such format.")
    form = log.form(request.GET)
    if not form.is_valid():
        return _page(request, log, form, None)
    exports.tell_selected(log.exported, kind, form.asked, by=actors.of(request))
    filters, (media, write) = form.filters, logfiles.FORMS[kind]
    pieces = write(log.columns, lambda after, size: log.page(filters, after=after, size=size))
    headers = {"Content-Disposition": f'attachment; filename="{log.name}.{kind}"'}
    return StreamingHttpResponse(pieces, content_type=media, headers=headers)
