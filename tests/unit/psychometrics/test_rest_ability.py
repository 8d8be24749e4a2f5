import numpy as np

from psychometrics import ItemParameters, ResponseMatrix, estimate_ability, normal_quadrature
from psychometrics.fit.rest_ability import rest_ability

ITEMS = ItemParameters([1.0, 1.5, 0.7, 1.2], [-1.0, 0.0, 0.5, 1.0], [0.0, 0.2, 0.0, 0.0])
SCORES = [[1, 0, np.nan, 1], [np.nan, 1, 1, 0], [0, np.nan, np.nan, np.nan]]


def test_each_cell_has_the_eap_of_its_persons_other_responses() -> None:
    latent = normal_quadrature(0.3, 1.1, points=121)
    matrix = ResponseMatrix.from_scores(SCORES)
    expected = []
    for person, item in zip(matrix.person_of_cell(), matrix.columns, strict=True):
        rest = np.array(SCORES[person])
        rest[item] = np.nan
        alone = ResponseMatrix.from_scores([rest])
        if alone.columns.size:
            expected.append(estimate_ability(alone, ITEMS, method="eap", prior=latent).theta[0])
        else:
            expected.append(0.3)

    assert np.allclose(rest_ability(matrix, ITEMS, latent=latent), expected, atol=1e-6)


def test_what_was_answered_to_the_item_itself_makes_no_difference() -> None:
    latent = normal_quadrature()
    right, wrong = (
        ResponseMatrix.from_scores([[1, 1, 0, 1]]),
        ResponseMatrix.from_scores([[0, 1, 0, 1]]),
    )
    both = [rest_ability(one, ITEMS, latent=latent)[0] for one in (right, wrong)]
    assert np.isclose(both[0], both[1], rtol=0, atol=1e-12)
