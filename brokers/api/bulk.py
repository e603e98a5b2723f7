"""Many orders by one call: basketorder, splitorder, cancelallorder, closeposition."""

from collections.abc import Sequence

from django.http import HttpResponse
from ninja import Router

from brokers import bulk
from brokers.api import rows
from brokers.api.door import BULK, Call
from brokers.api.envelope import answer
from brokers.schemas.answers import BasketAnswer, CancelAllAnswer, ClosePositionAnswer, SplitAnswer
from brokers.schemas.requests import BasketOrder, Labelled, SplitOrder
from brokers.types import OrderRequest, Part

router = Router()


@router.post("basketorder", auth=BULK, response=BasketAnswer, operation_id="basketorder")
def basketorder(request: Call, payload: BasketOrder) -> HttpResponse:
    """Place many orders at once. BUY goes before SELL; each item stands alone and is answered in its place."""
    asked = [OrderRequest(strategy=payload.strategy, **item.model_dump()) for item in payload.orders]
    parts = bulk.basket(request.auth.user_id, asked, source=request.auth.kid)
    return answer(request, **_verdict(parts), results=[rows.item(part) for part in parts])


@router.post("splitorder", auth=BULK, response=SplitAnswer, operation_id="splitorder")
def splitorder(request: Call, payload: SplitOrder) -> HttpResponse:
    """Place one order in parts of a size. The last part is what remains; each stands alone."""
    asked = OrderRequest(**payload.model_dump(exclude={"apikey", "splitsize"}))
    parts = bulk.split(request.auth.user_id, asked, size=payload.splitsize, source=request.auth.kid)
    return answer(
        request,
        **_verdict(parts),
        total_quantity=payload.quantity,
        split_size=payload.splitsize,
        results=[rows.child(part, number=number) for number, part in enumerate(parts, start=1)],
    )


@router.post("cancelallorder", auth=BULK, response=CancelAllAnswer, operation_id="cancelallorder")
def cancelallorder(request: Call, payload: Labelled) -> HttpResponse:
    """Cancel every open order of the account. Waiting stops too; the strategy is a label alone."""
    done = bulk.cancel_all(request.auth.user_id)
    sentence = f"{len(done.done)} cancelled"
    if done.failed:
        sentence += f"; not cancelled: {', '.join(done.failed)}"
    return answer(
        request,
        status=_status(done.done, done.failed),
        message=f"{sentence}.",
        canceled_orders=done.done,
        failed_cancellations=done.failed,
    )


@router.post("closeposition", auth=BULK, response=ClosePositionAnswer, operation_id="closeposition")
def closeposition(request: Call, payload: Labelled) -> HttpResponse:
    """Close every position of the account. It tells which are really flat; the strategy is a label alone."""
    closed = bulk.close_all(request.auth.user_id, source=request.auth.kid)
    still_open = "".join(f" {name}: {reason}" for name, reason in closed.failed.items())
    return answer(
        request,
        status=_status(closed.done, closed.failed),
        message=f"{len(closed.done)} closed.{still_open}",
        closed_positions=closed.done,
        failed_closures=closed.failed,
    )


def _verdict(parts: Sequence[Part]) -> dict[str, object]:
    """An error only when nothing went through; its message then names every reason, since clients keep nothing else."""
    failed = [part for part in parts if part.refusal]
    if parts and len(failed) == len(parts):
        return {"status": "error", "message": f"Nothing went through. {bulk.reasons(parts)}", "failed": len(failed)}
    return {"failed": len(failed)}


def _status(done: Sequence[str], failed: object) -> str:
    return "error" if failed and not done else "success"
