"""HTML from templates: one page value goes in, and nothing undefined or unescaped comes out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

DISPLAY_COOKIE = "adept_display"
THEMES = ("standard", "dark", "contrast")
TEXT_SIZES = ("100", "125", "150", "200")
CLOCKS = ("moving", "still")


@dataclass(frozen=True, slots=True)
class Display:
    """How a person wants pages to look; kept in their browser."""

    theme: str = THEMES[0]
    text: str = TEXT_SIZES[0]
    clock: str = CLOCKS[0]

    @classmethod
    def of(cls, theme: str, text: str, clock: str) -> Self:
        """Return the display asked for, with what we offer in place of what we do not know."""
        return cls(
            theme if theme in THEMES else THEMES[0],
            text if text in TEXT_SIZES else TEXT_SIZES[0],
            clock if clock in CLOCKS else CLOCKS[0],
        )

    @classmethod
    def of_request(cls, request: Request) -> Self:
        """Return the display that the browser's cookie asks for."""
        theme, text, clock, *_ = (*request.cookies.get(DISPLAY_COOKIE, "").split("."), "", "", "")
        return cls.of(theme, text, clock)

    def cookie(self) -> str:
        """Return what the cookie holds."""
        return f"{self.theme}.{self.text}.{self.clock}"


_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def html_of(template: str, page: object, *, display: Display) -> str:
    """Return a page's text: the template sees `page`, a frozen value, and `display`."""
    return _TEMPLATES.get_template(template).render(page=page, display=display)


def render(
    request: Request,
    template: str,
    page: object,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """Return a page: the template sees `page`, a frozen value, and the reader's `display`."""
    html = html_of(template, page, display=Display.of_request(request))
    kept = {"Cache-Control": "no-store", **(headers or {})}
    return HTMLResponse(html, status_code=status, headers=kept)


def clock_words(instant: datetime) -> str:
    """Return the time of day with its zone: 15:20 UTC."""
    return f"{instant:%H:%M} UTC"


def date_words(instant: datetime) -> str:
    """Return the day written out: Sunday 22 November 2026."""
    return f"{instant:%A} {instant.day} {instant:%B %Y}"


def moment_words(instant: datetime) -> str:
    """Return a day and a time of day: 15:20 UTC on Sunday 22 November 2026."""
    return f"{clock_words(instant)} on {date_words(instant)}"


def minutes_words(span: timedelta) -> str:
    """Return a span in whole minutes: 69 minutes, 1 minute, less than a minute."""
    minutes = int(span.total_seconds() // 60)
    if minutes < 1:
        return "less than a minute"
    return "1 minute" if minutes == 1 else f"{minutes} minutes"
