"""Options through the API: found by their distance from the money, and in chains."""

import pytest

from brokers.schemas.answers import ExpiryAnswer, OptionChainAnswer, OptionSymbolAnswer, QuotesAnswer, SymbolAnswer
from tests.program import Program, refused

NIFTY = {"underlying": "NIFTY", "exchange": "NSE_INDEX"}
CALL = NIFTY | {"offset": "ATM", "option_type": "ce"}


@pytest.fixture
def expiries(program, noon) -> list[str]:
    answer = program.asks(ExpiryAnswer, "expiry", symbol="NIFTY", exchange="NFO", instrumenttype="options")
    return [day.replace("-", "") for day in answer.data]


def strike(program: Program, **changes: str) -> float:
    found = program.asks(OptionSymbolAnswer, "optionsymbol", **CALL | changes)
    return program.asks(SymbolAnswer, "symbol", symbol=found.symbol, exchange=found.exchange).data.strike


def test_the_option_at_the_money_is_of_the_nearest_expiry(program, expiries):
    found = program.asks(OptionSymbolAnswer, "optionsymbol", **CALL)
    assert (found.symbol[:12], found.symbol[-2:], found.exchange) == (f"NIFTY{expiries[0]}", "CE", "NFO")
    assert found.underlying_ltp == program.asks(QuotesAnswer, "quotes", symbol="NIFTY", exchange="NSE_INDEX").data.ltp


def test_an_expiry_may_be_named(program, expiries):
    found = program.asks(OptionSymbolAnswer, "optionsymbol", **CALL | {"expiry_date": expiries[1].lower()})
    assert found.symbol.startswith(f"NIFTY{expiries[1]}")


def test_out_of_the_money_a_call_is_above_and_a_put_below(program, noon):
    money = strike(program)
    assert strike(program, offset="OTM2") > money > strike(program, offset="OTM2", option_type="PE")


def test_the_old_way_of_naming_the_distance_is_taken_and_the_strategy_ignored(program, noon):
    assert strike(program, strike_int="100", strategy="mine") % 100 == 0


@pytest.mark.parametrize("call", ["optionsymbol", "optionchain"])
@pytest.mark.parametrize("change", [{"underlying": "NOSUCH"}, {"underlying": "INDIAVIX"}, {"expiry_date": "01JAN20"}])
def test_what_has_no_options_is_404(program, noon, call, change):
    fields = (CALL if call == "optionsymbol" else NIFTY) | change
    response = program(call, **fields)
    assert (response.status_code, refused(response)["message"].endswith(".")) == (404, True)


@pytest.mark.parametrize(
    "change", [{"offset": "OTM51"}, {"option_type": "XX"}, {"expiry_date": "2026-12-29"}, {"strike_int": 0}]
)
def test_a_malformed_question_is_400(program, change):
    response = program("optionsymbol", **CALL | change)
    assert (response.status_code, refused(response)["errors"].keys()) == (400, change.keys())


def test_a_wrong_offset_is_told_which_there_are(program):
    assert refused(program("optionsymbol", **CALL | {"offset": "OTM51"}))["message"].endswith(
        "Must be ATM, ITM1 to ITM50 or OTM1 to OTM50."
    )


def test_a_chain_stands_about_the_money(program, noon):
    chain = program.asks(OptionChainAnswer, "optionchain", **NIFTY, strike_count=2)
    assert [row.ce.label for row in chain.chain if row.ce] == ["ITM2", "ITM1", "ATM", "OTM1", "OTM2"]
    assert [row.pe.label for row in chain.chain if row.pe] == ["OTM2", "OTM1", "ATM", "ITM1", "ITM2"]
    assert chain.chain[2].strike == chain.atm_strike


def test_a_chain_says_when_it_expires(program, expiries):
    chain = program.asks(OptionChainAnswer, "optionchain", **NIFTY, strike_count=1, expiry_date=expiries[1])
    assert (chain.expiry_date, chain.expiry_ts > chain.server_ts) == (expiries[1], True)


def test_a_leg_is_the_options_own_quote(program, noon):
    leg = program.asks(OptionChainAnswer, "optionchain", **NIFTY, strike_count=1).chain[0].ce
    assert leg is not None
    quote = program.asks(QuotesAnswer, "quotes", symbol=leg.symbol, exchange="NFO").data
    assert leg.model_dump(include={*type(quote).model_fields}) == quote.model_dump()


def test_a_chain_without_greeks_says_so(program, noon):
    chain = program.asks(OptionChainAnswer, "optionchain", **NIFTY, strike_count=1, with_greeks=True, interest_rate="6.5")
    assert (chain.greeks_included, chain.quotes_included) == (False, True)


def test_a_whole_chain_has_every_strike(program, noon):
    chain = program.asks(OptionChainAnswer, "optionchain", **NIFTY)
    strikes = [row.strike for row in chain.chain]
    assert (strikes == sorted({*strikes}), len(strikes) > 20) == (True, True)
