"""From conduction to symptoms, signs and the disability scale."""

from __future__ import annotations

import re

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from remyelin.base.errors import InputError
from remyelin.clinic import (
    COMPUTED,
    Parameters,
    catalogue,
    functional_disability,
    p300_delay,
    signs,
    symptoms,
)
from remyelin.clinic.functions import PATHWAYS
from remyelin.clinic.scores import ITEMS, most_points
from remyelin.evidence import Ledger
from remyelin.evidence.catalogue import KINDS, TIERS

LEDGER = Ledger.shipped()
PARAMETERS = Parameters.from_ledger(LEDGER)


def conduction(**changes):
    """Healthy pathways, with `name=(conducted, dispersion, axons, ectopic)` for those that are not."""
    rows = {name: (1.0, 0.0, 1.0, 0.0) for name in PATHWAYS} | changes
    columns = zip(*(rows[name] for name in PATHWAYS), strict=True)
    names = ("conducted", "dispersion", "axons", "ectopic")
    return xr.Dataset(
        {name: ("pathway", np.array(column)) for name, column in zip(names, columns, strict=True)},
        coords={"pathway": list(PATHWAYS)},
    )


def severity(pathways):
    return symptoms(pathways, PARAMETERS)["severity"].to_series()


def test_health_has_no_symptom_and_no_points():
    healthy = conduction()
    assert (severity(healthy) == 0.0).all()
    found = signs(healthy, PARAMETERS)
    assert float(found["ankle_jerk"]) == float(found["knee_jerk"]) == float(found["biceps_jerk"]) == 2.0
    assert not bool(found["babinski"])
    assert not bool(found["romberg"])
    assert float(found["acuity"]) == 1.0
    assert int(found["power_leg"]) == int(found["power_arm"]) == 5
    scale = functional_disability(healthy, PARAMETERS)
    assert int(scale["total"]) == int(scale["rankin"]) == 0


