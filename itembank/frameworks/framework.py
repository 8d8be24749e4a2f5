"""Framework: outcomes, criteria and topics, in the shape of a CASE package."""

from enum import StrEnum
from functools import cached_property
from typing import Literal

from pydantic import Field

from itembank.document import Document
from itembank.errors import UnknownCode


class Kind(StrEnum):
    """What a framework item is (CASE's CFItemType)."""

    OUTCOME = "Learning Outcome"
    CRITERION = "Assessment Criterion"
    TOPIC = "Indicative Topic"


class LinkURI(Document):
    """A CASE link to a document or an item."""

    identifier: str
    uri: str
    title: str


class CFDocument(Document):
    """The head of a framework."""

    identifier: str
    uri: str
    creator: str
    title: str
    language: str
    adoption_status: str = Field(alias="adoptionStatus")
    last_change: str = Field(alias="lastChangeDateTime")
    notes: str = ""


class CFItem(Document):
    """One statement of a framework, with its code and a short title."""

    identifier: str
    uri: str
    code: str = Field(alias="humanCodingScheme")
    title: str = Field(alias="fullStatement")
    kind: Kind = Field(alias="CFItemType")
    last_change: str = Field(alias="lastChangeDateTime")


class CFAssociation(Document):
    """A tie between two framework items; here always child to parent."""

    identifier: str
    uri: str
    association_type: Literal["isChildOf"] = Field(alias="associationType")
    origin: LinkURI = Field(alias="originNodeURI")
    destination: LinkURI = Field(alias="destinationNodeURI")
    sequence: int = Field(alias="sequenceNumber")
    last_change: str = Field(alias="lastChangeDateTime")


class Demand(Document):
    """A cognitive demand and the command words that set it."""

    name: str
    command_words: tuple[str, ...]


class Framework(Document):
    """A syllabus as data: a CASE package, with the demands its command words set."""

    document: CFDocument = Field(alias="CFDocument")
    items: tuple[CFItem, ...] = Field(alias="CFItems")
    associations: tuple[CFAssociation, ...] = Field(alias="CFAssociations")
    demands: tuple[Demand, ...]

    @property
    def id(self) -> str:
        """Return the framework's identifier."""
        return self.document.identifier

    def of_kind(self, kind: Kind) -> tuple[CFItem, ...]:
        """Return the items of one kind in the framework's order."""
        return tuple(item for item in self.items if item.kind is kind)

    def parent(self, code: str) -> str:
        """Return the code of the item above; raise UnknownCode."""
        try:
            return self._parents[code]
        except KeyError:
            raise UnknownCode(code, self.document.title) from None

    def title(self, code: str) -> str:
        """Return the short title of a code; raise UnknownCode."""
        for item in self.items:
            if item.code == code:
                return item.title
        raise UnknownCode(code, self.document.title)

    def demand(self, command_word: str) -> str:
        """Return the cognitive demand that a command word sets; raise UnknownCode."""
        for demand in self.demands:
            if command_word in demand.command_words:
                return demand.name
        raise UnknownCode(command_word, self.document.title)

    @cached_property
    def _parents(self) -> dict[str, str]:
        code_of = {item.identifier: item.code for item in self.items}
        return {
            code_of[tie.origin.identifier]: code_of[tie.destination.identifier]
            for tie in self.associations
            if tie.origin.identifier in code_of and tie.destination.identifier in code_of
        }
