"""The style sheets are whole: a brace that is lost takes all rules behind it along, silently."""

import re
from pathlib import Path

import pytest

SHEETS = sorted((Path(__file__).resolve().parents[2] / "openalgo" / "static" / "openalgo").glob("*.css"))


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_each_rule_is_closed(sheet):
    text, closed = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.DOTALL), 1
    while closed:  # rules first, then each @media that held them
        text, closed = re.subn(r"[^{};]+\{[^{}]*\}", "", text)
    assert text.split() == []
