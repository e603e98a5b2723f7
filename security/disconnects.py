"""Closes open sockets in an operator's name, whichever process holds them; it keeps nobody from coming back."""

from typing import NamedTuple

from security import addresses, audit, propagation, roster, sockets
from security.actors import Actor
from security.addresses import NotAnAddress
from security.audit import Act
from security.models import Disconnect
from security.roster import Held


class Closed(NamedTuple):
    """Whose sockets, and whether there was anything to order closed."""

    subject: str
    ordered: bool


def one(socket: str, *, by: Actor) -> Held | None:
    """Close one socket by its id; None: it is open nowhere."""
    found = next((each for each in roster.standing().sockets if each.id == socket), None)
    if found is None:
        return None
    about = f"{found.who or 'a stranger'} from {found.address}"
    with audit.change():
        Disconnect.objects.create(seq=propagation.bump(), socket=found.id)
        audit.record(Act.SOCKETS_CLOSED, by=by, about=about, before={"door": found.door, "credential": found.credential})
    return found


def all_of(address: str, *, by: Actor) -> Closed:
    """Close all that an address's subject holds open, also where not every socket is listed. Raises NotAnAddress."""
    network = addresses.subject_network(address)
    if network.is_range:
        raise NotAnAddress(f"{network} is a range of many: sockets are closed address by address.")
    subject = network.named
    known = roster.standing()
    count = sum(each.subject == subject for each in known.sockets)
    if ordered := bool(count or known.unlisted):
        with audit.change():
            Disconnect.objects.create(seq=propagation.bump(), subject=subject)
            audit.record(Act.SOCKETS_CLOSED, by=by, about=subject, before={"sockets": count})
    return Closed(subject, ordered)


def apply(after: int) -> None:
    """The follower of the sequence: what is open here and was ordered closed; where nothing is open nothing is asked."""
    if not sockets.held():
        return
    rows = list(Disconnect.objects.filter(seq__gt=after).values_list("socket", "subject"))
    sockets.unwanted(ids={socket for socket, _ in rows if socket}, subjects={subject for _, subject in rows if subject})
