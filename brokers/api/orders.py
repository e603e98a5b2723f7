"""One order: placeorder, placesmartorder, modifyorder, cancelorder, orderstatus."""

from django.http import HttpResponse
from ninja import Router

from brokers import orders
from brokers.api import rows
from brokers.api.door import ACCOUNT, ORDER, Call
from brokers.api.envelope import answer
from brokers.api.openapi import MAY_BE_UNKNOWN
from brokers.schemas.answers import ModifyAnswer, OrderAnswer, OrderStatusAnswer, SmartAnswer
from brokers.schemas.requests import ModifyOrder, OneOrder, PlaceOrder, PlaceSmartOrder
from brokers.types import OrderRequest

router = Router()


@router.post("placeorder", auth=ORDER, response=OrderAnswer, operation_id="placeorder")
def placeorder(request: Call, payload: PlaceOrder) -> HttpResponse:
    """Place one order."""
    asked = OrderRequest(**payload.model_dump(exclude={"apikey", "underlying_ltp"}))
    order = orders.place(request.auth.user_id, asked, source=request.auth.kid)
    return answer(request, orderid=order.orderid)


@router.post("placesmartorder", auth=ORDER, response=SmartAnswer, operation_id="placesmartorder")
def placesmartorder(request: Call, payload: PlaceSmartOrder) -> HttpResponse:
    """Move a position to a target. Its price type and prices are kept; nothing is sent when it is there already."""
    asked = OrderRequest(**payload.model_dump(exclude={"apikey", "position_size"}))
    order = orders.smart(request.auth.user_id, asked, position_size=payload.position_size, source=request.auth.kid)
    if order is None:
        return answer(request, message="The position is at its target; no order was placed.")
    return answer(request, orderid=order.orderid)


@router.post("modifyorder", auth=ORDER, response=ModifyAnswer, operation_id="modifyorder", openapi_extra=MAY_BE_UNKNOWN)
def modifyorder(request: Call, payload: ModifyOrder) -> HttpResponse:
    """Change an open order. Its quantity, price and trigger change; the other fields stay as they are."""
    order = orders.modify(
        request.auth.user_id,
        payload.orderid,
        quantity=payload.quantity,
        price=payload.price,
        trigger_price=payload.trigger_price,
    )
    return answer(request, orderid=order.orderid, message="Order modified.")


@router.post("cancelorder", auth=ORDER, response=OrderAnswer, operation_id="cancelorder", openapi_extra=MAY_BE_UNKNOWN)
def cancelorder(request: Call, payload: OneOrder) -> HttpResponse:
    """Cancel an open order."""
    return answer(request, orderid=orders.cancel(request.auth.user_id, payload.orderid).orderid)


@router.post("orderstatus", auth=ACCOUNT, response=OrderStatusAnswer, operation_id="orderstatus", openapi_extra=MAY_BE_UNKNOWN)
def orderstatus(request: Call, payload: OneOrder) -> HttpResponse:
    """Show one order."""
    order = orders.find(request.auth.user_id, payload.orderid)
    return answer(request, data=rows.order(order) | {"price_type": order.pricetype})
