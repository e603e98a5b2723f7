"""Registers the apiauth app: its registry follows the sequence."""

from django.apps import AppConfig


class ApiAuthConfig(AppConfig):
    name = "apiauth"
    verbose_name = "API keys"

    def ready(self) -> None:
        from apiauth import authentication, receivers, registry, usage
        from security import background, proofs, propagation

        propagation.follow("apikeys", registry.apply)
        proofs.accept("api key", authentication.prover)
        background.at_stop("api key use", usage.flush)
        receivers.connect()
