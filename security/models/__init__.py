"""The tables of the security app; none holds a foreign key to another app, so that history outlives users."""

from security.models.ban import Action, Ban, Offender, Origin, State
from security.models.lease import Lease
from security.models.sequence import Sequence

__all__ = ["Action", "Ban", "Lease", "Offender", "Origin", "Sequence", "State"]
