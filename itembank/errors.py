"""The errors of the item bank.

BankError
├── NotTagged              an item says nothing of the framework
├── UnreadableDocument     a file is not the document it should be
└── UnknownCode            a code that the framework does not hold
"""


class BankError(Exception):
    """Root of all errors of the item bank."""


class NotTagged(BankError):
    """An item is not tagged to the framework."""

    def __init__(self, item: str, framework: str) -> None:
        super().__init__(f"item '{item}' is not tagged to the framework '{framework}'")
        self.item = item
        self.framework = framework


class UnreadableDocument(BankError):
    """A file cannot be read as the document it should hold."""

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(f"{source} cannot be read: {reason}")
        self.source = source
        self.reason = reason


class UnknownCode(BankError):
    """A code names nothing in the framework."""

    def __init__(self, code: str, framework: str) -> None:
        super().__init__(f"'{code}' is not in the framework '{framework}'")
        self.code = code
