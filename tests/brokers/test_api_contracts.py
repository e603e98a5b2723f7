"""What is listed, through the API: expiry dates, and the instrument master as JSON and CSV."""

import csv
import io
from datetime import date, datetime

import pytest

from brokers import symbols
from brokers.api import contracts
from brokers.schemas.answers import ExpiryAnswer, InstrumentsAnswer, SearchAnswer, SymbolAnswer
from brokers.types import Exchange
from tests.program import Program, refused

EXPIRY = {"symbol": "NIFTY", "exchange": "NFO", "instrumenttype": "options"}


def download(program: Program, **fields: str):
    return program.client.get("/api/v1/instruments", {"apikey": program.token} | fields)


def listed(program: Program, **fields: str) -> InstrumentsAnswer:
    return InstrumentsAnswer.model_validate_json(download(program, **fields).content)


@pytest.mark.parametrize("kind", ["options", "futures"])
def test_expiries_ascend_from_today_on(program, noon, kind):
    answer = program.asks(ExpiryAnswer, "expiry", **EXPIRY | {"instrumenttype": kind})
    days = [datetime.strptime(text, "%d-%b-%y").date() for text in answer.data]  # noqa: DTZ007
    assert days == sorted({*days})
    assert days[0] >= date(2026, 11, 23)
    assert (answer.message, answer.data[0].isupper()) == (f"{len(days)} found", True)


def test_options_expire_more_often_than_futures(program, noon):
    options, futures = (
        program.asks(ExpiryAnswer, "expiry", **EXPIRY | {"instrumenttype": kind}).data for kind in ("options", "futures")
    )
    assert {*futures} < {*options}


@pytest.mark.parametrize("change", [{"symbol": "NOSUCH"}, {"exchange": "NCDEX"}, {"symbol": "nifty"}])
def test_no_expiry_is_a_success(program, change):
    answer = program.asks(ExpiryAnswer, "expiry", **EXPIRY | change)
    assert (answer.data, answer.message) == ([], "0 found")


def test_the_master_of_one_exchange_holds_that_exchange(program):
    answer = listed(program, exchange="NSE")
    assert {row.exchange for row in answer.data} == {Exchange.NSE}
    assert {"INFY", "M&M", "BAJAJ-AUTO"} <= {row.symbol for row in answer.data}


def test_the_whole_master_needs_no_exchange(program):
    answer = listed(program)
    assert len(answer.data) == len(symbols.everything()) >= 150
    assert answer.message == f"{len(answer.data)} found"


def test_an_exchange_without_instruments_is_a_success(program):
    assert listed(program, exchange="GLOBAL_INDEX").data == []


def test_a_row_of_the_master_is_the_symbols_own(program):
    row = listed(program, exchange="NFO").data[0]
    one = program.asks(SymbolAnswer, "symbol", symbol=row.symbol, exchange=row.exchange).data
    assert one.model_dump(exclude={"id", "freeze_qty"}) == row.model_dump()


def test_search_finds_contracts(program):
    found = program.asks(SearchAnswer, "search", query="NIFTY", exchange="NFO").data
    assert {row.name for row in found} >= {"NIFTY"}
    assert {row.instrumenttype for row in found} <= {"FUT", "CE", "PE"}


def test_the_csv_says_what_the_json_says(program):
    response = download(program, exchange="NFO", format="csv")
    rows = list(csv.DictReader(io.StringIO(response.content.decode())))
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert [(row["symbol"], float(row["strike"]), row["expiry"]) for row in rows] == [
        (row.symbol, row.strike, row.expiry) for row in listed(program, exchange="NFO").data
    ]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_text_that_a_spreadsheet_would_run_is_neutralised(cell):
    assert contracts.as_csv([{"name": cell, "strike": -1}]).splitlines()[1] == f"'{cell},-1"


@pytest.mark.parametrize("change", [{"exchange": "XNYS"}, {"exchange": ""}, {"format": "xml"}, {"page": "2"}])
def test_a_malformed_question_is_refused_in_the_one_shape(program, change):
    response = download(program, **change)
    assert (response.status_code, refused(response)["errors"].keys()) == (400, change.keys())


def test_a_download_refuses_a_wrong_key(db):
    assert download(Program("nonsense"), format="csv").status_code == 403