@given(st.sampled_from(PATHWAYS), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
@settings(deadline=None)
def test_losing_more_never_helps(pathway, a, b):
    low, high = sorted((a, b))
    worse = severity(conduction(**{pathway: (low, 0.0, 1.0, 0.0)}))
    better = severity(conduction(**{pathway: (high, 0.0, 1.0, 0.0)}))
    assert (worse >= better - 1e-12).all()
    assert worse.between(0.0, 1.0).all()


@given(
    st.lists(
        st.tuples(*[st.floats(0, 1), st.floats(0, 50), st.floats(0, 1), st.floats(0, 50)]),
        min_size=len(PATHWAYS),
        max_size=len(PATHWAYS),
    )
)
@settings(deadline=None)
def test_any_conduction_gives_shares_and_whole_points(rows):
    pathways = conduction(**dict(zip(PATHWAYS, rows, strict=True)))
    assert severity(pathways).between(0.0, 1.0 + 1e-12).all()
    scale = functional_disability(pathways, PARAMETERS)
    top = {"gait": 4, "sensory": 3, "mental": 0, "neuropathy": 3, "pyramidal": 3}
    for item, most in top.items():
        assert 0 <= int(scale[item]) <= most
    assert int(scale["total"]) == sum(int(scale[item]) for item in top)
    assert np.issubdtype(scale["total"].dtype, np.integer)
    assert 0 <= int(scale["rankin"]) <= 5
    found = signs(pathways, PARAMETERS)
    assert 0.0 <= float(found["ankle_jerk"]) <= 4.0
    assert 0.0 <= float(found["acuity"]) <= 1.0
    assert 0 <= int(found["power_leg"]) <= 5


def test_absent_ankle_jerk_and_babinski_coexist_when_nerve_and_cord_are_both_hit():
    both = conduction(
        sural=(0.2, 0.0, 0.2, 0.0), tibial_motor=(0.5, 0.0, 0.5, 0.0), corticospinal_leg=(0.4, 0.0, 0.9, 0.0)
    )
    found = signs(both, PARAMETERS)
    assert float(found["ankle_jerk"]) < 0.5
    assert bool(found["babinski"])
    cord_only = signs(conduction(corticospinal_leg=(0.4, 0.0, 0.9, 0.0)), PARAMETERS)
    assert float(cord_only["ankle_jerk"]) > 2.0


def test_firing_without_block_tingles_before_it_numbs():
    early = severity(conduction(tibial_sep=(0.97, 0.0, 1.0, 1.0), sural=(0.99, 0.0, 1.0, 1.0)))
    assert early["paraesthesia"] > early["numbness"]
    assert early["paraesthesia"] > PARAMETERS.presence
    assert early["weakness"] == 0.0


def test_discharges_do_not_pass_a_block_but_do_pass_what_lies_behind_it():
    open_path = severity(conduction(tibial_sep=(1.0, 0.0, 1.0, 0.8)))["paraesthesia"]
    half = severity(conduction(tibial_sep=(0.5, 0.0, 1.0, 0.8)))["paraesthesia"]
    shut = severity(conduction(tibial_sep=(0.0, 0.0, 1.0, 0.8)))["paraesthesia"]
    assert open_path > half > 0.5 * open_path
    assert shut < 0.05


def test_fibres_blocked_by_internodes_that_fire_still_discharge_from_the_last_of_them():
    blocked = severity(conduction(tibial_sep=(np.exp(-5.0), 0.0, 1.0, 5.0)))
    assert blocked["numbness"] > 0.9
    assert blocked["paraesthesia"] > PARAMETERS.presence
    more = severity(conduction(tibial_sep=(np.exp(-50.0), 0.0, 1.0, 50.0)))
    assert more["paraesthesia"] == pytest.approx(blocked["paraesthesia"], rel=0.02)
    # Without a block all of them pass, and a fibre counts once.
    several, many = (severity(conduction(tibial_sep=(1.0, 0.0, 1.0, count))) for count in (50.0, 500.0))
    assert several["paraesthesia"] > blocked["paraesthesia"]
    assert many["paraesthesia"] == several["paraesthesia"]
    dead = severity(conduction(tibial_sep=(0.0, 0.0, 0.0, 0.0)))
    assert dead["paraesthesia"] == 0.0


def test_shocks_come_from_the_neck_alone_and_need_the_way_above_it():
    neck = {"neck_leg": (0.6, 0.0, 1.0, 3.0)}
    felt = severity(conduction(**neck))["lhermitte"]
    assert felt > PARAMETERS.presence
    lower = severity(conduction(tibial_sep=(0.6, 0.0, 1.0, 3.0), sural=(0.6, 0.0, 1.0, 3.0)))
    assert lower["lhermitte"] == 0.0
    half_way = severity(conduction(**neck, lemniscus=(0.4, 0.0, 1.0, 0.0)))["lhermitte"]
    assert 0.0 < half_way < felt
    shut = severity(conduction(**neck, lemniscus=(0.0, 0.0, 1.0, 0.0)))["lhermitte"]
    assert shut == 0.0


def test_fewer_internodes_that_fire_when_stretched_give_weaker_shocks():
    few = Parameters.from_ledger(LEDGER.replace({"ectopic.stretched": 0.1}))
    paths = conduction(neck_leg=(0.6, 0.0, 1.0, 1.0))
    weaker = symptoms(paths, few)["severity"].sel(symptom="lhermitte")
    assert 0.0 < float(weaker) < severity(paths)["lhermitte"]


def test_spread_arrivals_take_position_sense_and_reflexes_but_not_touch():
    late = conduction(tibial_sep=(1.0, 12.0, 1.0, 0.0), sural=(1.0, 6.0, 1.0, 0.0))
    found = severity(late)
    assert found["numbness"] == 0.0
    assert found["gait"] > 0.3
    assert float(signs(late, PARAMETERS)["ankle_jerk"]) < 1.0


def test_the_optic_nerve_takes_sight_and_nothing_else():
    blocked = conduction(visual=(0.25, 0.0, 0.9, 0.0))
    found = severity(blocked)
    assert found["vision"] > PARAMETERS.presence
    assert (found.drop("vision") == 0.0).all()
    # A grid of a quarter of the density resolves half as finely.
    assert float(signs(blocked, PARAMETERS)["acuity"]) == pytest.approx(0.5)
    slowed = severity(conduction(visual=(1.0, 20.0, 1.0, 0.0)))
    assert slowed["vision"] == 0.0


def test_smell_and_taste_are_the_worse_of_two_paths():
    smell = severity(conduction(olfactory=(0.5, 0.0, 1.0, 0.0)))["taste_smell"]
    taste = severity(conduction(gustatory=(0.7, 0.0, 1.0, 0.0)))["taste_smell"]
    both = severity(conduction(olfactory=(0.5, 0.0, 1.0, 0.0), gustatory=(0.7, 0.0, 1.0, 0.0)))["taste_smell"]
    assert both == smell > taste > 0.0


def test_each_further_function_fails_with_its_own_pathway():
    for path, symptom in (
        ("median_sep", "tremor"),
        ("callosal", "concentration"),
        ("spinothalamic", "pain_perception"),
        ("corticobulbar", "speech"),
    ):
        assert severity(conduction(**{path: (0.0, 0.0, 1.0, 0.0)}))[symptom] == pytest.approx(1.0)
        assert severity(conduction(**{path: (0.97, 0.0, 1.0, 0.0)}))[symptom] < PARAMETERS.presence


def test_the_p300_is_late_by_every_crossing():
    crossings = LEDGER["clinic.processing.crossings"]
    assert float(p300_delay(np.array(2.0), PARAMETERS.further)) == 2.0 * crossings


def test_power_falls_grade_by_grade_and_stays_apart_in_arm_and_leg():
    kept = np.linspace(1.0, 0.0, 201)
    paths = xr.concat([conduction(corticospinal_leg=(k, 0.0, 1.0, 0.0)) for k in kept], "kept")
    found = signs(paths, PARAMETERS)
    assert sorted(set(found["power_leg"].to_numpy().tolist())) == [0, 1, 2, 3, 4, 5]
    assert (np.diff(found["power_leg"].to_numpy()) <= 0).all()
    assert (found["power_arm"] == 5).all()


def test_the_rankin_scale_follows_gait_and_counts_what_is_only_noticed():
    tingling = functional_disability(conduction(sural=(1.0, 0.0, 1.0, 1.0)), PARAMETERS)
    assert (int(tingling["gait"]), int(tingling["rankin"])) == (0, 1)
    lame = {"corticospinal_leg": (0.0, 0.0, 0.0, 0.0), "tibial_sep": (0.0, 0.0, 0.0, 0.0)}
    bound = functional_disability(conduction(**lame), PARAMETERS)
    assert (int(bound["gait"]), int(bound["rankin"])) == (4, 4)
    hands = functional_disability(conduction(**lame, median_sensory=(0.0, 0.0, 0.0, 0.0)), PARAMETERS)
    assert int(hands["rankin"]) == 5


def test_weakness_multiplies_cord_and_nerve():
    cord = severity(conduction(corticospinal_leg=(0.6, 0.0, 1.0, 0.0)))["weakness"]
    nerves = dict.fromkeys(("tibial_motor", "median_motor"), (0.6, 0.0, 1.0, 0.0))
    nerve = severity(conduction(**nerves))["weakness"]
    both = severity(conduction(corticospinal_leg=(0.6, 0.0, 1.0, 0.0), **nerves))["weakness"]
    assert both > cord == nerve


def test_a_leg_whose_foot_is_paralysed_keeps_the_strength_of_its_thigh():
    foot = severity(conduction(tibial_motor=(0.0, 0.0, 0.0, 0.0)))["weakness"]
    nerves = dict.fromkeys(("tibial_motor", "median_motor"), (0.0, 0.0, 0.0, 0.0))
    assert 0.0 < foot < severity(conduction(**nerves))["weakness"]


def test_the_worst_case_reaches_every_point_that_is_computed():
    dead = conduction(**{name: (0.0, 0.0, 0.0, 0.0) for name in PATHWAYS})
    scale = functional_disability(dead, PARAMETERS)
    most = {"gait": 4, "sensory": 3, "mental": 0, "neuropathy": 3, "pyramidal": 3}
    assert {item: int(scale[item]) for item in ITEMS} == most
    assert int(scale["total"]) == most_points(PARAMETERS) == 13
    assert scale["mental"].attrs["status"] == "not computed"


def test_the_mental_item_is_what_is_given():
    stack = xr.concat([conduction()] * 4, "time").assign_coords(time=[0.0, 1.0, 2.0, 3.0])
    given = xr.DataArray([0, 1, 2, 3], dims="time", coords={"time": stack["time"]})
    scale = functional_disability(stack, PARAMETERS, given)
    assert scale["mental"].values.tolist() == [0, 1, 2, 3]
    assert scale["total"].values.tolist() == [0, 1, 2, 3]
    assert scale["mental"].attrs["status"] == "association, no mechanism"
    plans = stack.expand_dims(plan=["a", "b"])
    assert functional_disability(plans, PARAMETERS, given)["mental"].values.tolist() == [[0, 1, 2, 3]] * 2


def test_mental_points_of_other_dates_are_refused():
    stack = xr.concat([conduction()] * 2, "time").assign_coords(time=[0.0, 1.0])
    other = xr.DataArray([0.0, 0.0], dims="time", coords={"time": [0.0, 5.0]})
    with pytest.raises(InputError, match="at the same dates"):
        functional_disability(stack, PARAMETERS, other)
    wide = xr.DataArray(np.zeros((2, 2)), dims=("time", "plan"), coords={"time": [0.0, 1.0]})
    with pytest.raises(InputError, match="over plan, which the pathways are not"):
        functional_disability(stack, PARAMETERS, wide)


def test_leading_dimensions_are_kept():
    stack = xr.concat([conduction(), conduction(sural=(0.3, 0.0, 0.3, 0.0))], "plan").expand_dims(
        time=[0.0, 1.0]
    )
    out = symptoms(stack, PARAMETERS)
    assert out["severity"].dims == ("time", "plan", "symptom")
    assert list(out["symptom"].values) == list(COMPUTED)
    assert functional_disability(stack, PARAMETERS)["total"].dims == ("time", "plan")
    assert (out["severity"].isel(plan=1) >= out["severity"].isel(plan=0)).all()


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (lambda d: d.drop_vars("axons"), "lack 'axons'"),
        (lambda d: d.isel(pathway=slice(0, 3)), "lack 'sural'"),
        (lambda d: d.drop_vars("pathway"), "coordinate 'pathway'"),
        (lambda d: d.assign(conducted=d.conducted * 1.5), "between 0 and 1"),
        (lambda d: d.assign(dispersion=d.dispersion * np.nan), "finite"),
        (lambda d: d.assign(ectopic=d.ectopic - 0.1), "ectopic of the pathways must be finite and between 0"),
    ],
)
def test_bad_input_is_one_sentence(break_it, message):
    with pytest.raises(InputError, match=message):
        symptoms(break_it(conduction()), PARAMETERS)


