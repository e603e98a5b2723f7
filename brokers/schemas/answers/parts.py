"""What all answers are built on: nothing unnamed, a status, the mode where paper answers."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from brokers.types import Mode

TIME = r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$"  # India's time
DAY = r"^\d{4}-\d\d-\d\d$"
EXPIRY = r"^(\d\d-[A-Z]{3}-\d\d)?$"


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Success(Part):
    status: Literal["success"]


class ModeTold(Success):
    mode: Literal[Mode.ANALYZE] = Field(Mode.ANALYZE, description="Present where the answer comes from paper.")
