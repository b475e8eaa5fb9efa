"""Probabilities without a mechanism: background without deficiency, more with depth, duration and anaemia."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remyelin.analysis.calibration.fit_association import fitted, strength_for
from remyelin.analysis.validation.association import CALIBRATION
from remyelin.base.errors import InputError
from remyelin.clinic import Associations
from remyelin.clinic.association import (
    ANAEMIA,
    CLOCKS,
    ITEMS,
    UNRELATED,
    any_of,
    chances,
    cord_excesses,
    drawn,
    excesses,
    exposure,
    exposures,
    mental_chances,
    mental_points,
    unrelated,
)
from remyelin.evidence import Ledger, load_targets

LEDGER = Ledger.shipped()
MAPS = Associations.from_ledger(LEDGER)
DAYS = np.arange(0.0, 3000.0, 30.0)


def course(depth: float, months: float, fall: float = 0.0):
    """A square wave of deficiency from day 90 on, and a haemoglobin that falls with it."""
    ill = (DAYS >= 90.0) & (90.0 + 30.0 * months > DAYS)
    return np.where(ill, 1.0 - depth, 1.0), np.where(ill, 140.0 * (1.0 - fall), 140.0)


def everything(methylation, haemoglobin, age=60.0):
    excess = excesses(exposures(DAYS, methylation, haemoglobin, MAPS), MAPS)
    return chances({**excess, **unrelated(DAYS.shape)}, age, MAPS), excess


@pytest.mark.parametrize("age", [20.0, 55.0, 85.0])
def test_without_deficiency_there_is_the_background_and_no_more(age):
    found, excess = everything(np.ones_like(DAYS), np.full_like(DAYS, 140.0), age)
    for name, chance in found.items():
        expected = MAPS.background[name].at(age)[:, None]
        np.testing.assert_allclose(chance, np.broadcast_to(expected, chance.shape), atol=1e-15)
    assert not any(added.any() for added in excess.values())
    assert not mental_points(mental_chances(excess, MAPS)).any()
    assert not cord_excesses(np.zeros(3), MAPS)["sphincter"].any()


def test_deficiency_does_not_touch_what_it_is_not_shown_to_cause():
    found, _ = everything(*course(0.9, 60, 0.4))
    for name in UNRELATED:
        assert np.ptp(found[name], axis=-1).max() == 0.0


@given(st.floats(0.0, 0.9), st.floats(0.0, 0.1), st.integers(1, 40), st.integers(0, 20), st.floats(0.0, 0.5))
@settings(deadline=None, max_examples=40)
def test_deeper_longer_and_more_anaemic_is_never_less_probable(depth, deeper, months, longer, fall):
    end = int(90 / 30 + months) - 1
    less, _ = everything(*course(depth, months, fall))
    more, _ = everything(*course(depth + deeper, months + longer, min(fall + 0.1, 1.0)))
    for name in CLOCKS:
        assert (more[name][..., end] >= less[name][..., end] - 1e-12).all(), name
        assert (np.diff(more[name], axis=0) >= -1e-12).all(), "low, median, high"
        assert ((more[name] >= 0.0) & (more[name] <= 1.0)).all()


@pytest.mark.parametrize("name", sorted(CLOCKS))
def test_every_item_changes_with_severity(name):
    mild, _ = everything(*course(0.1, 12, 0.05))
    severe, _ = everything(*course(0.8, 12, 0.4))
    assert severe[name][1].max() > mild[name][1].max() > float(MAPS.background[name].at(60.0)[1])


def test_it_clears_after_treatment_and_less_of_it_after_years():
    clock = MAPS.clocks["cognition"]
    short, long = (exposure(DAYS, course(0.7, months)[0], clock) for months in (6, 72))
    left = [values[-1] / values.max() for values in (short, long)]
    assert left[0] < 0.2 < left[1]
    soon = exposure(DAYS, course(0.7, 6)[0], MAPS.clocks["mood"])
    assert soon[-1] < 0.05


def test_anaemia_tires_at_once_and_is_counted_from_the_persons_own_blood():
    healthy, pale = (
        exposures(DAYS, np.ones_like(DAYS), course(0.0, 6, fall)[1], MAPS) for fall in (0.0, 0.3)
    )
    assert healthy[ANAEMIA].max() == 0.0
    assert pale[ANAEMIA].max() == pytest.approx(0.3)
    assert excesses(pale, MAPS)["tiredness"][1].max() > excesses(pale, MAPS)["memory"][1].max()


def test_age_brings_dementia_and_dizziness():
    for name in ("dementia", "confusion"):
        ages = MAPS.background[name].at(np.array([45.0, 65.0, 80.0, 95.0]))[1]
        assert (np.diff(ages) > 0.0).all()


def test_points_of_the_mental_item_are_drawn_as_often_as_they_are_probable():
    at_least = np.array([0.5, 0.2, 0.1])
    numbers = np.linspace(0.0005, 0.9995, 1000)
    found = np.array([int(drawn(at_least, one)) for one in numbers])
    for point, share in enumerate(at_least, start=1):
        assert (found >= point).mean() == pytest.approx(share, abs=0.001)
    assert int(mental_points(at_least)) == 1
    assert int(mental_points(at_least, 0.05)) == 3


def test_any_of_several():
    np.testing.assert_allclose(any_of([np.array([0.5]), np.array([0.2])]), [0.6])


def test_an_override_moves_the_whole_interval():
    name = "association.strength.mood"
    low = LEDGER.entry(name).range[0]
    moved = Associations.from_ledger(LEDGER.replace({name: low}))
    assert moved.strength["mood"].tolist() == [low] * 3


def test_dates_that_do_not_fit_are_refused():
    with pytest.raises(InputError, match="give one for each"):
        exposure(DAYS, np.ones(3), MAPS.clocks["mood"])


def test_every_item_has_a_background_with_a_source_or_the_word_assumed():
    for name in ITEMS:
        entry = LEDGER.entry(f"background.{name}")
        assert entry.source or entry.kind == "assumed"


def test_rows_that_chose_a_strength_are_calibration_rows():
    role = {row.name: row.role for row in load_targets()}
    assert {role[counted.row] for counted in CALIBRATION.values()} == {"calibration"}
    for name, counted in CALIBRATION.items():
        assert LEDGER.entry(f"association.strength.{name}").locator == f"rows: {counted.row}"


def test_a_strength_meets_its_row_and_the_background_alone_is_enough_where_it_is_more():
    amounts, base = np.array([0.2, 0.6]), np.array([0.1, 0.1])
    strength = strength_for(40.0, amounts, base)
    assert 100.0 * np.mean(1 - 0.9 * np.exp(-strength * amounts)) == pytest.approx(40.0)
    assert strength_for(5.0, amounts, base) == 0.0


def test_the_ledger_holds_the_fitted_strengths():
    for name, (low, value, high) in fitted(LEDGER).items():
        entry = LEDGER.entry(f"association.strength.{name}")
        assert (entry.range[0], entry.value, entry.range[1]) == pytest.approx(
            (low, value, high), rel=0.05, abs=0.003
        )
