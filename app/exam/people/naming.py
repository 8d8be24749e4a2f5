"""Names that people give: of candidates, of windows, and membership numbers."""

import unicodedata

from app.errors import Invalid

# Controls, line ends, halves of surrogate pairs, and marks unseen that turn or hide text.
REFUSED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
JOINERS = frozenset("\u200c\u200d")  # some languages are not spelt without them


def named(field: str, given: str, *, what: str, most: int) -> str:
    """Return a name without the spaces around it; raise Invalid if it cannot be one."""
    name = given.strip()
    if not 1 <= len(name) <= most:
        raise Invalid(field, f"Give a {what} of 1 to {most} characters.")
    if any(unicodedata.category(one) in REFUSED and one not in JOINERS for one in name):
        raise Invalid(
            field,
            f"Give a {what} of one line of visible text, without tabs, control characters "
            "or marks that change the direction of writing.",
        )
    return name
