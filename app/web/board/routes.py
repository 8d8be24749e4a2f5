"""The board's pages, subject by subject."""

from fastapi import APIRouter

from app.web.board.calibrations import calibrations
from app.web.board.desk import sign_in
from app.web.board.exams import item_routes
from app.web.board.exams import routes as exams
from app.web.board.preflight import preflight
from app.web.board.windows import decisions
from app.web.board.windows import routes as windows

router = APIRouter(include_in_schema=False)
for subject in (windows, sign_in, decisions, calibrations, exams, item_routes, preflight):
    router.include_router(subject.router, prefix="/board")
