"""The real map with the probes beside it."""

from django.urls import path

from openalgo import urls
from tests.openalgo import probe_views as probes

urlpatterns = [
    *(path(f"probe/{view.__name__}", probes.opened(view)) for view in probes.VIEWS),
    path("api/probe/boom", probes.opened(probes.boom)),
    path("api/probe/echo", probes.opened(probes.echo)),
    *urls.urlpatterns,
]

handler400, handler403, handler404 = urls.handler400, urls.handler403, urls.handler404
handler500 = "tests.openalgo.probe_views.server_error"
