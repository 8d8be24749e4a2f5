"""HTML from templates: one page value goes in, and nothing undefined or unescaped comes out."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.web.words.language import ENGLISH, Language

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
    extensions=["jinja2.ext.i18n"],
)


def html_of(template: str, page: object, *, display: Display, language: Language = ENGLISH) -> str:
    """Return a page's text: the template sees `page`, a frozen value, `display` and its words."""
    return _TEMPLATES.get_template(template).render(
        page=page,
        display=display,
        language=language.code,
        gettext=language.catalogue.gettext,
        ngettext=language.catalogue.ngettext,
    )


def render(
    request: Request,
    template: str,
    page: object,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """Return an English page: the template sees `page`, and the reader's `display`."""
    return reply(html_of(template, page, display=Display.of_request(request)), status, headers)


def reply(html: str, status: int = 200, headers: Mapping[str, str] | None = None) -> HTMLResponse:
    """Return a page's text as a reply that no cache keeps."""
    kept = {"Cache-Control": "no-store", **(headers or {})}
    return HTMLResponse(html, status_code=status, headers=kept)
