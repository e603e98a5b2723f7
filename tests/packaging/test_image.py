"""What the Dockerfile and .dockerignore promise and hadolint does not know."""

import re

import pytest

from tests.packaging import image

TOOLS = re.compile(r"\b(apt|apt-get|apk|pip|gcc|g\+\+|cc|make|curl|wget|build-essential|sudo)\b")


def values(name: str) -> list[str]:
    return [each.value for stage in image.stages() for each in stage if each.name == name]


def test_two_stages_stand_on_one_slim_base_of_a_named_version():
    bases = [value.split()[0] for value in values("FROM")]
    assert (len(bases), len(set(bases))) == (2, 1)
    assert re.fullmatch(r"python:3\.\d+-slim-[a-z]+", bases[0])


def test_dependencies_come_ready_built_and_leave_no_cache():
    (install,) = [value for value in values("RUN") if "pip" in value]
    assert {"--only-binary=:all:", "--no-cache-dir", "/requirements.txt"} <= set(install.split())


def test_the_last_stage_fetches_and_builds_nothing():
    assert not [each for each in image.stages()[-1] if each.name == "RUN" and TOOLS.search(each.value)]
    assert not values("ADD")


def test_it_runs_as_a_numbered_user_who_is_not_root():
    user = image.last("USER").value
    names = [each.name for each in image.stages()[-1]]
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", user)
    assert names.index("USER") > max(place for place, name in enumerate(names) if name in ("RUN", "COPY"))


def test_its_user_may_read_the_source_whatever_rights_the_checkout_has():
    assert [each.value for each in image.stages()[-1] if each.name == "COPY"][-1] == "--chmod=0755 . ."


def test_all_state_is_in_one_volume_that_is_the_users_alone():
    (made,) = [each.value for each in image.stages()[-1] if each.name == "RUN"]
    assert image.last("VOLUME").value == image.environment()["DATA_DIR"] == "/data"
    assert "install --directory --mode 0700 --owner openalgo --group openalgo /data" in made


def test_the_signal_reaches_the_server_and_not_a_shell():
    assert image.last("STOPSIGNAL").value == "SIGTERM"
    assert image.last("CMD").command()[:3] == ["python", "manage.py", "serve"]


@pytest.mark.parametrize(
    "path",
    [
        ".git/config", ".env", "data/.env", "data/openalgo.sqlite3", "openalgo/.env", "brokers/x.sqlite3", ".venv/bin/python",
        "tests/conftest.py", "bench/__main__.py", "docs/x.png", "compose.yaml", "openalgo/__pycache__/env.cpython-313.pyc",
    ],
)  # fmt: skip
def test_what_the_server_does_not_run_from_stays_outside(path):
    assert not image.is_seen(path)


def test_the_image_holds_each_room_and_nothing_beside():
    tops = {path.parts[0] for path in image.context()}
    rooms = {"accounts", "apiauth", "brokers", "openalgo", "security", "templates"}
    assert tops == rooms | {"manage.py", "requirements.txt"}
