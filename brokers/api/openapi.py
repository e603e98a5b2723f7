"""What the generated document cannot know: where the key may stand, and the refusals every call shares."""

from ninja.openapi.schema import OpenAPISchema

DESCRIPTION = (
    "Every call carries an API key: the body's `apikey`, `X-API-KEY` or `Authorization: Bearer`. "
    "Numbers may be sent as JSON numbers or as text. A refusal has one shape, whatever its status."
)
KEY_IN_BODY: dict[str, list[str]] = {}  # OpenAPI has no word for a key in the body: "nothing" stands for it
SCHEMES = {
    "header": {"type": "apiKey", "in": "header", "name": "X-API-KEY"},
    "bearer": {"type": "http", "scheme": "bearer"},
}
REFUSAL = {
    "type": "object",
    "properties": {
        "status": {"const": "error"},
        "message": {"type": "string", "description": "For people: what was wrong."},
        "errors": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
        "mode": {"enum": ["analyze", "live"]},
        "orderid": {"type": "string", "description": "The order that was booked as rejected."},
        "incident": {"type": "string"},
    },
    "required": ["status", "message"],
    "additionalProperties": False,
}
_TELLS_WHEN = {
    name: {"schema": {"type": "integer", "minimum": least}}
    for name, least in (("Retry-After", 1), ("RateLimit-Limit", 1), ("RateLimit-Remaining", 0), ("RateLimit-Reset", 0))
}
SHARED = {
    "400": "Malformed, or against the rules",
    "403": "Not a valid key, its scope is missing, or the caller is banned",
    "408": "The body took too long",
    "413": "The body is too large",
    "429": "Too many requests",
    "503": "Too many requests at once",
}
NOT_FOUND = {"404": "No such order or symbol"}
MAY_BE_UNKNOWN = {"x-may-be-unknown": True}


def complete(document: OpenAPISchema) -> OpenAPISchema:
    document["components"]["securitySchemes"] = SCHEMES
    document["components"]["schemas"]["Refusal"] = REFUSAL
    document["components"]["responses"] = {code: _response(text, code) for code, text in (SHARED | NOT_FOUND).items()}
    document["security"] = [{"header": []}, {"bearer": []}, KEY_IN_BODY]
    for methods in document["paths"].values():
        for operation in methods.values():
            operation.update(_told(operation["description"]))
            codes = SHARED | (NOT_FOUND if operation.pop("x-may-be-unknown", False) else {})
            operation["responses"] |= {code: {"$ref": f"#/components/responses/{code}"} for code in codes}
    return document


def _told(docstring: str) -> dict[str, str]:
    """A call's docstring: its first sentence is what the call does, the others are the small print."""
    summary, _, description = docstring.partition(".")
    return {"summary": summary, "description": description.strip()}


def _response(text: str, code: str) -> dict[str, object]:
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}}
    headers = _TELLS_WHEN if code == "429" else {}
    return {"description": text, "content": content, "headers": headers}
