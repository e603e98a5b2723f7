"""Four processes, sixty-four wrong passwords at once: exactly as many are evaluated as the limit allows."""

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import httpx
import pytest

from security import policy
from tests.live import Live, environment, live_server, manage
from tests.owned import PASSWORD

pytestmark = pytest.mark.slow

PROCESSES, GUESSES = 4, 64
# Waits begin late, so that the limit alone decides, however long the machine takes.
PATIENT = "from security import policy, actors; policy.change({'guess_free': 64}, by=actors.COMMAND_LINE)"
COUNT = """
from security.models import AuditEntry
print(AuditEntry.objects.filter(act="accounts:session:login", outcome="refused").count())
"""


def evaluated(live: Live) -> int:
    """As the audit of the servers' own database says."""
    return int(live.manage("shell", "-v", "0", "-c", COUNT).stdout)


@pytest.fixture
def street(engine):
    """Four processes on one database."""
    with ExitStack() as stack:
        env = stack.enter_context(environment({"RATE_LIMITS": "off"}))
        manage("create_owner", "owner", "owner@example.com", env=env | {"OWNER_PASSWORD": PASSWORD})
        manage("shell", "-v", "0", "-c", PATIENT, env=env)
        yield [stack.enter_context(live_server(env, second_port=False)) for _ in range(PROCESSES)]


def guess(street: list[Live]) -> Counter[int]:
    """What so many wrong passwords, sent at once over all processes, are answered."""

    def attempt(number: int) -> int:
        with httpx.Client(base_url=street[number % PROCESSES].base, timeout=60) as client:
            token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', client.get("/login/").text)
            assert token
            fields = {"username": "owner", "password": f"wrong {number}", "csrfmiddlewaretoken": token[1]}
            return client.post("/login/", data=fields).status_code

    with ThreadPoolExecutor(GUESSES) as pool:
        return Counter(pool.map(attempt, range(GUESSES)))


def test_of_concurrent_logins_exactly_as_many_as_the_limit_are_evaluated(street):
    answers = guess(street)
    assert answers[200] == evaluated(street[0]) == policy.DEFAULTS.guess_limit
    assert set(answers) <= {200, 429, 503}
