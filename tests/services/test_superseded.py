"""An older sign-in sees nothing any more, whichever view it asks for."""

import pytest

from app.errors import Superseded
from app.exam.sitting.sitting import Caller
from app.services.sitting import sit, views
from app.store.database import Database
from tests.services.season import make_season


def test_an_older_sign_in_is_shown_nothing(database: Database) -> None:
    season = make_season(database, block_size=45)
    sitter = season.sitter()
    booking = sitter.start().made.booking
    with database.begin() as tx:
        newer = sit.take_sitting(tx, booking, face="page", at=season.clock.now).session
    with database.read() as tx:
        for view in (
            lambda caller: views.sitting_view(tx, sitter.sitting, caller=caller),
            lambda caller: views.item_view(tx, sitter.sitting, 1, caller=caller),
            lambda caller: views.released_results(tx, sitter.sitting, caller=caller),
            lambda caller: views.result_views(tx, sitter.sitting, caller=caller),
        ):
            view(Caller(season.clock.now, newer))
            with pytest.raises(Superseded):
                view(sitter.caller)
