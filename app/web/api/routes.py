"""The API's router: version 1, and its reference."""

from fastapi import APIRouter

from app.web.api import nouns, reference

router = APIRouter()
router.include_router(nouns.router)
router.include_router(reference.router)
