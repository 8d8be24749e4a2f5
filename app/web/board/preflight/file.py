"""A pre-flight report as a file of its own: HTML with its style and drawings in it, no script."""

from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from app.exam.preflight.report import KeptReport
from app.web.board.desk.words import instant
from app.web.board.preflight.body import Body, report_body
from app.web.rendering import Display, html_of

STATIC = Path(__file__).parents[2] / "static"
STYLES = ("tokens.css", "board.css")


@dataclass(frozen=True, slots=True)
class FilePage:
    """What the file shows."""

    title: str
    lede: str
    style: Markup
    body: Body


def report_file(kept: KeptReport) -> str:
    """Return the report as one HTML document that needs nothing else."""
    report = kept.report
    # These are our own style sheets: nothing that anybody typed is in them.
    style = Markup("\n".join((STATIC / name).read_text("utf-8") for name in STYLES))  # noqa: S704
    page = FilePage(
        title=f"Pre-flight of {report.title}",
        lede=f"{report.exam}, version {report.exam_version}: {report.candidates:,} simulated "
        f"candidates, {instant(kept.made_at)} UTC, by {kept.made_by}.",
        style=style,
        body=report_body(report),
    )
    return html_of("board/preflight_file.html", page, display=Display())
