"""Registers the brokers app: its clock is read, resting orders are matched in the background."""

from datetime import timedelta

from django.apps import AppConfig
from django.conf import settings


class BrokersConfig(AppConfig):
    name = "brokers"

    def ready(self) -> None:
        from brokers import events
        from brokers.orderdesk import desk
        from brokers.paper import clock, matching
        from security import background, propagation

        clock.shift(settings.PAPER_CLOCK)  # a malformed setting stops the start
        propagation.follow(events.FOLLOWER, desk.apply)
        background.job("match resting orders", timedelta(seconds=1), matching.match_resting)
