"""A hundred orders at once over HTTP: none lost, none twice, the ledger exact to the paisa."""

import json
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import httpx
import pytest

from tests.owned import owned_server
from tests.paper_clock import daytime

pytestmark = pytest.mark.slow

ORDERS = 100
CAPITAL = Decimal(10_000_000)
# Read where it is written: the tables of the server's own database.
SUMS = """
import json
from django.db.models import Sum
from brokers.models import Fill, JournalEntry, PaperAccount, PaperHold, PaperPosition
account = PaperAccount.objects.get()
total = lambda rows, column: rows.aggregate(sum=Sum(column))["sum"] or 0
print(json.dumps({
    "orders": JournalEntry.objects.count(), "fills": Fill.objects.count(),
    "bought": total(JournalEntry.objects.filter(status="complete", action="BUY"), "quantity"),
    "sold": total(JournalEntry.objects.filter(status="complete", action="SELL"), "quantity"),
    "held": total(PaperPosition.objects.all(), "quantity"),
    "cash": account.cash, "used": account.used_margin, "realised": account.realised,
    "margins": total(PaperPosition.objects.all(), "margin") + total(PaperHold.objects.all(), "margin"),
}, default=str))
"""


def order(number: int) -> dict[str, object]:
    """Market buys and sells and resting limits, in turn, of two symbols."""
    kind = ({"action": "BUY"}, {"action": "SELL"}, {"action": "BUY", "pricetype": "LIMIT", "price": "1"})[number % 3]
    symbol = ("INFY", "SBIN")[number % 2]
    return {"strategy": "all at once", "exchange": "NSE", "symbol": symbol, "quantity": str(1 + number % 7), **kind}


@pytest.fixture(scope="module")
def outcome(engine):
    with owned_server({"RATE_LIMITS": "off", "PAPER_CLOCK": daytime()}) as server, httpx.Client(timeout=60) as client:

        def place(number: int) -> httpx.Response:
            return client.post(f"{server.base}/api/v1/placeorder", json=order(number) | {"apikey": server.token})

        with ThreadPoolExecutor(ORDERS) as pool:
            responses = list(pool.map(place, range(ORDERS)))
        yield responses, json.loads(server.live.manage("shell", "-v", "0", "-c", SUMS).stdout)


def test_every_order_is_answered_with_an_id_of_its_own(outcome):
    responses, _ = outcome
    assert {response.status_code for response in responses} == {200}
    assert len({response.json()["orderid"] for response in responses}) == ORDERS


def test_every_order_stands_in_the_journal_once(outcome):
    _, sums = outcome
    assert sums["orders"] == ORDERS
    assert sums["fills"] == sum(1 for number in range(ORDERS) if number % 3 != 2)


def test_positions_are_what_was_bought_less_what_was_sold(outcome):
    _, sums = outcome
    assert sums["held"] == sums["bought"] - sums["sold"]


def test_no_paisa_is_lost(outcome):
    _, sums = outcome
    assert Decimal(sums["cash"]) + Decimal(sums["used"]) == CAPITAL + Decimal(sums["realised"])
    assert Decimal(sums["used"]) == Decimal(sums["margins"])
