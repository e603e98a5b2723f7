"""Broker code -> adapter, imported on first use."""

from functools import cache
from importlib import import_module
from typing import cast

from brokers.adapters.base import Adapter

ADAPTERS = {"paper": "brokers.paper.adapter"}


@cache
def load(code: str) -> Adapter:
    return cast("Adapter", import_module(ADAPTERS[code]))
