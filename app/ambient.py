"""The only reader of clock and entropy: now, fresh ids, secrets, and reproducible noise."""

import secrets
import time
import uuid
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

# Crockford's base 32: no letter that could be read as a digit.
_CODE_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def now() -> datetime:
    """Return the instant, in UTC."""
    return datetime.now(UTC)


def elapsed() -> float:
    """Return seconds of a clock that only goes forward, for durations."""
    return time.monotonic()


def fresh_id() -> str:
    """Return an id that nobody can guess."""
    return uuid.uuid4().hex


def fresh_seed() -> int:
    """Return a sitting's seed: 63 bits, so that every database can hold it."""
    return secrets.randbits(63)


def fresh_secret() -> str:
    """Return a secret of 256 bits as text."""
    return secrets.token_urlsafe(32)


def fresh_access_code() -> str:
    """Return an access code of 80 bits, in four groups of four."""
    letters = "".join(secrets.choice(_CODE_LETTERS) for _ in range(16))
    return "-".join(letters[start : start + 4] for start in range(0, 16, 4))


def generator(seed: int, *path: int) -> np.random.Generator:
    """Return the generator of a place in a simulation: the same for the same seed and numpy."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *path])))


def noise(seed: int, *path: int, size: int) -> NDArray[np.float64]:
    """Return `size` reproducible uniforms in [0, 1) for a place in a sitting.

    Only the raw bits of PCG64 are used: numpy promises those streams across versions and
    machines, and does not promise its distributions (NEP 19).
    """
    bits = np.random.PCG64(np.random.SeedSequence([seed, *path])).random_raw(size)
    return np.asarray((bits >> np.uint64(11)) * 2.0**-53, dtype=np.float64)
