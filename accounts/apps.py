"""Registers the accounts app and what it listens to."""

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts.receivers import note_origin
        from accounts.witness import staff_addresses
        from security import proofs

        user_logged_in.connect(note_origin, dispatch_uid="accounts.note_origin")
        proofs.witness(proofs.STAFF, staff_addresses)
