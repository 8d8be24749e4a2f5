import pytest

from itembank.items.state import ItemState

GIVEN = {
    ItemState.DRAFT: (False, False),
    ItemState.PRETEST: (False, True),
    ItemState.LIVE: (True, True),
    ItemState.RETIRED: (False, False),
}


@pytest.mark.parametrize("state", ItemState)
def test_an_item_is_scored_once_it_is_live_and_on_trial_before_that(state: ItemState) -> None:
    scored, tried = GIVEN[state]
    assert state.may_be_given(on_trial=False) is scored
    assert state.may_be_given(on_trial=True) is tried
