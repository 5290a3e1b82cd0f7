"""Designs that no other beats."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonctl.site.pareto import front

PAIRS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=40)


def beaten(design, others):
    return any(
        other[0] <= design[0] and other[1] <= design[1] and other != design for other in others
    )


@given(PAIRS)
def test_the_front_is_what_a_comparison_of_all_pairs_leaves(designs):
    first, second = (np.array([pair[side] for pair in designs], float) for side in (0, 1))
    kept = front(first, second).tolist()
    expected = [
        place
        for place, design in enumerate(designs)
        if not beaten(design, designs) and design not in designs[:place]
    ]
    assert sorted(kept) == expected
    assert [designs[place][0] for place in kept] == sorted(designs[place][0] for place in kept)


def test_ties_keep_the_first_and_unknown_costs_are_left_out():
    assert front([2, 1, 1, 2, 3], [1, 2, 2, 1, 1]).tolist() == [1, 0]
    assert front([np.nan, 1, 2], [0, 1, np.nan]).tolist() == [1]
    assert front([], []).tolist() == []
    carbon, share = np.array([10.0, 20, 20]), np.array([0.5, 0.9, 0.8])
    assert front(carbon, -share).tolist() == [0, 1]


def test_costs_are_those_of_the_same_designs():
    with pytest.raises(ValueError, match="both costs of each design"):
        front([1, 2], [1])
