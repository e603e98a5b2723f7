"""Argon2id over HMAC(pepper, password), stored with the pepper's id; without that pepper nobody is let in."""

import base64
import logging
import unicodedata
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher, BasePasswordHasher

from accounts.turns import turn
from security import crypto

logger = logging.getLogger(__name__)


class _Argon2(Argon2PasswordHasher):
    parallelism = 1

    @property
    def time_cost(self) -> int:  # type: ignore[override]
        return int(settings.PASSWORD_COST["passes"])

    @property
    def memory_cost(self) -> int:  # type: ignore[override]
        return int(settings.PASSWORD_COST["memory"])


class PepperedArgon2(BasePasswordHasher):
    """Encoded as `peppered$<pepper id>$argon2$…`."""

    algorithm = "peppered"

    def __init__(self) -> None:
        self._argon2 = _Argon2()

    def encode(self, password: str, salt: str) -> str:
        key_id, key = crypto.newest(settings.PASSWORD_PEPPERS)
        with turn():
            return f"{self.algorithm}${key_id}${self._argon2.encode(_pepper(password, key), salt)}"

    def verify(self, password: str, encoded: str) -> bool:
        _, key_id, inner = encoded.split("$", 2)
        try:
            key = crypto.key_of(settings.PASSWORD_PEPPERS, key_id)
        except crypto.UnknownKey:
            logger.exception("A password is stored under a pepper that PASSWORD_PEPPERS no longer holds")
            self.encode(password, self.salt())  # costs what a wrong password costs
            return False
        with turn():
            return bool(self._argon2.verify(_pepper(password, key), inner))

    def must_update(self, encoded: str) -> bool:
        _, key_id, inner = encoded.split("$", 2)
        return key_id != crypto.newest(settings.PASSWORD_PEPPERS)[0] or bool(self._argon2.must_update(inner))

    def decode(self, encoded: str) -> dict[str, Any]:
        _, key_id, inner = encoded.split("$", 2)
        return {**self._argon2.decode(inner), "algorithm": self.algorithm, "pepper": key_id}

    def safe_summary(self, encoded: str) -> Any:
        return {"algorithm": self.algorithm, "pepper": self.decode(encoded)["pepper"]}

    def harden_runtime(self, password: str, encoded: str) -> None:
        """Argon2's cost cannot be topped up; a change of cost shows until the next login of each user."""


def _pepper(password: str, key: bytes) -> str:
    text = unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
    return base64.b64encode(crypto.digest(key, purpose="password", data=text)).decode()
