"""An Open Feed's list of instruments in our words."""

from decimal import Decimal
from typing import Final, get_args

from monitor.model.instrument import Instrument, Kind, SizeUnit, Status, instrument_id
from monitor.protocol.numbers import NumberError, parse_decimal
from monitor.protocol.open_feed import InstrumentInfo
from monitor.venues.open_feed.feeds import check

STEPS_OF_LIST: Final = 18
"""A tick or a lot of more digits than this is none."""


def instrument_of(venue: str, info: InstrumentInfo) -> Instrument | None:
    """An instrument of the list; None where its name or its steps are none."""
    symbol = info.symbol
    if not (0 < len(symbol) <= 64 and symbol.isascii() and symbol.isprintable()):
        return None
    try:
        tick, lot = _step(info.tick_size), _step(info.lot_size)
        contract = _step(info.contract_size)
    except NumberError:
        return None
    return Instrument(
        id=instrument_id(venue, symbol),
        venue=venue,
        symbol=symbol,
        base=info.base[:32],
        quote=info.quote[:32],
        kind=_kind(info.kind),
        tick_size=tick,
        lot_size=lot,
        contract_size=contract,
        size_unit=_size_unit(info.size_unit),
        inverse=info.inverse,
        expiry=info.expiry_ts or None,
        status=status_of(info.status),
        name=info.name[:100],
        aliases=tuple(alias[:64] for alias in info.aliases[:20]),
    )


def status_of(text: str) -> Status:
    """Whether an instrument trades; a word that the Open Feed does not have is unknown."""
    return next((one for one in get_args(Status) if one == text), "unknown")


def _step(text: str) -> Decimal:
    step = parse_decimal(text)
    check(float(step), above=True)
    if abs(step.adjusted()) > STEPS_OF_LIST:
        raise NumberError(f"{text} is no step")
    return step


def _kind(text: str) -> Kind:
    return next((one for one in get_args(Kind) if one == text), "spot")


def _size_unit(text: str) -> SizeUnit:
    return next((one for one in get_args(SizeUnit) if one == text), "base")
