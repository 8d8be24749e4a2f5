"""Who takes part: candidates and their bookings, staff, and programs."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person who can be booked."""

    id: str
    membership_number: str
    name: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Booking:
    """A candidate's place in a window. The access code itself is kept nowhere."""

    id: str
    candidate_id: str
    window_id: str
    code_hmac: str
    code_issued_at: datetime
    extra_time: float
    created_at: datetime


@dataclass(frozen=True, slots=True)
class StaffMember:
    """A person of the board."""

    id: str
    email: str
    password_hash: str
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class ApiClient:
    """A program that may call the API."""

    id: str
    secret_hash: str
    scopes: frozenset[str]
