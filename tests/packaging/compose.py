"""compose.yaml, read with DOMAIN=gateway.example.com."""

import re
from typing import Any

import yaml

from tests.live import ROOT

DOMAIN = "gateway.example.com"


def file() -> dict[str, Any]:
    text = re.sub(r"\$\{DOMAIN:\?[^}]+\}", DOMAIN, (ROOT / "compose.yaml").read_text())
    return dict(yaml.safe_load(text))


def service(name: str) -> dict[str, Any]:
    return dict(file()["services"][name])


def seconds(duration: str) -> int:
    assert duration.endswith("s")
    return int(duration[:-1])
