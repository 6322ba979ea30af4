"""The tail of the chi-square distribution against the printed tables."""

from __future__ import annotations

import pytest

from lms.content.checker.chi_square import chance_of_chi_square


@pytest.mark.parametrize(
    ("value", "degrees", "chance"),
    [
        (3.841, 1, 0.05),
        (5.991, 2, 0.05),
        (7.815, 3, 0.05),
        (9.488, 4, 0.05),
        (11.070, 5, 0.05),
        (6.635, 1, 0.01),
        (11.345, 3, 0.01),
        (2.366, 3, 0.50),
        (0.0, 3, 1.0),
        (100.0, 3, 0.0),
    ],
)
def test_as_in_the_tables(value: float, degrees: int, chance: float) -> None:
    assert chance_of_chi_square(value, degrees) == pytest.approx(chance, abs=5e-4)
