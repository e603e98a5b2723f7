"""The tables of the security app; none holds a foreign key to another app, so that history outlives users."""

from security.models.alert import Alert
from security.models.allow import Allow
from security.models.audit import AuditEntry, AuditSegment, Outcome
from security.models.ban import Action, Ban, Evidence, Offender, Origin, State
from security.models.lease import Lease
from security.models.policy import Policy
from security.models.probe import Guess, Probe, Refusal
from security.models.process import Disconnect, Process
from security.models.proof import Proof, ProvenBy
from security.models.sequence import Sequence
from security.models.traffic import Rollup, Spool, TrafficEntry

__all__ = [
    "Action", "Alert", "Allow", "AuditEntry", "AuditSegment", "Ban", "Disconnect", "Evidence", "Guess", "Lease", "Offender",
    "Origin", "Outcome", "Policy", "Probe", "Process", "Proof", "ProvenBy", "Refusal", "Rollup", "Sequence", "Spool", "State",
    "TrafficEntry",
]  # fmt: skip
