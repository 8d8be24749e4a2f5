"""Documents of a sitting: what a candidate's program sends and is told. No field holds a key."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from app.exam.people.typed import MOST_CODE
from app.exam.seeing.sitting import ItemView, SittingView
from app.exam.sitting.sitting import Change, State
from app.services.sitting.sit import Receipt
from app.web.api.documents import Document, Name, Sent, Session, Text, Told
from itembank.items.response import from_record, only_option
from itembank.text import NAME


class TakeSitting(Sent):
    """A booking to sit. With the code its candidate typed, or vouched for by the program."""

    booking: Name
    access_code: Annotated[
        Text | None, Field(max_length=MOST_CODE, examples=["7KQ2-9DXM-41TB-V8RC"])
    ] = None


class Held(Sent):
    """The sign-in that acts."""

    session: Session = None


# What `NewResponse._asks_for_one_thing` refuses, as the description says it.
_ONE_THING: JsonDict = {
    "allOf": [
        {"anyOf": [{"required": [name]} for name in ("option", "clear", "flagged")]},
        {
            "not": {
                "required": ["option", "clear"],
                "properties": {"option": {"type": "string"}, "clear": {"const": True}},
            }
        },
    ]
}


class NewResponse(Sent):
    """What to save for a question: an option, a clearing, a flag. A field left out is kept."""

    model_config = ConfigDict(json_schema_extra=_ONE_THING)

    request: Annotated[
        Text,
        Field(
            min_length=1,
            max_length=80,
            description="A name of your own. The same again gets the same receipt.",
            examples=["q7-1"],
        ),
    ]
    option: Annotated[
        str | None,
        Field(pattern=f"^{NAME}$", description="null clears the answer.", examples=["b"]),
    ] = None
    clear: bool = False
    flagged: bool | None = None
    session: Session = None

    @model_validator(mode="after")
    def _asks_for_one_thing(self) -> Self:
        if self.clear and self.option is not None:
            raise ValueError("an option and clear contradict each other; send one of them")
        if not self.model_fields_set & {"option", "clear", "flagged"}:
            raise ValueError("say what to save: option, clear or flagged")
        return self

    def change(self) -> Change:
        """Return what is asked for."""
        return Change(
            from_record(self.option),
            clear=self.clear or ("option" in self.model_fields_set and self.option is None),
            flagged=self.flagged,
        )


class Saved(Document):
    """Proof that an answer is kept."""

    saved_at: Told
    receipt: Annotated[str, Field(examples=["9b2f...64 hexadecimal digits"])]
    option: Annotated[str | None, Field(examples=["b"])]
    flagged: bool

    @classmethod
    def of(cls, receipt: Receipt) -> Self:
        """Return a receipt as told."""
        return cls(
            saved_at=receipt.saved_at,
            receipt=receipt.receipt,
            option=only_option(receipt.response),
            flagged=receipt.flagged,
        )


class Position(Document):
    """A question of the open block."""

    number: Annotated[int, Field(examples=[7])]
    answered: bool
    flagged: bool


class Sitting(Document):
    """A sitting. Times are the server's; the deadline moves when time is given."""

    id: Name
    session: Annotated[int, Field(description="The sign-in that holds it.", examples=[1])]
    state: Annotated[State, Field(examples=["block_open"])]
    exam: Annotated[str, Field(examples=["Social Media Management"])]
    block: Annotated[int, Field(examples=[2])]
    block_count: Annotated[int, Field(examples=[9])]
    positions: Annotated[Sequence[Position], Field(description="Those of the open block.")]
    length: Annotated[int, Field(examples=[45])]
    answered: Annotated[int, Field(examples=[6])]
    flagged: Annotated[
        int, Field(description="On the whole paper, closed blocks too.", examples=[1])
    ]
    on_trial: Annotated[
        int,
        Field(
            description="How many of the questions do not count; tell the candidate before the "
            "start. Nobody is told which they are.",
            examples=[0],
        ),
    ]
    is_last_block: bool
    total_minutes: Annotated[int, Field(examples=[90])]
    started_at: Told | None
    deadline: Annotated[Told | None, Field(examples=["2027-01-11T10:30:00Z"])]
    save_until: Annotated[
        Told | None,
        Field(description="The deadline with its grace.", examples=["2027-01-11T10:30:20Z"]),
    ]
    remaining_seconds: Annotated[int | None, Field(examples=[4710])]
    server_time: Annotated[Told, Field(examples=["2027-01-11T09:11:30Z"])]

    @classmethod
    def of(cls, view: SittingView, at: datetime) -> Self:
        """Return a sitting as told at an instant."""
        left = view.remaining
        return cls(
            id=view.id,
            session=view.session,
            state=view.state,
            exam=view.exam,
            block=view.block,
            block_count=view.block_count,
            positions=[
                Position(number=one.number, answered=one.is_answered, flagged=one.is_flagged)
                for one in view.positions
            ],
            length=view.length,
            answered=view.answered,
            flagged=view.flagged,
            on_trial=view.rules.trial,
            is_last_block=view.is_last_block,
            total_minutes=view.rules.total_minutes,
            started_at=view.started_at,
            deadline=view.deadline,
            save_until=view.save_until,
            remaining_seconds=None if left is None else int(left.total_seconds()),
            server_time=at,
        )


class Option(Document):
    """An option. Send its id, never its letter."""

    id: Annotated[str, Field(examples=["b"])]
    letter: Annotated[str, Field(examples=["A"])]
    text: Annotated[str, Field(examples=["Ask the customers who left."])]


class Stimulus(Document):
    """What several questions are about. Show it above each of them."""

    title: Annotated[str, Field(examples=["A charity in spring"])]
    text: Annotated[
        Sequence[str], Field(description="Paragraphs.", examples=[["The charity feeds..."]])
    ]


class Item(Document):
    """A question as its candidate sees it."""

    position: Annotated[int, Field(examples=[7])]
    stimulus: Annotated[Stimulus | None, Field(description="Most questions have none.")]
    stem: Annotated[Sequence[str], Field(examples=[["A charity...", "What should it do first?"]])]
    options: Sequence[Option]
    chosen: Annotated[str | None, Field(examples=["b"])]
    flagged: bool

    @classmethod
    def of(cls, view: ItemView) -> Self:
        """Return a question as told."""
        return cls(
            position=view.position,
            stimulus=None
            if view.item.stimulus is None
            else Stimulus(title=view.item.stimulus.title, text=view.item.stimulus.text),
            stem=view.item.stem,
            options=[
                Option(id=option.id, letter=option.letter, text=option.text)
                for option in view.item.options
            ],
            chosen=only_option(view.chosen),
            flagged=view.is_flagged,
        )
