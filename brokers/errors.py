"""What the workshop refuses, each with the sentence its caller may be shown.

BrokerError
├── OrderRefused          a rule said no; `orderid` is set when the refusal stands in the journal
│   └── InsufficientFunds
├── UnknownOrder          no such order of this user
├── UnknownInstrument     no such symbol on this exchange
├── NoSuchContract        the underlying has no option of that expiry, strike or distance
├── BeyondBounds          more than one answer holds, or a range that ends before it begins
└── NotConnected          live mode needs a broker that is not there
"""


class BrokerError(Exception):
    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class OrderRefused(BrokerError):
    def __init__(self, message: str, *, orderid: str | None = None) -> None:
        super().__init__(message)
        self.orderid = orderid


class InsufficientFunds(OrderRefused):
    pass


class UnknownOrder(BrokerError):
    def __init__(self, orderid: str) -> None:
        super().__init__(f"There is no order {orderid[:32]}.")


class UnknownInstrument(BrokerError):
    def __init__(self, symbol: str, exchange: str, *, hint: str = "") -> None:
        super().__init__(f"Symbol {symbol[:64]} does not exist on {exchange[:16]}{hint and f'; {hint}'}.")


class BeyondBounds(BrokerError):
    pass


class NoSuchContract(BrokerError):
    pass


class NotConnected(BrokerError):
    pass
