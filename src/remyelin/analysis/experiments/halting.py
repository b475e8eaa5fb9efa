"""Halting of injury after treatment starts, under each hypothesis of its cause."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import xarray as xr

from remyelin import cobalamin
from remyelin.analysis.experiments.bands import MEMBERS, SPREAD, Floats, band, first_time, spread
from remyelin.analysis.experiments.registry import Result, Table, question
from remyelin.base.errors import InputError
from remyelin.base.figure import Figure, Panel, Series
from remyelin.base.plain import percent
from remyelin.catalogue.segments import GRACILE
from remyelin.evidence import Ledger
from remyelin.myelin import DRIVES, Parameters, members, simulate
from remyelin.person.case import load_case
from remyelin.person.person import resolve
from remyelin.person.placement import UNTREATED
from remyelin.person.plans import exposure

SHARE: Final = "myelin.shared.inflammatory_share"
AFTER: Final = 365.0
DRAWN: Final = 180.0
FINE: Final = 14.0  # days that are followed by the tenth
HALTED: Final = 0.1  # of the rate of injury on the day treatment starts
REGIMENS: Final = (
    ("injections, UK neurological", "uk neurological"),
    ("one injection of 1 mg", "hydroxocobalamin 1 mg im every 1000 d"),
    ("tablets, 1 mg a day", "cyanocobalamin 1 mg oral every 1 d"),
    ("tablets, 50 ug a day", "cyanocobalamin 50 ug oral every 1 d"),
)
HYPOTHESIS_COLOURS: Final = ("#0072B2", "#009E73", "#E69F00")
DEPOT_COLOURS: Final = ("#56B4E9", "#D55E00", "#CC79A7", "#8E6C8A")
GAS_COLOURS: Final = ("#444444", "#B0B0B0", "#9E2A2B")
SEGMENTS: Final = xr.Dataset(
    {
        "compartment": ("segment", ["central", "peripheral"]),
        "tract": ("segment", ["posterior_column", "peripheral_sensory"]),
        "distance": ("segment", [435.0, 760.0]),
    },
    coords={"segment": [GRACILE, "shin"]},
)


@dataclass(frozen=True, slots=True)
class Arm:
    """One treatment of one person under one hypothesis, over time; the shipped numbers first, then each member."""

    label: str
    days: Floats
    injury: Floats
    bare: Floats
    axons: Floats

    @property
    def halted(self) -> Floats:
        """Days until injury has fallen to a tenth, by member."""
        return first_time(self.days, self.injury[1:] <= HALTED, after=-1.0)

    @property
    def peak(self) -> Floats:
        """Day on which most internodes are bare, by member."""
        at: Floats = self.days[self.bare[1:].argmax(axis=-1)]
        return at

    @property
    def left(self) -> Floats:
        """Injury still to come, in days of injury as on the day treatment started, by member."""
        return np.asarray(np.trapezoid(self.injury[1:], self.days, axis=-1))

    @property
    def lost(self) -> Floats:
        """Axons of the leg lost after treatment started, % of all, by member."""
        return np.asarray(100.0 * (self.axons[1:, 0] - self.axons[1:].min(axis=-1)))


def when_injury_stops(ledger: Ledger, progress: Callable[[str], None]) -> Result:
    """Treat two deficient people and watch injury fade, by hypothesis."""
    pernicious, gas = (
        _untreated(name, ledger) for name in ("pernicious-anaemia", "recreational-nitrous-oxide")
    )
    injections = _given(pernicious, "uk neurological", ledger)

    progress("hypotheses of continued injury")
    hypotheses = [
        _arm("methylation only", injections, ledger, {SHARE: 0.0}),
        _arm("with the slow TNF/EGF balance", injections, ledger, {}),
        _arm("mostly the slow balance", injections, ledger, {SHARE: 0.7}),
    ]
    progress("depots: injections and tablets")
    regimens = [
        _arm(label, _given(pernicious, order, ledger), ledger, {SHARE: 0.0}) for label, order in REGIMENS
    ]
    stopped = replace(gas, nitrous_oxide=tuple(replace(item, stop=0.0) for item in gas.nitrous_oxide))
    progress("nitrous oxide")
    gases = [
        _arm("gas stopped, nothing given", stopped, ledger, {SHARE: 0.0}),
        _arm("gas stopped and injections", _given(stopped, "uk neurological", ledger), ledger, {SHARE: 0.0}),
        _arm("injections, gas goes on", _given(gas, "uk neurological", ledger), ledger, {SHARE: 0.0}),
    ]
    panels = (
        _injury_panel("Pernicious anaemia, by hypothesis", hypotheses, HYPOTHESIS_COLOURS),
        _injury_panel("By depot, methylation only", regimens, DEPOT_COLOURS),
        _injury_panel("Nitrous oxide, methylation only", gases, GAS_COLOURS, until=5.0, dashed=gases[1]),
        Panel(
            "Bare internodes of the gracile tract",
            "days after treatment",
            "%",
            tuple(
                _curve(arm, "bare", colour)
                for arm, colour in zip(hypotheses, HYPOTHESIS_COLOURS, strict=True)
            ),
            y_range=(0.0, None),
        ),
    )
    columns = (
        "arm",
        "days until injury is a tenth",
        "injury still to come, in days as on day 0",
        "day most internodes are bare",
        "axons of the leg lost after day 0, %",
    )
    tables = tuple(
        Table(
            f"{who}: median of the members (5 to 95 %)",
            columns,
            tuple(
                (arm.label, spread(arm.halted), spread(arm.left), spread(arm.peak), spread(arm.lost, 2))
                for arm in arms
            ),
        )
        for who, arms in (
            ("Pernicious anaemia, by hypothesis", hypotheses),
            ("Pernicious anaemia, by depot", regimens),
            ("Nitrous oxide", gases),
        )
    )
    return Result(
        question("when-injury-stops"),
        "Scenarios pernicious-anaemia and recreational-nitrous-oxide, treated on day 0; posterior columns, and "
        "axons of the leg. Injury is the rate at which intact internodes are lost, relative to the day of "
        f"treatment; it has halted at {percent(HALTED)} of that. {MEMBERS} members of the ensemble; where the share of "
        "the slow balance is set it is set in all of them.",
        _findings(hypotheses, regimens, gases),
        tables,
        (
            Figure(
                "when-injury-stops",
                "Injury after treatment starts",
                f"Lines: shipped numbers; bands: {SPREAD}. Injury ends within days of a full dose if methylation "
                "alone drives it; the slow balance stretches it to months. Bare internodes still appear then, out "
                "of those already vacuolated.",
                panels,
                panel_height=2.5,
            ),
        ),
        ("scalabrino2006", "agamanolis1978"),
    )


def _findings(hypotheses: Sequence[Arm], regimens: Sequence[Arm], gases: Sequence[Arm]) -> list[str]:
    alone, slow, mostly = hypotheses
    injected, once, large, small = regimens
    off, both, on = gases
    ends = min(float(np.isfinite(arm.halted).mean()) for arm in hypotheses)
    many = "every member" if ends == 1.0 else f"{percent(ends)} of the members at least"
    return [
        f"Under injections injury falls to a tenth within a year in {many}, whichever hypothesis holds: treatment "
        "stops it, in this model. When is another matter.",
        f"If methylation alone injures, that takes {spread(alone.halted)} days from the first injection; with the "
        f"slow balance at the members' own shares {spread(slow.halted)} days, with 70 % of the injury through it "
        f"{spread(mostly.halted)}. The evidence does not decide between them.",
        f"The slow balance adds as much injury as {spread(slow.left - alone.left)} days of the day of treatment.",
        f"Depots, days to a tenth: {injected.label} {spread(injected.halted)}; {once.label} {spread(once.halted)}; "
        f"{large.label} {spread(large.halted)}; {small.label} {spread(small.halted)}. Where the store is never "
        "filled injury never ends, and after a single injection it comes back. None of these is a suggestion: which "
        "form, how much and how often is a doctor's decision, and the figures rest on assumed rates.",
        f"Nitrous oxide: {off.label}, {spread(off.halted)} days; {both.label}, {spread(both.halted)}; with "
        f"injections while the gas goes on injury reaches a tenth in {percent(np.isfinite(on.halted).mean())} of the "
        "members.",
        "Internodes already vacuolated are still stripped: with injections most are bare on day "
        f"{spread(slow.peak)}, so function may be lost for about that long after the first dose.",
    ]


def _untreated(name: str, ledger: Ledger) -> cobalamin.Exposure:
    case = load_case(name)
    return exposure(case, resolve(case, ledger), UNTREATED, ledger)


def _given(person: cobalamin.Exposure, order: str, ledger: Ledger) -> cobalamin.Exposure:
    return cobalamin.treated(person, cobalamin.read_order(order, 0.0, AFTER, ledger))


def _arm(label: str, person: cobalamin.Exposure, ledger: Ledger, changes: Mapping[str, float]) -> Arm:
    """Follow one person under a hypothesis: the shipped numbers, and every member."""
    changed = ledger.replace(changes)
    before = np.arange(-6.0 * 365.25, 0.0, 30.4375)
    days = np.concatenate([np.arange(0.0, FINE, 0.1), np.arange(FINE, AFTER + 1.0)])
    times = np.concatenate([before, days])
    chemistry = cobalamin.simulate(person, times, cobalamin.Parameters.from_ledger(ledger))
    drive = chemistry[list(DRIVES)]
    central = drive["methylation"].sel(compartment="central", time=days).to_numpy()
    own = Parameters.from_ledger(changed)
    sets = (own, *members(changed, MEMBERS))
    body = simulate(drive, SEGMENTS, person.age, sets, keep=days)
    balance = body["balance"].sel(segment=GRACILE).to_numpy()
    share, steepness = (
        np.array([one.central[name] for one in sets])[:, None]
        for name in ("inflammatory_share", "injury_exponent")
    )
    deficit = (1.0 - np.clip(central, 0.0, 1.0)) ** steepness
    rate = (1.0 - share) * deficit + share * balance
    if not (rate[:, 0] > 0.0).all():
        raise InputError(
            "with these numbers nothing injures on the day of treatment; change the values of --set."
        )
    relative = rate / rate[:, :1]
    bare = body["bare"].sel(segment=GRACILE).to_numpy()
    axons = body["axons"].sel(segment="shin").to_numpy()
    return Arm(label, days, relative, bare, axons)


def _curve(arm: Arm, what: str, colour: str, until: float = AFTER, dashed: bool = False) -> Series:
    values, scale = (arm.injury, 1.0) if what == "injury" else (arm.bare, 100.0)
    drawn = arm.days <= until  # what is not seen must not stretch the axis
    return band(arm.label, arm.days[drawn], values[:, drawn], colour, scale=scale, dashed=dashed)


def _injury_panel(
    title: str, arms: Sequence[Arm], colours: Sequence[str], until: float = DRAWN, dashed: Arm | None = None
) -> Panel:
    """Draw injury by arm; `dashed` names the arm that lies on another."""
    return Panel(
        title,
        "days after treatment",
        "injury, of day 0",
        tuple(
            _curve(arm, "injury", colour, until, dashed=arm is dashed)
            for arm, colour in zip(arms, colours, strict=True)
        ),
        y_range=(0.0, None),
        x_range=(0.0, until),
    )
