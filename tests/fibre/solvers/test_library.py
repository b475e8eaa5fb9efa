"""Fibres from a library of internodes: the same impulses as the fibres they stand for."""

from __future__ import annotations

import numpy as np
import pytest

from remyelin.base.errors import InputError
from remyelin.bench.library import draw, rounding, states
from remyelin.evidence import Ledger
from remyelin.fibre import (
    Fibre,
    Pulse,
    bare,
    conduct,
    conduct_assembled,
    enlarged,
    lose_lamellae,
    mrg,
    open_paranodes,
    quantise,
    reduce_internodes,
    remyelinate,
)
from remyelin.fibre.models.fibre import join

LEDGER = Ledger.shipped()


def pair(diameter: float = 10.0, temperature: float = 37.0) -> Fibre:
    return mrg(diameter, 2, temperature=temperature, grid="converged", ledger=LEDGER)


PIECES = (
    pair(),
    lose_lamellae(pair(), 0, 0.05),
    open_paranodes(pair(), 0, 8.0),
    remyelinate(pair(), 0, 0.3, 0.25),
    bare(pair(), 0, channel_share=0.04, persistent_sodium=0.0),
)


def whole(numbers: np.ndarray) -> Fibre:
    """Put the same pieces together the slow way."""
    parts = [PIECES[number].take(np.arange(PIECES[number].n_compartments - 1)) for number in numbers]
    return join([*parts, PIECES[numbers[-1]].take(np.arange(1))])


@pytest.mark.parametrize("kinds", [4, 5], ids=["short internodes too", "bare ones too"])
def test_assembled_fibres_conduct_like_the_whole_ones(kinds: int) -> None:
    rng = np.random.default_rng(kinds)
    numbers = rng.choice(kinds, size=(6, 30), p=np.array([0.8, *[0.2 / (kinds - 1)] * (kinds - 1)]))
    numbers[:, :3] = numbers[:, -3:] = 0
    assembled = conduct_assembled(reduce_internodes(PIECES), numbers, threads=1)
    slow = [whole(row) for row in numbers]
    reference = conduct(slow, threads=1)
    at = [np.isin(np.round(f.node_positions, 6), _ends(row)) for f, row in zip(slow, numbers, strict=True)]
    np.testing.assert_array_equal(assembled["conducts"], reference["conducts"])
    for index, kept in enumerate(at):
        arrival = reference["arrival"].to_numpy()[index][: kept.size][kept]
        np.testing.assert_allclose(assembled["arrival"][index], arrival, atol=2e-4, equal_nan=True)
    assert assembled["conducts"].any()


def _ends(numbers: np.ndarray) -> np.ndarray:
    lengths = np.array([np.ptp(piece.node_positions) for piece in PIECES])
    first = whole(numbers).node_positions[0]
    return np.round(first + np.concatenate([[0.0], np.cumsum(lengths[numbers])]), 6)


def test_threads_lots_and_company_change_nothing() -> None:
    library = reduce_internodes(PIECES[:4])
    numbers = np.random.default_rng(0).integers(0, 4, size=(150, 12))
    numbers[:, 0] = 0
    one = conduct_assembled(library, numbers, threads=1)["arrival"]
    two = conduct_assembled(library, numbers, threads=2)["arrival"]
    alone = conduct_assembled(library, numbers[77:78], duration=20.0)["arrival"]
    again = conduct_assembled(library, numbers, duration=20.0)["arrival"]
    np.testing.assert_array_equal(one, two)
    np.testing.assert_array_equal(alone[0], again[77])


def test_a_library_grows_without_changing_what_it_has() -> None:
    small = reduce_internodes(PIECES[:2])
    grown = enlarged(small, PIECES[2:])
    at_once = reduce_internodes(PIECES)
    for name in ("length", "diameter", "start", "count"):
        np.testing.assert_array_equal(getattr(grown, name), getattr(at_once, name), err_msg=name)
    for name in grown.columns._fields:
        np.testing.assert_array_equal(
            getattr(grown.columns, name), getattr(at_once.columns, name), err_msg=name
        )
    assert enlarged(small, []).size == 2


def test_fibres_may_differ_in_length() -> None:
    library = reduce_internodes([pair()])
    numbers = np.zeros((2, 20), dtype=np.int64)
    numbers[1, 12:] = -1
    result = conduct_assembled(library, numbers)
    assert result["conducts"].all()
    np.testing.assert_allclose(result["arrival"][1, :9], result["arrival"][0, :9], atol=1e-4)
    assert np.isnan(result["arrival"][1, 13:]).all()
    np.testing.assert_allclose(result["length"], np.array([20, 12]) * library.length[0])


@pytest.mark.parametrize(
    ("numbers", "says"),
    [
        ([[0, 1, 5]], "there is no internode 5; the library has 0 to 3"),
        ([[0, -2]], "there is no internode"),
        ([[-1, 0]], "nothing but -1 behind"),
        ([[0, -1, 0]], "nothing but -1 behind"),
        ([0, 1], "shape"),
        ([[0.5]], "whole numbers"),
    ],
)
def test_numbers_that_cannot_be_are_refused(numbers: list[list[int]], says: str) -> None:
    with pytest.raises(InputError, match=says):
        conduct_assembled(reduce_internodes(PIECES[:4]), numbers)


def test_pieces_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InputError, match="at least one"):
        reduce_internodes([])
    with pytest.raises(InputError, match="piece 1 differs"):
        reduce_internodes([pair(), pair(temperature=34.0)])
    with pytest.raises(InputError, match="begin and end with a node"):
        reduce_internodes([pair().take(np.arange(4))])
    with pytest.raises(InputError, match="there is no node 30"):
        conduct_assembled(reduce_internodes([pair()]), np.zeros((1, 5), dtype=int), pulse=Pulse(node=30))


def test_levels_are_densest_where_an_internode_is_about_to_block() -> None:
    found = quantise(pair(), 0.009, 20.0, tolerance=4.0)
    gaps = np.diff(np.log(found.lamellae))
    block = np.argmin(gaps)
    assert 0.009 < found.lamellae[block] < 0.02, "one internode of this fibre blocks at about one lamella"
    assert gaps[-1] > 20 * gaps[block]
    assert found.library.size == len(found.lamellae) * len(found.seal)
    numbers = found.nearest([1.0, 0.009], [1.0, 20.0])
    assert numbers.tolist() == [(len(found.lamellae) - 1) * len(found.seal), len(found.seal) - 1]
    with pytest.raises(InputError, match="lamellae must lie within"):
        found.nearest(0.001, 1.0)
    with pytest.raises(InputError, match="quantise"):
        quantise(pair(), 0.0, 20.0)


def test_rounding_costs_little_in_delay_and_no_verdict() -> None:
    found = rounding(states(LEDGER), draw(12, 60, seed=5), LEDGER)
    assert found.conducting > 6
    assert found.verdicts == 0
    assert found.most_us < 0.05 * found.delay_us
