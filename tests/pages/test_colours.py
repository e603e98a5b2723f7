"""Every text colour can be read on every ground it stands on, in light and in dark."""

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).resolve().parents[2] / "openalgo" / "static" / "openalgo" / "tokens.css"
PAIRS = {
    "ink": "ground surface sunken accent-wash gain-wash loss-wash note-wash info-wash",
    "ink-soft": "ground surface sunken gain-wash",
    "accent": "ground surface gain-wash",
    "gain": "surface gain-wash",
    "loss": "surface loss-wash",
    "note": "surface note-wash",
    "info": "surface info-wash",
    "danger": "surface loss-wash",
    "on-accent": "accent accent-strong info note",
    "on-danger": "danger danger-strong",
}


def colours(theme: str) -> dict[str, str]:
    light, dark = TOKENS.read_text().split("@media (prefers-color-scheme: dark)")
    pattern = r"--([\w-]+): (#[0-9a-f]{6})"
    return dict(re.findall(pattern, light)) | (dict(re.findall(pattern, dark)) if theme == "dark" else {})


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), [(text, ground) for text in PAIRS for ground in PAIRS[text].split()])
def test_text_reaches_aa(theme, text, ground):
    named = colours(theme)
    assert contrast(named[text], named[ground]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("line", ["line-strong", "focus"])
def test_the_edge_of_a_field_and_its_focus_can_be_seen(theme, line):
    named = colours(theme)
    assert contrast(named[line], named["surface"]) >= 3
