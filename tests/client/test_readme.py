"""The README's example programs, letter by letter but for host and key, run by the published package."""

import os
import re
import subprocess
from threading import Timer

import pytest

from tests.client.test_client import INTERPRETERS, interpreter
from tests.live import ROOT
from tests.owned import Owned, owned_server

pytestmark = pytest.mark.slow


def program(server: Owned) -> str:
    examples = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), flags=re.DOTALL)
    place = f'host="{server.base}", ws_url="{server.live.ws}"'
    return "\n".join(examples).replace("oa_live_…", server.token).replace('host="http://localhost:5000"', place)


def watch(running: subprocess.Popen[str]) -> str:
    """All that it prints until a price has come and Enter is hit; it is ended after a minute without one."""
    assert running.stdout
    patience = Timer(60, running.kill)
    patience.start()
    said = []
    for line in running.stdout:
        said.append(line)
        if "market_data" in line:
            break
    patience.cancel()
    return "".join([*said, running.communicate("\n", timeout=20)[0]])


@pytest.mark.parametrize("variable", [variable for variable, _ in INTERPRETERS.values()], ids=list(INTERPRETERS))
def test_an_order_is_placed_and_prices_arrive(variable, tmp_path):
    python = interpreter(variable)
    with owned_server() as server, subprocess.Popen(
        [python, "-uc", program(server)], cwd=tmp_path, env={"PATH": os.environ["PATH"]}, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as running:  # fmt: skip
        said = watch(running)
    assert "'orderid'" in said
    assert ("market_data" in said, running.returncode) == (True, 0), said
