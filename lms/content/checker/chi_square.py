"""The chance of a chi-square as large as this if all places were equally likely."""

from __future__ import annotations

import math


def chance_of_chi_square(value: float, degrees: int) -> float:
    """Upper tail of the chi-square distribution, 0 to 1; exact.

    For whole degrees of freedom the incomplete gamma function is a finite sum (Abramowitz & Stegun 26.4.4 and 26.4.5),
    so no statistics library is needed.
    """
    half = value / 2
    if degrees % 2 == 0:
        terms = (half**step / math.factorial(step) for step in range(degrees // 2))
        return math.exp(-half) * sum(terms)
    terms = (half ** (step + 0.5) / math.gamma(step + 1.5) for step in range((degrees - 1) // 2))
    return math.erfc(math.sqrt(half)) + math.exp(-half) * sum(terms)
