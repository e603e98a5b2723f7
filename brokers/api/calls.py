"""The calls programs make, gathered under one roof."""

from typing import Any

from django.http import HttpRequest
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.parser import Parser

from brokers.api import bulk, candles, contracts, hours, market, openapi, options, orders, portfolio, refusals, utilities


class Parsed(Parser):
    """The body was parsed where the key was checked; once is enough."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        fields: dict[str, Any] = request.json_body  # type: ignore[attr-defined]
        return fields


class Api(NinjaAPI):
    _document: OpenAPISchema | None = None

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        if self._document is None:
            self._document = openapi.complete(super().get_openapi_schema(**options))
        return self._document


api = Api(title="OpenAlgo", version="1", description=openapi.DESCRIPTION, parser=Parsed())
refusals.register(api)
for calls, tag in (
    (utilities, "Utilities"),
    (orders, "Orders"),
    (bulk, "Orders"),
    (portfolio, "Account"),
    (market, "Market"),
    (candles, "Market"),
    (contracts, "Market"),
    (options, "Options"),
    (hours, "Utilities"),
):
    api.add_router("", calls.router, tags=[tag])
