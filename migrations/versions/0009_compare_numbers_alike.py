"""Membership numbers are compared without case, spaces, dashes, forms and look-alike letters.

Candidates keep the numbers they have. Where several are now compared alike, the one who was
registered first has the key, the next has it with a 2 after a space, and so on: their sign-ins find
both, and `adept doctor` lists them. This is the rule as it was when this was written.
"""

from collections import defaultdict
from hashlib import sha256
from unicodedata import category, normalize

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

LONGEST = 64
DRAWN = frozenset(
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
)
NOTHING = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\U00013441\U00013442\U00016fe4\U0001d159"
)
SELECTORS = frozenset((*range(0x180B, 0x180E), 0x180F, *range(0xFE00, 0xFE10)))
MORE_SELECTORS = range(0xE0100, 0xE01F0)
DASHES = frozenset("\u02d7\u2043\u2053\u2212\u2796")
ALPHABETS = (
    ("ѕіјавекмнорстухьгѡѵүһҽӏԁԍԛԝꙇ", "sijabekmhopctyxbrwvyheidgqwi"),
    ("ϳαβεζηικμνορτυχγσϝϻᴦ", "jabezhikmnoptyxyofmr"),
    ("ստօագզհոռցք", "usowqqhnngf"),
    ("ᎠᎡᎢᎥᎩᎪᎫᎬᎳᎷᎻᎽᏀᏂᏃᏏᏒᏔᏕᏙᏚᏞᏟᏢᏦᏧᏳᏴᎱ", "drtiyajewmhyghzbrwsvslcpkdgbr"),
    ("ⲅⲏⲓⲕⲙⲛⲟⲣⲥⲧⲩⲭⳑ", "rhikmnopctyxl"),
    ("ꓐꓑꓒꓓꓔꓖꓗꓙꓚꓜꓝꓟꓠꓡꓢꓣꓦꓧꓪꓫꓬꓮꓰꓲꓳꓴ", "bpddtgkjczfmnlsrvhwxyaeiou"),  # noqa: RUF001 - they are meant
)
LOOK_ALIKE = str.maketrans({a: b for pair in ALPHABETS for a, b in zip(*pair, strict=True)})

candidates = sa.table(
    "candidates",
    sa.column("id", sa.String),
    sa.column("membership_number", sa.String),
    sa.column("number_key", sa.String),
    sa.column("created_at", sa.String),
)


def upgrade() -> None:
    """Give every candidate the new key."""
    connection = op.get_bind()
    in_order = sa.select(candidates).order_by(candidates.c.created_at, candidates.c.id)
    alike: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in connection.execute(in_order):
        alike[key_of(row.membership_number)].append((row.id, row.number_key))
    changed = [
        (name, key if number == 1 else f"{key} {number}")
        for key, group in alike.items()
        for number, (name, kept) in enumerate(group, 1)
        if kept != key or number > 1
    ]
    # An old key may be another's new one: all that change step aside first.
    for name, _ in changed:
        keep(connection, name, f" {name}")
    for name, key in changed:
        keep(connection, name, key)


def keep(connection: sa.Connection, name: str, key: str) -> None:
    """Write a candidate's key."""
    rows = candidates.update().where(candidates.c.id == name)
    connection.execute(rows.values(number_key=key))


def key_of(number: str) -> str:
    """Return what a membership number is compared by."""
    whole = normalize("NFKD", normalize("NFKD", number).casefold())
    seen = normalize("NFKC", "".join(one for one in whole if not is_skipped(one)))
    alike = normalize("NFKD", seen).translate(LOOK_ALIKE)
    key = normalize("NFKC", "".join(one for one in alike if not is_between(one)))
    return key if len(key) <= LONGEST else sha256(key.encode()).hexdigest()


def is_skipped(letter: str) -> bool:
    """Say whether a letter draws nothing and is no control character."""
    kind, number = category(letter), ord(letter)
    if kind == "Cf":
        return letter not in DRAWN
    return (
        kind in {"Zl", "Zp"} or letter in NOTHING or number in SELECTORS or number in MORE_SELECTORS
    )


def is_between(letter: str) -> bool:
    """Say whether a letter is a space or a dash."""
    return letter.isspace() or category(letter) == "Pd" or letter in DASHES
