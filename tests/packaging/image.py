"""The Dockerfile and .dockerignore, read as an engine reads them."""

import json
import re
import shutil
import subprocess
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

from tests.live import ROOT


class Instruction(NamedTuple):
    name: str
    value: str

    def command(self) -> list[str]:
        """The words of an instruction in exec form; fails on the shell form."""
        words = json.loads(self.value[self.value.index("[") :])
        assert all(isinstance(word, str) for word in words)
        return list(words)


def stages() -> list[list[Instruction]]:
    """The instructions of each stage, from its FROM on, continued lines joined and comments gone."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE).replace("\\\n", " ")
    found: list[list[Instruction]] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        name, _, value = line.partition(" ")
        if name == "FROM":
            found.append([])
        found[-1].append(Instruction(name, value.strip()))
    return found


def last(name: str) -> Instruction:
    """The instruction of that name in the stage that ships."""
    (found,) = [each for each in stages()[-1] if each.name == name]
    return found


def environment() -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in last("ENV").value.split())


def context() -> list[Path]:
    """The files of the repository that .dockerignore lets an engine see."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, text=True, capture_output=True, check=True
    )
    return [Path(line) for line in listed.stdout.splitlines() if is_seen(line) and (ROOT / line).exists()]


def is_seen(path: str) -> bool:
    """Does .dockerignore let this path of the context through? The last rule that matches it, or a folder above it, decides."""
    names = [path, *(str(parent) for parent in Path(path).parents)]
    seen = True
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        rule = line.removeprefix("!")
        if rule and not rule.startswith("#") and any(_matches(name, rule) for name in names):
            seen = line.startswith("!")
    return seen


def unpack(folder: Path) -> None:
    """What COPY puts into the image."""
    for path in context():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, folder / path)


def _matches(name: str, rule: str) -> bool:
    if rule.startswith("**/"):
        return fnmatch(Path(name).name, rule.removeprefix("**/"))
    return name.count("/") == rule.count("/") and fnmatch(name, rule)
