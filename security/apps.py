"""Registers the security app: its checks, and what it keeps in memory."""

from datetime import timedelta

from django.apps import AppConfig


class SecurityConfig(AppConfig):
    name = "security"

    def ready(self) -> None:
        from security import background, bans, checks, propagation

        checks.install()
        propagation.follow("bans", bans.apply)
        background.job("mark bans that ran out", timedelta(minutes=1), bans.expire)
