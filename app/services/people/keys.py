"""The service's own secret, and what is derived from it."""

import hashlib
import hmac
from dataclasses import dataclass

from app import ambient
from app.errors import StoreUnavailable
from app.store.database import Transaction
from app.store.people import access
from itembank.text import comparable


@dataclass(frozen=True, slots=True)
class Keys:
    """The secret all workers share; it lives in the database, as all state does."""

    secret: str

    def mac(self, purpose: str, text: str) -> str:
        """Return an HMAC-SHA-256 in hex; each purpose has a key of its own."""
        key = hashlib.sha256(f"{purpose}:{self.secret}".encode()).digest()
        return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()

    def access_code(self, booking: str, code: str) -> str:
        """Return what is stored of an access code. It has 80 random bits, so an HMAC is enough."""
        letters = "".join(letter for letter in comparable(code).upper() if letter.isalnum())
        readable = letters.translate(str.maketrans("OIL", "011"))
        return self.mac("access-code", f"{booking}:{readable}")


def digest(token: str) -> str:
    """Return what is stored of a random token of 256 bits."""
    return hashlib.sha256(token.encode()).hexdigest()


def same(left: str, right: str) -> bool:
    """Compare two texts in constant time."""
    return hmac.compare_digest(left.encode(), right.encode())


def load_keys(tx: Transaction) -> Keys:
    """Return the service's keys, made at first run."""
    found = access.secret(tx, "service")
    if found is None:
        access.add_secret(tx, "service", ambient.fresh_secret())
        found = access.secret(tx, "service")
    if found is None:
        raise StoreUnavailable
    return Keys(found)
