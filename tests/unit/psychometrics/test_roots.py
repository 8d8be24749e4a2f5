import numpy as np
import pytest
from scipy.special import expit, logit

from psychometrics.arrays import FloatArray
from psychometrics.roots import where_reached


@pytest.mark.parametrize("shape", [(), (0,), (7,), (2, 3)])
def test_a_rising_curve_is_inverted_in_any_shape(shape: tuple[int, ...]) -> None:
    value = np.linspace(0.01, 0.99, int(np.prod(shape))).reshape(shape)
    found = where_reached(lambda at: np.asarray(expit(at)), value, low=-40.0, high=60.0)
    assert found.shape == shape
    np.testing.assert_allclose(found, logit(value), rtol=1e-13, atol=1e-14)


def test_each_value_gets_its_own_place_however_many_steps_the_others_take() -> None:
    def cube(at: FloatArray) -> FloatArray:
        return np.asarray(at) ** 3

    value = np.array([-27.0, 0.0, 1e-9, 8.0, 1e6])
    found = where_reached(cube, value, low=-100.0, high=200.0)
    np.testing.assert_allclose(found, np.cbrt(value), rtol=1e-14, atol=1e-15)
