"""The operations of version 1, noun by noun."""

from fastapi import APIRouter

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

router = APIRouter()
for noun in (
    tokens,
    exams,
    candidates,
    windows,
    exposure,
    bookings,
    sittings,
    results,
    calibrations,
):
    router.include_router(noun.router, prefix="/v1")
