"""Who does a thing, as its rows remember it: the name at that moment, since history outlives users."""

from dataclasses import dataclass

from django.http import HttpRequest

from security import clientip


@dataclass(frozen=True, slots=True)
class Actor:
    """`credential` names the session or API key used, never the secret itself."""

    name: str
    id: str = ""
    address: str = ""
    credential: str = ""


AUTOMATION = Actor("automation")
COMMAND_LINE = Actor("command line")


def of(request: HttpRequest) -> Actor:
    """Whoever is logged in where the request comes from."""
    user, session = request.user, getattr(request, "session", None)
    digest = str(getattr(session, "digest", ""))[:16]
    return Actor(
        name=user.get_username() or "nobody",
        id=str(user.pk or ""),
        address=clientip.of(request).address,
        credential=f"session {digest}" if digest else "",
    )