def test_the_catalogue_is_the_articles_list():
    symptoms_ = catalogue(LEDGER)
    assert [symptom.number for symptom in symptoms_] == list(range(1, 20))
    assert len({symptom.id for symptom in symptoms_}) == 19
    assert {symptom.id for symptom in symptoms_ if symptom.tier == "mechanism"} == set(COMPUTED)
    assert sum(symptom.tier != "no evidence" for symptom in symptoms_) >= 12
    for symptom in symptoms_:
        assert symptom.tier in TIERS
        assert symptom.kind in KINDS
        assert symptom.hpo
        assert all(re.fullmatch(r"HP:\d{7}", term) for term, _ in symptom.hpo)
        for text in (symptom.mechanism, symptom.picture, symptom.clock, symptom.unknown, symptom.causes):
            assert text.endswith(".")
        assert bool(symptom.pathways) == (symptom.tier == "mechanism")
        assert set(symptom.pathways) <= set(PATHWAYS)


def test_each_computed_symptom_depends_on_its_pathways_and_on_no_other():
    for symptom in catalogue(LEDGER):
        if symptom.tier != "mechanism":
            continue
        for path in PATHWAYS:
            changed = severity(conduction(**{path: (0.3, 10.0, 0.8, 0.4)}))[symptom.id]
            if path not in symptom.pathways:
                assert changed == 0.0, (symptom.id, path)


def test_every_computed_symptom_grows_with_the_severity_of_its_wires():
    for symptom in catalogue(LEDGER):
        if symptom.tier != "mechanism":
            continue
        found = []
        for lost in (0.0, 0.5, 0.9):
            # of a positive symptom internodes fire, of any other impulses are lost
            firing = symptom.kind == "positive"
            state = (1.0, 0.0, 1.0, lost) if firing else (1.0 - lost, 20.0 * lost, 1.0, 0.0)
            found.append(severity(conduction(**dict.fromkeys(symptom.pathways, state)))[symptom.id])
        assert found[0] == 0.0, symptom.id
        assert found[0] < found[1] < found[2], (symptom.id, found)
        assert found[2] > PARAMETERS.presence, (symptom.id, found)


def test_a_measured_frequency_has_a_spread():
    for symptom in catalogue(LEDGER):
        if symptom.frequency is not None:
            assert symptom.frequency.range is not None, symptom.id


def test_every_frequency_belongs_to_a_symptom():
    assert set(LEDGER.group("clinic.frequency")) <= {symptom.id for symptom in catalogue(LEDGER)}
