"""The API's router: version 1, and its reference."""

from fastapi import APIRouter

from app.web.api import reference
from app.web.api.nouns import ROUTERS

router = APIRouter()
for noun in ROUTERS:
    router.include_router(noun, prefix="/v1")
router.include_router(reference.router)
