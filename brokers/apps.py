"""Registers the brokers app: its clock is read, the paper accounts are kept in the background."""

from datetime import timedelta

from django.apps import AppConfig
from django.conf import settings


class BrokersConfig(AppConfig):
    name = "brokers"

    def ready(self) -> None:
        from brokers import events
        from brokers.paper import clock, settlement
        from brokers.stream.orderdesk import desk
        from security import background, propagation

        clock.shift(settings.PAPER_CLOCK)  # a malformed setting stops the start
        propagation.follow(events.FOLLOWER, desk.apply)
        background.job("keep the paper accounts", timedelta(seconds=1), settlement.run_due)
