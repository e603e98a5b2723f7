"""The ban list out as a file and in from one."""

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from security import actors, bans, dashboard, importing, sudo
from security.audit import Act
from security.blocklists.formats import FORMATS
from security.forms import ExportForm, ImportForm
from security.importing import NotABlocklist, NotImported, Report
from security.ratelimits import Rule, limit
from security.staff import operator_required

MOST = 150_000  # bans of an upload: what 1 MiB of plain addresses holds, and no more where a format knows ranges


@require_http_methods(["GET", "HEAD", "POST"])
@limit(Rule.PAGE, audit=(Act.BANS_IMPORTED,))
@operator_required
@sudo.required
def exchange(request: HttpRequest) -> HttpResponse:
    """The page; what is sent to it is imported."""
    form = _form(request)
    report = _taken(request, form, dry_run=False) if form.is_valid() else None
    if report is None or report.wrong:
        return _page(request, form, report, status=400 if form.is_bound else 200)
    messages.success(request, f"Imported: {report.sentence}.")
    return redirect("exchange")


@require_http_methods(["GET", "HEAD", "POST"])
@limit(Rule.PAGE, audit=())
@operator_required
def check(request: HttpRequest) -> HttpResponse:
    """The same page with what importing a file would do."""
    if request.method != "POST":
        return redirect("exchange")
    form = _form(request)
    report = _taken(request, form, dry_run=True) if form.is_valid() else None
    return _page(request, form, report, status=400 if form.errors else 200)


@require_POST
@limit(Rule.PAGE, audit=(Act.BANS_EXPORTED,))
@operator_required
def export(request: HttpRequest) -> HttpResponseBase:
    """A download, however long the list is."""
    form = ExportForm(request.POST)
    if not form.is_valid():
        raise BadRequest("There is no such format.")
    return dashboard.download(form.cleaned_data["form"], request=request)


def _form(request: HttpRequest) -> ImportForm:
    return ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()


def _taken(request: HttpRequest, form: ImportForm, *, dry_run: bool) -> Report | None:
    """None puts the refusal's sentence beside the file."""
    file, force = form.cleaned_data["file"], form.cleaned_data["force"]
    try:
        report = importing.take(file.file, by=actors.of(request), force=force, dry_run=dry_run, most=MOST)
    except (NotABlocklist, NotImported) as refused:
        form.add_error("file", str(refused))
        return None
    if report.yields or force:
        form.offer_force()
    return report


def _page(request: HttpRequest, form: ImportForm, report: Report | None, *, status: int) -> HttpResponse:
    context = {"form": form, "report": report, "formats": FORMATS.values(), "total": bans.in_force().count()}
    return render(request, "security/exchange.html", context, status=status)
