"""What Kraken trades: its pairs as instruments, and the older names it has for them."""

from decimal import Decimal

from monitor.model.instrument import Instrument, Kind, Status, instrument_id
from monitor.protocol.checksum import Digits
from monitor.protocol.numbers import NumberError, parse_decimal
from monitor.venues.kraken.wire import AssetPair, PairData

OLD_NAMES = {"BTC": "XBT", "DOGE": "XDG"}
"""REST and the v1 API say XBT and XDG; the v2 API says BTC and DOGE."""
NEW_NAMES = {old: new for new, old in OLD_NAMES.items()}
FIAT = frozenset({"USD", "EUR", "GBP", "JPY", "CAD", "AUD", "CHF"})
MOST_DIGITS = 18

_STATUSES: dict[str, Status] = {
    "online": "trading",
    "limit_only": "trading",
    "post_only": "trading",
    "reduce_only": "trading",
    "cancel_only": "halted",
    "maintenance": "halted",
    "work_in_progress": "halted",
    "delisted": "closed",
}


class Listing:
    """One pair: its instrument, its digits for the checksum, its name on REST."""

    def __init__(self, instrument: Instrument, digits: Digits, status: str) -> None:
        self.instrument = instrument
        self.digits = digits
        self.status = status


def of_channel(venue: str, pair: PairData) -> Listing | None:
    """A pair of the instrument channel; None where its numbers are none."""
    digits = (pair.price_precision, pair.qty_precision)
    steps = (pair.price_increment, pair.qty_increment)
    if not _sane(digits) or not all(s > 0 and abs(s.adjusted()) <= MOST_DIGITS for s in steps):
        return None
    return _listing(venue, (pair.base, pair.quote), steps, digits, pair.status)


def of_rest(venue: str, pair: AssetPair) -> Listing | None:
    """A pair of REST's AssetPairs; None where it isn't on the WebSocket, or its numbers are none."""
    base, slash, quote = pair.wsname.partition("/")
    digits = (pair.pair_decimals, pair.lot_decimals)
    if not slash or not _sane(digits):
        return None
    try:
        tick = parse_decimal(pair.tick_size) if pair.tick_size else _step(digits[0])
    except NumberError:
        return None
    if not (tick > 0 and abs(tick.adjusted()) <= MOST_DIGITS):
        return None
    names = (NEW_NAMES.get(base, base), NEW_NAMES.get(quote, quote))
    return _listing(venue, names, (tick, _step(digits[1])), digits, pair.status)


def rest_name(symbol: str) -> str:
    """``BTC/USD`` as REST takes it: ``XBTUSD``."""
    return "".join(OLD_NAMES.get(name, name) for name in symbol.split("/"))


def new_name(symbol: str) -> str:
    """``XBT/USD`` as the v2 API takes it: ``BTC/USD``; what is no pair stays as it is."""
    base, slash, quote = symbol.partition("/")
    return f"{NEW_NAMES.get(base, base)}{slash}{NEW_NAMES.get(quote, quote)}" if slash else symbol


def status_of(text: str) -> Status:
    """Whether a pair trades, in our words."""
    return _STATUSES.get(text, "unknown")


def _listing(
    venue: str,
    names: tuple[str, str],
    steps: tuple[Decimal, Decimal],
    digits: Digits,
    status: str,
) -> Listing:
    base, quote = names
    symbol = f"{base}/{quote}"
    kind: Kind = "forex" if base in FIAT and quote in FIAT else "spot"
    old = tuple(OLD_NAMES.get(name, name) for name in names)
    aliases: tuple[str, ...] = (f"{base}{quote}",)
    if old != names:
        aliases += ("/".join(old), "".join(old), *(o for o in old if o not in names))
    instrument = Instrument(
        id=instrument_id(venue, symbol),
        venue=venue,
        symbol=symbol,
        base=base,
        quote=quote,
        kind=kind,
        tick_size=steps[0],
        lot_size=steps[1],
        status=status_of(status),
        aliases=aliases,
    )
    return Listing(instrument, digits, status)


def _sane(digits: Digits) -> bool:
    return all(0 <= n <= MOST_DIGITS for n in digits)


def _step(digits: int) -> Decimal:
    return Decimal(1).scaleb(-digits)
