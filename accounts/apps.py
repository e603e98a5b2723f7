"""Registers the accounts app and what it listens to."""

from datetime import timedelta

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_save


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts import sessions
        from accounts.receivers import note_origin, user_saved
        from accounts.witness import staff_at_work
        from security import background, proofs, propagation

        propagation.follow("sessions", sessions.apply)
        post_save.connect(user_saved, sender="accounts.User", dispatch_uid="accounts.user_saved")
        user_logged_in.connect(note_origin, dispatch_uid="accounts.note_origin")
        background.job("forget old sessions", timedelta(days=1), sessions.prune)
        proofs.witness("staff", staff_at_work)
