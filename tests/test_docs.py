"""What the documents promise about the files is true."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def requirements(name: str) -> list[str]:
    lines = (ROOT / name).read_text().splitlines()
    return [line for line in lines if line and not line.startswith(("#", "-r"))]


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned_exactly(name):
    assert all(re.match(r"^[\w.-]+(\[[\w,-]+\])?==[\w.]+(; .+)?$", line) for line in requirements(name))


def test_the_readme_says_what_each_requirement_is_for():
    table = (ROOT / "README.md").read_text()
    names = [re.split(r"[\[=;]", line)[0] for line in requirements("requirements.txt")]
    assert not [name for name in names if f"| {name} |" not in table]


def test_every_setting_read_from_the_environment_is_in_the_example():
    settings = (ROOT / "openalgo/settings.py").read_text()
    names = set(re.findall(r"env\.\w+\(\"([A-Z_]+)\"", settings))
    example = (ROOT / ".env.example").read_text()
    assert len(names) > 10
    assert not [name for name in names if f"{name}=" not in example]


def test_the_readme_names_every_call_that_is_served_and_no_other(client, db):
    rows = re.findall(r"^\| \w+ calls \| ([^|;]+)", (ROOT / "README.md").read_text(), flags=re.MULTILINE)
    named = [f"/api/v1/{name.strip()}" for row in rows for name in row.split(",")]
    assert sorted(named) == sorted(client.get("/api/v1/openapi.json").json()["paths"])


def test_the_licence_is_an_spdx_expression():
    assert 'license = "Apache-2.0"' in (ROOT / "pyproject.toml").read_text()
