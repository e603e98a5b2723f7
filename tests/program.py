"""A program with a key: sends JSON to the API and reads it strictly."""

from typing import Any, TypeVar

from django.http import HttpResponse
from django.test import Client
from pydantic import BaseModel

Answer = TypeVar("Answer", bound=BaseModel)


class Program:
    def __init__(self, token: str) -> None:
        self.token = token
        self.client = Client()

    def post(self, call: str, fields: object, *, spelled: str = "", **headers: str) -> Any:
        path = spelled or f"/api/v1/{call}"
        return self.client.post("/", fields, content_type="application/json", headers=headers, PATH_INFO=path)

    def __call__(self, call: str, /, **fields: object) -> Any:
        return self.post(call, {"apikey": self.token} | fields)

    def asks(self, model: type[Answer], call: str, /, **fields: object) -> Answer:
        """The answer, held to the documented shape."""
        response = self(call, **fields)
        assert response.status_code == 200, response.content
        return model.model_validate_json(response.content)


def refused(response: HttpResponse) -> dict[str, Any]:
    """The refusal, held to the one error shape."""
    content: dict[str, Any] = response.json()  # type: ignore[attr-defined]
    assert content["status"] == "error"
    assert isinstance(content["message"], str)
    assert set(content) <= {"status", "message", "errors", "mode", "orderid", "incident"}
    return content
