"""What the pages' forms send, read with care: a form may hold anything, or nothing."""

import re
from typing import Annotated

from fastapi import Depends, Form, Query, Request
from pydantic import BaseModel

from app.errors import (
    CodeMissing,
    CodeUnreadable,
    Invalid,
    NotFound,
    NumberMissing,
    NumberUnreadable,
    StaleForm,
    UnknownButton,
    UnknownOption,
    UnknownPlace,
    UnknownPosition,
)
from app.exam.people import typed
from app.exam.sitting.sitting import Change
from itembank.items.response import from_record
from itembank.text import IDENTIFIER, storable

REQUEST = re.compile(r"[A-Za-z0-9._:-]{1,64}")
OPTION = re.compile(IDENTIFIER)
SITTING = re.compile(r"[0-9a-f]{32}")
NUMBER = re.compile(r"[0-9]{1,4}")
PAGES = re.compile(r"/(results|sitting/[0-9a-f]{32}(/(questions/[0-9]{1,4}|review|finish))?)?")


class Carried(BaseModel):
    """A choice that could not be saved, carried through a sign-in in hidden fields."""

    sitting: str = ""
    position: str = ""
    choice: str = ""

    def cleaned(self) -> "Carried":
        """Return it without what cannot be ours."""
        if not SITTING.fullmatch(self.sitting) or not NUMBER.fullmatch(self.position):
            return Carried()
        choice = self.choice if OPTION.fullmatch(self.choice) else ""
        return Carried(sitting=self.sitting, position=self.position, choice=choice)

    def path(self) -> str:
        """Return where its question is, with the choice to be offered again."""
        query = f"?choice={self.choice}" if self.choice else ""
        return f"/sitting/{self.sitting}/questions/{self.position}{query}"


class SignInForm(Carried):
    """The sign-in form."""

    token: str = ""
    number: str = ""
    code: str = ""

    def require_typed(self) -> None:
        """Raise Invalid unless both fields hold something that can be compared."""
        typed.spelling(self.number, NumberMissing, NumberUnreadable, most=typed.MOST_SPELLING)
        typed.spelling(self.code, CodeMissing, CodeUnreadable, most=typed.MOST_CODE)

    def wrong_field(self) -> str:
        """Return the field to look at first after a refusal."""
        try:
            self.require_typed()
        except Invalid as wrong:
            return wrong.field
        return "number"


class DisplayForm(BaseModel):
    """The display settings, and the page to go back to."""

    token: str = ""
    theme: str = ""
    text: str = ""
    clock: str = ""
    back: str = ""


class PlainForm(BaseModel):
    """A form that only says "do it"; `block` says which part is to be closed."""

    token: str = ""
    block: str = ""


class AnswerForm(BaseModel):
    """The form of a question: every one of its buttons saves first."""

    token: str = ""
    request: str = ""
    choice: str = ""
    go: str = ""
    flag: str = ""
    clear: str = ""

    def change(self) -> Change | None:
        """Return what to save; None when the form only moves. Raise for what we never send."""
        if not REQUEST.fullmatch(self.request):
            raise StaleForm
        if self.choice and not OPTION.fullmatch(self.choice):
            raise UnknownOption(storable(self.choice))
        if self.flag not in ("", "on", "off") or self.clear not in ("", "yes"):
            raise UnknownButton
        response = from_record(self.choice if self.choice and not self.clear else None)
        flagged = {"on": True, "off": False}.get(self.flag)
        if not response and flagged is None and not self.clear:
            return None
        return Change(response, clear=bool(self.clear), flagged=flagged)

    def target(self, sitting: str, position: int) -> str:
        """Return where to go once it is saved."""
        question = f"/sitting/{sitting}/questions/"
        if self.go == "review":
            return f"/sitting/{sitting}/review"
        if self.go == "finish":
            return f"{question}{position}"
        if self.go == "display":
            return f"/display?back={question}{position}"
        if self.go and not NUMBER.fullmatch(self.go):
            raise UnknownPlace
        return f"{question}{int(self.go or position)}"


class QuestionQuery(BaseModel):
    """What the address of a question may ask for: a choice to offer, a notice by its key."""

    choice: str = ""
    notice: str = ""


async def position_in_path(position: str) -> int:
    """Return the position in an address; raise as for any question that is not there."""
    if not NUMBER.fullmatch(position):
        raise NotFound("question", storable(position)[:20])
    if int(position) == 0:
        raise UnknownPosition(0)
    return int(position)


async def answer_form(request: Request, form: Annotated[AnswerForm, Form()]) -> AnswerForm:
    """Return the answer form, kept beside the request so that a refusal can offer it again."""
    request.state.form = form
    return form


async def sign_in_form(request: Request, form: Annotated[SignInForm, Form()]) -> SignInForm:
    """Return the sign-in form, kept beside the request in the same way."""
    request.state.form = form
    return form


Position = Annotated[int, Depends(position_in_path)]
Asked = Annotated[QuestionQuery, Query()]
Answering = Annotated[AnswerForm, Depends(answer_form)]
SigningIn = Annotated[SignInForm, Depends(sign_in_form)]
