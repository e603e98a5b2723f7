"""The rooms and their sizes: who may import whom, where imports stand, how large a module or function grows."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ("security", "accounts", "apiauth", "brokers", "openalgo")
TOP_LEVEL = {
    *APPS, "templates", "tests", "bench", "docs", ".ci", ".git",
    "manage.py", "requirements.txt", "requirements-dev.txt", "pyproject.toml", "Dockerfile", "compose.yaml",
    "Caddyfile", "Makefile",
    "README.md", "CHANGELOG.md", "SECURITY.md", "CONTRIBUTING.md", ".env", ".env.example", ".gitignore",
    ".dockerignore",
}  # fmt: skip
MADE_BY_TOOLS = {".venv", ".venv-3.13", "data", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", "__pycache__"}

# For each app, what it may import of the others: "*" all of it, else the named modules.
ALLOWED: dict[str, dict[str, set[str]]] = {
    "security": {},
    "accounts": {"security": {"*"}},
    "apiauth": {"security": {"*"}},
    "brokers": {
        "security": {"*"},
        "accounts": {"expiry", "sessions"},
        "apiauth": {"authentication", "websocket", "scopes", "errors"},
    },
    "openalgo": {
        "security": {"*"},
        "accounts": {"urls", "setup", "background"},
        "apiauth": {"urls", "background"},
        "brokers": {"urls", "consumers", "background"},
    },
}
MODULE_LINES, FUNCTION_LINES, TEST_LINES = 250, 40, 15
LATE_IMPORTS = ("apps.py", "registry.py")  # apps register receivers when ready; the registry imports on first use
FORBIDDEN_NAMES = {"services", "selectors", "utils", "helpers", "common"}


def python_files(*folders: str) -> list[Path]:
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [path for path in found if "migrations" not in path.parts]


def identify(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imports(tree: ast.AST) -> Iterator[tuple[str, ast.stmt]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((f"{node.module}.{alias.name}", node) for alias in node.names)


def is_allowed(app: str, target: str) -> bool:
    other, *rest = target.split(".")
    if other not in APPS or other == app:
        return True
    permitted = ALLOWED[app].get(other, set())
    return "*" in permitted or bool(rest and rest[0] in permitted)


@pytest.mark.parametrize("path", python_files(*APPS), ids=identify)
def test_imports_run_one_way(path):
    app = path.relative_to(ROOT).parts[0]
    wrong = [target for target, _ in imports(ast.parse(path.read_text())) if not is_allowed(app, target)]
    assert not wrong


@pytest.mark.parametrize("path", [path for path in python_files(*APPS) if path.name not in LATE_IMPORTS], ids=identify)
def test_imports_stand_at_the_top(path):
    tree = ast.parse(path.read_text())
    top = {id(node) for node in tree.body}
    assert not [target for target, node in imports(tree) if id(node) not in top]


@pytest.mark.parametrize("path", python_files(*APPS, "tests", "bench"), ids=identify)
def test_a_module_opens_with_its_purpose_and_stays_small(path):
    text = path.read_text()
    assert ast.get_docstring(ast.parse(text)), "the first line says what the module is for"
    assert text.count("\n") <= MODULE_LINES
    assert path.stem not in FORBIDDEN_NAMES


@pytest.mark.parametrize("path", python_files(*APPS, "tests", "bench"), ids=identify)
def test_functions_stay_small(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            limit = TEST_LINES if node.name.startswith("test_") else FUNCTION_LINES
            assert (node.end_lineno or 0) - node.lineno < limit, node.name


def test_nothing_stands_outside_the_rooms():
    assert {path.name for path in ROOT.iterdir()} <= TOP_LEVEL | MADE_BY_TOOLS


def test_the_rules_themselves_can_fail():
    assert not is_allowed("security", "accounts.models.User")
    assert not is_allowed("apiauth", "accounts.sessions")
    assert not is_allowed("brokers", "accounts.models.User")
    assert is_allowed("brokers", "accounts.expiry.next_boundary")
