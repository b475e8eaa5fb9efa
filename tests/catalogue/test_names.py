"""Names stand once: every room that has something for each of them has it for all of them."""

from __future__ import annotations

import pytest

from remyelin import nerve
from remyelin.catalogue import causes, markers, pathways, plans, segments, setups, studies
from remyelin.cobalamin.causes import APPLIED, Affected, apply
from remyelin.evidence import Ledger

LEDGER = Ledger.shipped()


def test_every_shipped_cause_has_its_effect_and_its_priors() -> None:
    assert set(APPLIED) == {cause.name for cause in causes.SHIPPED}
    for cause in causes.SHIPPED[1:]:
        assert f"prior.began.{cause.key}" in LEDGER
        assert not cause.partial or f"prior.lost.{cause.key}" in LEDGER
    assert len(causes.UNKNOWN) == len(LEDGER.vector("record.causes"))


def test_a_cause_that_is_added_needs_a_name_of_its_own_and_an_effect() -> None:
    worm = causes.Cause("fish tapeworm", applied=lambda healthy, person, ledger: healthy)
    with pytest.raises(ValueError, match="'metformin' exists in remyelin"):
        causes.CAUSES.gathered({"metformin": worm})
    with pytest.raises(ValueError, match="has no function `applied`"):
        causes.CAUSES.gathered({"fish tapeworm": causes.Cause("fish tapeworm")})
    added = causes.CAUSES.gathered({"fish tapeworm": worm})
    assert list(added) == [*(cause.name for cause in causes.SHIPPED), "fish tapeworm"]


def test_a_gas_that_is_added_is_an_exposure_to_gas(monkeypatch: pytest.MonkeyPatch) -> None:
    assert causes.gas_causes() == ("nitrous oxide",)
    xenon = causes.Cause("xenon", gas=True, applied=lambda healthy, person, ledger: healthy)
    added = causes.CAUSES.gathered({"xenon": xenon})
    monkeypatch.setitem(causes.CAUSES.__dict__, "_all", added)
    assert causes.gas_causes() == ("nitrous oxide", "xenon")


def test_an_unknown_cause_is_refused_with_a_suggestion() -> None:
    from remyelin.base.errors import InputError
    from remyelin.cobalamin import Exposure, constant

    healthy = Exposure(age=60.0, food_intake=constant(4.0), meals_per_day=3.0)
    with pytest.raises(InputError, match="did you mean 'metformin'"):
        apply("metformine", healthy, Affected(-1.0, 0.0), LEDGER)


def test_every_pathway_has_a_label_and_a_colour_of_its_own() -> None:
    assert set(nerve.PATHWAYS) <= set(pathways.PATHWAYS)
    assert len(set(pathways.COLOURS.values())) == len(pathways.PATHWAYS)
    assert pathways.label_of("small_fibres") == "small fibres"
    assert pathways.words("tibial_sep") == "tibial SEP"


def test_the_markers_of_status_are_those_with_published_limits() -> None:
    from remyelin.evidence.limits import limits

    assert set(markers.STATUS) <= set(limits(LEDGER))
    assert markers.MARKERS["b12"].title == "Serum B12"


def test_the_plans_that_are_drawn_exist() -> None:
    named = {plans.GIVEN, plans.UNTREATED, *(plans.shifted(months) for months in plans.SHIFTS_MONTHS)}
    assert set(plans.COLOURS) <= named
    assert set(plans.DRAWN) <= set(plans.COLOURS)
    every = [*plans.COLOURS.values(), plans.OBSERVED_COLOUR, plans.OWN_RATES_COLOUR]
    assert len(set(every)) == len(every), "one colour has one meaning"


def test_constants_of_studies_name_the_battery_and_groups_are_of_them() -> None:
    named = {value for name, value in vars(studies).items() if name.isupper() and isinstance(value, str)}
    assert named == set(nerve.STUDIES)
    for group in studies.GROUPS.values():
        assert set(group) <= named
        assert len(set(group)) == len(group)
    assert set(studies.FOLLOWS) <= named
    assert set(studies.FOLLOWS.values()) <= set(nerve.PATHWAYS)


def test_every_segment_is_crossed_by_a_pathway_and_has_its_length() -> None:
    body = nerve.Person(age=50, sex="female", height=165.0, temperature=33.0)
    names = [part.segment for part in segments.SEGMENTS]
    assert len(set(names)) == len(names)
    assert nerve.crossed(nerve.PATHWAYS, body, LEDGER) == set(names)
    assert all(f"course.{part.course}" in LEDGER for part in segments.SEGMENTS)
    assert segments.outside_spine(segments.LEG_MOTOR) == ("leg_motor_proximal", "leg_motor_distal")
    assert segments.outside_spine(segments.CORTICOSPINAL) == ()


def test_setups_are_of_every_study_and_plain_words_of_every_segment() -> None:
    assert set(setups.SETUPS) | {studies.SMALL_FIBRES} == set(nerve.STUDIES)
    assert {item.pathway for item in setups.SETUPS.values()} <= set(pathways.PATHWAYS)
    assert {item.muscle for item in setups.SETUPS.values()} - {""} <= set(studies.MOTOR)
    assert set(segments.PLAIN) <= {part.segment for part in segments.SEGMENTS}
    assert len(set(segments.PLAIN.values())) == len(segments.PLAIN)
