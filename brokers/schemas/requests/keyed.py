"""What every request is built on: the key, and nothing unnamed."""

from pydantic import BaseModel, ConfigDict, Field

from brokers.schemas.fields import Key


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Keyed(Strict):
    """The key alone. Who may call was settled before the body is read as a whole."""

    apikey: Key = Field(None, description="Required, unless sent as X-API-KEY or Authorization: Bearer.")  # type: ignore[assignment]
