"""Conduction of pathways: limits, monotony, chains of neurons; closed form against drawn fibres and exact runs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
import pytest
import xarray as xr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from states_for_tests import HEALTHY, stacked, uniform

from remyelin.base.errors import InputError
from remyelin.evidence import Ledger
from remyelin.fibre import Pulse, conduct, conduct_assembled, mrg_interpolated, reduce_internodes
from remyelin.nerve import PATHWAYS, STUDIES, Person, Tables, battery, conduction, exact, sampled
from remyelin.nerve import segments as nerve_segments
from remyelin.nerve.anatomy.branches import Array, Run
from remyelin.nerve.conduction.build_tables import States, _fibre
from remyelin.nerve.conduction.lines import Line, Spread
from remyelin.nerve.conduction.sampled import Conduct
from remyelin.nerve.conduction.volley import Volley, volley

fixtures = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=12
)


def test_healthy_pathways_conduct(ledger: Ledger, tables: Tables, person: Person) -> None:
    found = conduction(uniform(), person, tables, ledger)
    assert list(found["pathway"].values) == list(PATHWAYS)
    for name, value in {
        "conducted": 1.0,
        "delay": 0.0,
        "dispersion": 0.0,
        "axons": 1.0,
        "ectopic": 0.0,
    }.items():
        np.testing.assert_allclose(found[name], value, atol=1e-9)
        assert "units" in found[name].attrs


def test_leading_dimensions_are_kept(ledger: Ledger, tables: Tables, person: Person) -> None:
    rows = [uniform(vacuolated=v, bare=b) for v in (0.0, 0.2, 0.5) for b in (0.0, 1e-3)]
    one = [conduction(state, person, tables, ledger) for state in rows]
    both = conduction(stacked(*rows).assign_coords(time=np.arange(6.0)), person, tables, ledger)
    for name in both.data_vars:
        np.testing.assert_allclose(both[name], np.stack([part[name] for part in one]), rtol=1e-12, atol=1e-15)
    plans = xr.concat([stacked(*rows), stacked(*rows)], dim="plan")
    assert conduction(plans, person, tables, ledger)["delay"].dims == ("plan", "time", "pathway")


@fixtures
@given(
    vacuolated=st.floats(0, 0.5), bare=st.floats(0, 0.05), more=st.floats(0.001, 0.3), spread=st.floats(0, 1)
)
def test_more_lesions_never_help(
    ledger: Ledger, tables: Tables, person: Person, vacuolated: float, bare: float, more: float, spread: float
) -> None:
    states = stacked(
        uniform(vacuolated=vacuolated, bare=bare, channel_redistribution=spread),
        uniform(vacuolated=vacuolated + more, bare=bare, channel_redistribution=spread),
        uniform(vacuolated=vacuolated, bare=bare + more, channel_redistribution=spread),
    )
    found = conduction(states, person, tables, ledger, ["tibial_sep", "sural"])
    assert np.all((found["conducted"] >= 0) & (found["conducted"] <= 1))
    assert np.all(found["conducted"][1:] <= found["conducted"][0] + 1e-9)
    assert np.all(found["delay"][1] > found["delay"][0] - 1e-9)
    assert all(np.isfinite(found[name]).all() for name in found.data_vars)


def test_chain_is_as_good_as_its_parts(ledger: Ledger, tables: Tables, person: Person) -> None:
    only_cord = uniform()
    only_cord["bare"].loc[{"segment": "gracile"}] = 0.1
    only_cord["intact"].loc[{"segment": "gracile"}] = 0.9
    found = conduction(only_cord, person, tables, ledger)["conducted"]
    assert float(found.sel(pathway="tibial_sep")) < 0.7
    for pathway in PATHWAYS:
        if pathway not in ("tibial_sep", "neck_leg"):
            assert float(found.sel(pathway=pathway)) == pytest.approx(1.0), pathway


def test_the_neck_is_the_upper_part_of_its_columns(ledger: Ledger, tables: Tables, person: Person) -> None:
    bare = uniform(bare=0.02, channel_redistribution=1.0)
    found = conduction(bare, person, tables, ledger)
    for limb, whole in (("leg", "tibial_sep"), ("arm", "median_sep")):
        part, path = found.sel(pathway=f"neck_{limb}"), found.sel(pathway=whole)
        assert float(path["conducted"]) < float(part["conducted"]) < 1.0
        assert 0.0 < float(part["ectopic"]) < float(path["ectopic"])
    arm, leg = (float(found["ectopic"].sel(pathway=f"neck_{limb}")) for limb in ("arm", "leg"))
    # The same length of cord; fibres of the leg have tapered on their way and have more, shorter internodes.
    assert arm < leg < 1.5 * arm


def test_longer_path_fails_first(ledger: Ledger, tables: Tables, person: Person) -> None:
    found = conduction(uniform(bare=2e-3), person, tables, ledger)["conducted"]
    order = ["tibial_sep", "median_sep", "median_motor"]
    values = [float(found.sel(pathway=name)) for name in order]
    assert values == sorted(values)
    assert values[0] < 0.7


def test_independent_failures_follow_the_arithmetic(ledger: Ledger, tables: Tables, person: Person) -> None:
    """Without frailty, and with lesions as short as an internode, a fibre of n internodes conducts with (1 - p)^n."""
    short = {"nerve.lesion_length.peripheral": 0.2}
    even = ledger.replace({"nerve.fibre_frailty": 0.0, **short})
    p = np.array([1e-5, 1e-4])
    found = conduction(stacked(*[uniform(bare=x) for x in p]), person, tables, even, ["tibial_motor"])
    logs = np.log(found["conducted"].to_numpy()[:, 0])
    n = logs / np.log1p(-p)
    assert n[0] == pytest.approx(n[1], rel=0.03)
    assert 700 < n[0] < 1400, "internodes from the cord to the foot"


def test_a_path_of_stretches_follows_the_arithmetic(ledger: Ledger, tables: Tables, person: Person) -> None:
    """Without frailty a path of L / l stretches of which b is bare conducts with (1 - b)^(L / l)."""
    even = ledger.replace({"nerve.fibre_frailty": 0.0})
    shares = np.array([0.01, 0.1, 0.3])
    states = stacked(*[only("gracile", bare=x) for x in shares])
    found = conduction(states, person, tables, even, ["tibial_sep"])["conducted"].to_numpy()[:, 0]
    place = nerve_segments(person, even).sel(segment="gracile")
    stretches = float(place["length"]) / even["nerve.lesion_length.central"]
    np.testing.assert_allclose(found, (1 - shares) ** stretches, rtol=0.01)


def test_longer_lesions_leave_the_delay_and_spread_it(ledger: Ledger, tables: Tables, person: Person) -> None:
    state = only("gracile", vacuolated=0.4)
    found = [
        conduction(
            state, person, tables, ledger.replace({"nerve.lesion_length.central": length}), ["tibial_sep"]
        )
        for length in (20.0, 60.0, 130.0)
    ]
    delay, dispersion = (np.array([float(one[name][0]) for one in found]) for name in ("delay", "dispersion"))
    np.testing.assert_allclose(delay, delay[0], rtol=0.1)
    assert (np.diff(dispersion) > 0.0).all()


def only(segment: str, **shares: float) -> xr.Dataset:
    """Health but for one segment."""
    state = uniform()
    for name, share in shares.items():
        state[name].loc[{"segment": segment}] = share
    state["intact"].loc[{"segment": segment}] = 1 - sum(shares.values())
    return state


def test_closed_form_agrees_with_drawn_fibres(ledger: Ledger, tables: Tables, person: Person) -> None:
    # impulses later by a fifth: with more the peak of a dispersed potential is that of a few drawn fibres
    states = uniform(
        vacuolated=0.05, remyelinated=0.1, thickness=0.25, internode_length=0.35, bare=5e-4, axons=0.9
    )
    expected = battery(states, person, tables, ledger)
    drawn = battery(
        states, person, tables, ledger, conduct=sampled(person, tables, ledger, seed=7, fibres=1000)
    )
    for a, b in zip(expected.rows, drawn.rows, strict=True):
        if a.latency is not None:
            assert b.latency == pytest.approx(a.latency, rel=0.02), (a.study, a.site)
            # a thousand fibres make a dispersed nerve potential to some 15 %; a nerve has several times as many
            assert b.amplitude == pytest.approx(a.amplitude, rel=0.35), (a.study, a.site)


def test_closed_form_agrees_with_drawn_volleys(ledger: Ledger, tables: Tables, person: Person) -> None:
    """Where many internodes are vacuolated: what arrives, and when on average, of every run of nerve."""
    states = uniform(
        vacuolated=0.2, remyelinated=0.1, thickness=0.25, internode_length=0.35, bare=5e-4, axons=0.9
    )
    closed, drawn = (
        volleys(states, person, tables, ledger, how)
        for how in (
            partial(volley, tables=tables, spread=Spread.from_ledger(ledger)),
            sampled(person, tables, ledger, seed=7, fibres=3000),
        )
    )
    assert len(closed) > 30
    for run, one in closed.items():
        other = drawn[run]
        assert other.conducted.mean() == pytest.approx(one.conducted.mean(), abs=0.04), run
        when, known = (np.average(found.arrival, weights=found.conducted) for found in (other, one))
        assert when == pytest.approx(known, rel=0.02), run


def volleys(
    states: xr.Dataset, person: Person, tables: Tables, ledger: Ledger, how: Conduct, *studies: str
) -> dict[Run, Volley]:
    """What arrives along every run that studies ask for."""
    seen: dict[Run, Volley] = {}

    def conduct(line: Line, arrays: Mapping[str, Array]) -> Volley:
        seen[line.run] = how(line, arrays)
        return seen[line.run]

    battery(states, person, tables, ledger, studies or tuple(STUDIES), conduct=conduct)
    return seen


def test_tables_agree_with_exact_runs(ledger: Ledger, tables: Tables, person: Person) -> None:
    states = uniform(vacuolated=0.2, remyelinated=0.1, thickness=0.25, internode_length=0.35)
    studies = ["median_motor", "sural"]
    by_tables, by_engine = (
        volleys(states, person, tables, ledger, how(person, tables, ledger, seed=3, fibres=200), *studies)
        for how in (sampled, exact)
    )
    for run, one in by_tables.items():
        other = by_engine[run]
        both = (one.conducted > 0) & (other.conducted > 0)
        # fibre by fibre: the peak of a dispersed potential is that of a few of them
        late = np.abs(one.arrival - other.arrival)[both] / other.arrival[both]
        assert np.median(late) < 0.015, run
        assert np.quantile(late, 0.9) < 0.025, run
        assert late.max() < 0.045, (run, "the worst fibre")
        assert (one.conducted == other.conducted).all(), run


def test_tables_lose_what_the_engine_loses(ledger: Ledger, tables: Tables, person: Person) -> None:
    """The tables hold runs of 24 internodes; of longer ones, too, the engine loses no impulse that they pass."""
    states = uniform(vacuolated=0.3, remyelinated=0.1, thickness=0.25, internode_length=0.35)
    by_tables, by_engine = (
        volleys(
            states,
            person,
            tables,
            ledger,
            how(person, tables, ledger, seed=3, fibres=200),
            "median_motor",
            "sural",
            "mep_leg",
        )
        for how in (sampled, exact)
    )
    for run, tabulated in by_tables.items():
        engine = by_engine[run]
        both = (tabulated.conducted > 0) & (engine.conducted > 0)
        assert both.mean() > 0.9, run
        assert tabulated.arrival[both].mean() == pytest.approx(engine.arrival[both].mean(), rel=0.03), run
        assert tabulated.conducted.mean() == pytest.approx(engine.conducted.mean(), abs=0.01), run


@pytest.mark.parametrize("temperature", [34.0, 37.0])
@pytest.mark.parametrize("diameter", [2.0, 5.0, 8.0, 10.0, 11.0, 12.5, 14.0, 16.0])
def test_no_run_of_vacuolated_internodes_blocks(
    ledger: Ledger, tables: Tables, diameter: float, temperature: float
) -> None:
    """Why `state.vacuolated_lamellae` ends where it does: the tables hold runs of 24, and nerves longer ones."""
    pair = mrg_interpolated(diameter, 2, grid="converged", ledger=ledger).replace(temperature=temperature)
    library = reduce_internodes([pair, States(ledger).vacuolate(pair, [0])], step=4.0)
    lengths = [0, 1, 2, 3, 5, 8, 12, 20, 40, 80]
    fibres = np.zeros((len(lengths), 120), int)
    for fibre, length in zip(fibres, lengths, strict=True):
        fibre[15 : 15 + length] = 1
    run = conduct_assembled(library, fibres, pulse=Pulse(duration=0.2), duration=25.0)
    arrival = run["arrival"].to_numpy()[:, -6]
    assert np.isfinite(arrival).all()
    later = (arrival[1:] - arrival[0]) / lengths[1:]
    _, further, _, in_run, long = tables.at(np.array([diameter]), np.array([temperature])).vacuolated[0]
    assert in_run == pytest.approx(1.0)
    assert later[0] < further, "the first of a run costs less than each further one"
    assert later[-1] == pytest.approx(long, rel=0.08), "the tables hold what one of a long run costs"


@pytest.mark.parametrize("diameter", [3.0, 9.2, 12.4, 15.1])
@pytest.mark.parametrize("temperature", [27.0, 34.0, 36.5])
def test_healthy_velocity_of_tables_within_one_percent(
    ledger: Ledger, tables: Tables, diameter: float, temperature: float
) -> None:
    fibre = _fibre(diameter, temperature, ledger)
    exact_velocity = float(conduct(fibre, step=1.0)["velocity"][0])
    here = tables.at(np.array([diameter]), np.array([temperature]))
    assert float(here.length[0] / here.time[0]) == pytest.approx(exact_velocity, rel=0.01)


def test_bare_internodes_block_unless_their_axolemma_is_active_and_the_fibre_thin_or_cold(
    ledger: Ledger, tables: Tables
) -> None:
    from remyelin.fibre import bare

    share, persistent = ledger["state.bare_channels"], ledger["state.bare_persistent_sodium"]

    def passes(diameter: float, temperature: float, **channels: float) -> bool:
        fibre = _fibre(diameter, temperature, ledger)
        return bool(conduct(bare(fibre, [7], **channels))["conducts"].item())

    assert not passes(10.0, 34.0, channel_share=0.0)
    resting = {"channel_share": share, "persistent_sodium": persistent}
    assert not passes(12.0, 37.0, **resting)
    assert passes(12.0, 24.0, **resting)
    assert passes(3.0, 37.0, **resting)
    # With the persistent current too, bare axolemma settles near threshold and lets the impulse in.
    assert passes(12.0, 37.0, channel_share=share, persistent_sodium=1.0)
    alone = tables.bare[..., 2]
    assert alone.max() == 1.0
    assert alone[-1, -1] == 0.0


def test_unknown_pathway(ledger: Ledger, tables: Tables, person: Person) -> None:
    with pytest.raises(InputError, match="did you mean 'tibial_sep'"):
        conduction(uniform(), person, tables, ledger, ["tibial_sepp"])
    assert set(HEALTHY) <= set(uniform().data_vars)
