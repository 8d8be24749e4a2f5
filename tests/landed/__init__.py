"""A database of each landed schema, made by the code that landed, and the tests that upgrade it.

NNNN.backup is what `adept backup` wrote, NNNN.json says which commit made it and what it holds.
`python -m tests.landed.make` makes both for the code it is run in:

    git worktree add ../landed COMMIT && cd ../landed && make setup
    .venv/bin/python -m tests.landed.make COMMIT ../adept/tests/landed

A chapter is what a landing brought: 0001 was made of `sat`, 0003 of `sat` and `calibrated`, by
a make.py without the later ones. A new table gets its rows in a chapter, or
`test_every_table_is_filled` fails; a new landing gets its files from the line above.
"""
