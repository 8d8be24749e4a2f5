"""The operations of version 1, noun by noun."""

from app.web.api import (
    bookings,
    calibrations,
    candidates,
    exams,
    exposure,
    results,
    sittings,
    tokens,
    windows,
)

# Whoever serves or describes them includes each one: FastAPI builds routes anew at every level.
ROUTERS = (
    tokens.router,
    exams.router,
    candidates.router,
    windows.router,
    exposure.router,
    bookings.router,
    sittings.router,
    results.router,
    calibrations.router,
)
