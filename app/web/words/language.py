"""A language of the candidate's pages: its catalogue, its plurals, its dates."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from string import Formatter

from babel.dates import format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from app.errors import UnknownLanguage

HERE = Path(__file__).parent


def translatable(text: str) -> str:
    """Return a message as it is: this marks one for the catalogue that is looked up elsewhere."""
    return text


# The patterns of dates are Unicode's (CLDR): a language may put the parts in another order.
_DAY = translatable("EEEE d MMMM y")
_DATE = translatable("d MMMM y")
_CLOCK = translatable("HH:mm 'UTC'")


@dataclass(frozen=True, slots=True)
class Language:
    """A language: English messages go in, and its own come out; what it lacks stays English."""

    code: str
    catalogue: NullTranslations = field(default_factory=NullTranslations)

    def text(self, english: str, **values: object) -> str:
        """Return a message with its {fields} filled in."""
        return self._filled(self.catalogue.gettext(english), values)

    def plural(self, one: str, many: str, number: int, **values: object) -> str:
        """Return the form of a message that a number asks for; the number is its {n}."""
        found = self.catalogue.ngettext(one, many, number)
        return self._filled(found, {"n": number, **values})

    def clock(self, instant: datetime) -> str:
        """Return the time of day with its zone: 15:20 UTC."""
        return self._written(instant, _CLOCK)

    def moment(self, instant: datetime) -> str:
        """Return a day and a time of day: 15:20 UTC on Sunday 22 November 2026."""
        day = self._written(instant, _DAY)
        return self.text("{clock} on {day}", clock=self.clock(instant), day=day)

    def date_and_time(self, instant: datetime) -> str:
        """Return a moment without the name of its day: 15:20 UTC on 22 November 2026."""
        day = self._written(instant, _DATE)
        return self.text("{clock} on {day}", clock=self.clock(instant), day=day)

    def minutes(self, span: timedelta) -> str:
        """Return a span in whole minutes: 69 minutes, 1 minute, less than a minute."""
        minutes = int(span.total_seconds() // 60)
        if minutes < 1:
            return self.text("less than a minute")
        return self.plural("{n} minute", "{n} minutes", minutes)

    def _written(self, instant: datetime, pattern: str) -> str:
        locale = self.code.replace("-", "_")
        return format_datetime(instant, self.catalogue.gettext(pattern), locale=locale)

    def _filled(self, text: str, values: Mapping[str, object]) -> str:
        return _Filler(self).vformat(text, (), values) if values else text


class _Filler(Formatter):
    """Fills in fields as str.format does; an instant in words, a sequence joined by its format."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def format_field(self, value: object, format_spec: str) -> str:
        match value:
            case datetime():
                return self._language.date_and_time(value)
            case None:
                return "none"
            case list() | tuple():
                return format_spec.join(str(one) for one in value)
            case _:
                return format(value, format_spec)


ENGLISH = Language("en")


def codes() -> tuple[str, ...]:
    """Return the languages that there are: English, and each catalogue beside this module."""
    return (ENGLISH.code, *sorted(path.stem for path in HERE.glob("*.po")))


def load_language(code: str) -> Language:
    """Return a language by its code, such as cy or pt-BR; raise UnknownLanguage."""
    if code not in codes():
        raise UnknownLanguage(code, codes())
    return ENGLISH if code == ENGLISH.code else read_language(HERE / f"{code}.po")


def read_language(path: Path) -> Language:
    """Return the language of a catalogue, whose name is its code."""
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file))
    compiled.seek(0)
    return Language(path.stem, GNUTranslations(compiled))
