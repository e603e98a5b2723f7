"""Options about the money: optionsymbol, optionchain."""

from datetime import date

from django.http import HttpResponse
from ninja import Router

from brokers import options
from brokers.api import market_rows
from brokers.api.door import READ, Call
from brokers.api.envelope import answer, refusal
from brokers.api.openapi import MAY_BE_UNKNOWN
from brokers.errors import UnknownInstrument
from brokers.options import Chain, Leg
from brokers.schemas.answers import OptionChainAnswer, OptionSymbolAnswer
from brokers.schemas.days import MONTHS
from brokers.schemas.requests import OptionChain, OptionSymbol

router = Router()

CONTRACT = ("symbol", "exchange", "lotsize", "tick_size", "freeze_qty")
SHOWN = ("ltp", "bid", "ask", "open", "high", "low", "prev_close", "volume", "oi")


@router.post("optionsymbol", auth=READ, response=OptionSymbolAnswer, operation_id="optionsymbol", openapi_extra=MAY_BE_UNKNOWN)
def optionsymbol(request: Call, payload: OptionSymbol) -> HttpResponse:
    """Find an option by its distance from the money. Of the nearest expiry when none is named."""
    try:
        found = options.nearest(
            payload.underlying,
            payload.exchange,
            expiry=payload.expiry_date,
            offset=payload.offset,
            right=payload.option_type,
            strike_step=payload.strike_int,
        )
    except UnknownInstrument as error:
        return refusal(request, 404, error.message)
    row = market_rows.instrument(found.instrument)
    return answer(request, **{name: row[name] for name in CONTRACT}, underlying_ltp=found.underlying_ltp)


@router.post("optionchain", auth=READ, response=OptionChainAnswer, operation_id="optionchain", openapi_extra=MAY_BE_UNKNOWN)
def optionchain(request: Call, payload: OptionChain) -> HttpResponse:
    """List calls and puts by strike. With their quotes, of the nearest expiry when none is named."""
    try:
        chain = options.chain(payload.underlying, payload.exchange, expiry=payload.expiry_date, strikes=payload.strike_count)
    except UnknownInstrument as error:
        return refusal(request, 404, error.message)
    rows = [{"strike": row.strike, "ce": _leg(row.call), "pe": _leg(row.put)} for row in chain.rows]
    return answer(request, **_head(chain), chain=rows)


def _head(chain: Chain) -> dict[str, object]:
    return {
        "underlying": chain.underlying,
        "underlying_ltp": chain.underlying_ltp,
        "underlying_prev_close": chain.underlying_prev_close,
        "expiry_date": _compact(chain.expiry),
        "expiry_ts": int(chain.expires.timestamp()),
        "server_ts": int(chain.at.timestamp()),
        "atm_strike": chain.atm_strike,
        "quotes_included": True,
        "greeks_included": False,
        "forward_price": chain.forward,
    }


def _leg(leg: Leg) -> market_rows.Row:
    seen = market_rows.quote(leg.quote)
    return {
        "symbol": leg.instrument.symbol,
        "label": leg.label,
        **{name: seen[name] for name in SHOWN},
        "bid_qty": leg.bid_quantity,
        "ask_qty": leg.ask_quantity,
        "lotsize": leg.instrument.lotsize,
        "tick_size": leg.instrument.tick_size,
    }


def _compact(day: date) -> str:
    """As symbols spell it."""
    return f"{day.day:02}{MONTHS[day.month - 1]}{day.year % 100:02}"
