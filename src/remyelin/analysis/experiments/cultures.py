"""Cultures under methylcobalamin: Schwann cells alone, and with neurons of the dorsal root ganglion.

A culture has no debris to clear: the growth factors of the medium take its place as what raises Erk, and do
not go away. Otherwise the equations are those of a nerve.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import xarray as xr

from remyelin.analysis.experiments.bands import MEMBERS, SPREAD, Floats, band, spread
from remyelin.analysis.experiments.registry import Result, Table, question
from remyelin.base.figure import Figure, Panel, Series
from remyelin.base.plain import percent
from remyelin.evidence import Ledger
from remyelin.myelin import Parameters, members, simulate

EFFECT: Final = "drug_effect"
HALF: Final = 0.1  # signal of half the effect on Erk, in the unit of the signals below
MEDIA: Final = {"growth": 0.4, "differentiation": 0.05}  # signal of the medium
DOSE: Final = 10.0  # mg/kg/day in a rat; as much as saturates the effect, whatever that is in a dish
START: Final = 1.0  # days in the medium before the drug is added
LENGTH: Final = {"schwann": 8.0, "coculture": 29.0}  # days
COLOURS: Final = ("#0072B2", "#E69F00", "#D55E00", "#9E2A2B")
SEGMENT: Final = xr.Dataset(
    {
        "compartment": ("segment", ["peripheral"]),
        "tract": ("segment", ["peripheral_sensory"]),
        "distance": ("segment", [10.0]),
    },
    coords={"segment": ["dish"]},
)


def schwann_culture(ledger: Ledger, progress: Callable[[str], None]) -> Result:
    """Watch Erk and the making of myelin protein in Schwann cells without axons."""
    sizes = _sizes(ledger)
    panels, rows = [], []
    signs: list[float] = []
    for medium, signal in MEDIA.items():
        progress(f"{medium} medium")
        dishes = {label: _dish(ledger, size, signal, "schwann") for label, size in sizes.items()}
        plain = dishes["none"]
        days = plain["time"].to_numpy() - START
        protein = {label: _protein(ledger, dish) for label, dish in dishes.items()}
        whole = protein["none"][..., -1:]
        panels += [
            Panel(
                f"Erk1/2, {medium} medium",
                "days after methylcobalamin",
                "relative",
                _curves(days, {label: dish["erk"].to_numpy() for label, dish in dishes.items()}),
                y_range=(0.0, 1.0),
            ),
            Panel(
                f"Myelin protein made, {medium} medium",
                "days after methylcobalamin",
                "of untreated at the end",
                _curves(days, {label: values / whole for label, values in protein.items()}),
                log=True,
                y_range=(0.1, None),
            ),
        ]
        for label, dish in dishes.items():
            erk = dish["erk"].to_numpy()[..., -1]
            made = (protein[label] / whole)[..., -1]
            rows.append((medium, label, spread(erk[1:]), spread(made[1:])))
            if label != "none":
                signs += [float((erk < plain["erk"].to_numpy()[..., -1]).mean()), float((made > 1.0).mean())]
    return Result(
        question("schwann-culture"),
        f"Schwann cells without axons, {START:g} day in a medium whose growth factors raise Erk (signals of "
        f"{MEDIA['growth'] / HALF:g} and {MEDIA['differentiation'] / HALF:g} times the half-signal, assumed), then "
        "a saturating dose. Myelin protein is made at the rate of differentiation, supply times (1 - Erk)^p. "
        f"{MEMBERS} members; three sizes of the effect, the shipped one and the ends of its assumed range.",
        [
            f"Known are two signs, Erk1/2 down and MBP up. The model has Erk down in {percent(min(signs[::2]))} and "
            f"protein up in {percent(min(signs[1::2]))} of the members, in both media and at every size: the first is "
            "built in, the second follows from the gate.",
            "Sizes are not predictions: published magnitudes were not read, and over the assumed range the protein "
            f"made in a week in growth medium is {rows[1][3]} to {rows[3][3]} of untreated.",
            "Neurons answer with more Erk, not less; the sign belongs to the cell and is set for Schwann cells only.",
        ],
        (
            Table(
                "After a week, median of the members (5 to 95 %)",
                ("medium", "effect", "Erk1/2, relative", "protein made, of untreated"),
                tuple(rows),
            ),
        ),
        (
            Figure(
                "schwann-culture",
                "Schwann cells under methylcobalamin",
                f"Lines: shipped numbers at each size of the effect; bands: {SPREAD}.",
                tuple(panels),
                panel_height=2.5,
            ),
        ),
        ("nishimoto2015", "matsuoka2018", "napoli2012", "okada2010"),
    )


def coculture(ledger: Ledger, progress: Callable[[str], None]) -> Result:
    """Let Schwann cells myelinate bare axons of ganglion cells in a dish."""
    progress("every member")
    sizes = _sizes(ledger)
    dishes = {
        label: _dish(ledger, size, MEDIA["differentiation"], "coculture") for label, size in sizes.items()
    }
    days = dishes["none"]["time"].to_numpy() - START
    share = {label: dish["remyelinated"].to_numpy() for label, dish in dishes.items()}
    protein = {label: (dish["remyelinated"] * dish["thickness"]).to_numpy() for label, dish in dishes.items()}
    week, last = (int(np.argmin(abs(days - day))) for day in (7.0, days[-1]))
    rows = tuple(
        (
            label,
            spread(100 * share[label][1:, week]),
            spread(100 * share[label][1:, last]),
            spread(protein[label][1:, last]),
        )
        for label in sizes
    )
    more = min(
        float((share[label][1:, week] > share["none"][1:, week]).mean()) for label in sizes if label != "none"
    )
    return Result(
        question("coculture"),
        f"Bare axons with seeded Schwann cells, {START:g} day before the drug; medium for differentiation (signal "
        f"of {MEDIA['differentiation'] / HALF:g} times the half-signal, assumed). Share of internodes with a sheath "
        f"stands for the length positive for MBP over that of neurofilament. {MEMBERS} members.",
        [
            f"More is myelinated after a week in {percent(more)} of the members at every size of the effect: the sign "
            "of the published culture.",
            f"How much more is not known: {rows[0][1]} % untreated, {rows[1][1]}, {rows[2][1]} and {rows[3][1]} % "
            "at the low end, the shipped value and the high end of the assumed range.",
            "Given time the untreated dish catches up: the drug changes when, not how much, in this model.",
        ],
        (
            Table(
                "Median of the members (5 to 95 %)",
                (
                    "effect",
                    "myelinated after a week, %",
                    "at the end, %",
                    "myelin (share times thickness) at the end",
                ),
                rows,
            ),
        ),
        (
            Figure(
                "coculture",
                "Ganglion neurons and Schwann cells under methylcobalamin",
                f"Lines: shipped numbers at each size of the effect; bands: {SPREAD}.",
                (
                    Panel(
                        "Myelinated",
                        "days after methylcobalamin",
                        "% of the axon",
                        _curves(days, {label: 100 * values for label, values in share.items()}),
                        y_range=(0.0, 105.0),
                    ),
                    Panel(
                        "Myelin, share times thickness",
                        "days after methylcobalamin",
                        "of normal",
                        _curves(days, protein),
                        y_range=(0.0, None),
                    ),
                ),
                panel_height=3.0,
            ),
        ),
        ("nishimoto2015", "matsuoka2018"),
    )


def _sizes(ledger: Ledger) -> dict[str, float | None]:
    """Return the sizes of the effect to show, by label; None is no drug."""
    entry = ledger.entry(f"myelin.peripheral.{EFFECT}")
    low, high = entry.range or (0.0, 0.0)
    shipped = ledger[f"myelin.peripheral.{EFFECT}"]
    return {"none": None} | {f"effect {size:g}": size for size in (low, shipped, high)}


def _dish(ledger: Ledger, size: float | None, signal: float, kind: str) -> xr.Dataset:
    """Follow a dish: the shipped numbers first, then every member."""
    sets = [_in_culture(one, size or 0.0) for one in _sets(ledger)]
    times = np.arange(0.0, LENGTH[kind] + START + 0.05, 0.1)
    drive = xr.Dataset(
        {
            "methylation": (("time", "compartment"), np.ones((times.size, 1))),
            "methylcobalamin": ("time", np.where(times >= START, DOSE if size else 0.0, 0.0)),
        },
        coords={"time": times, "compartment": ["peripheral"]},
    )
    start = {"intact": 0.0, "bare": 1.0, "supply": 1.0, "debris": signal, "erk": signal / (signal + HALF)}
    return simulate(drive, SEGMENT, 20.0, sets, start=start).isel(segment=0)


def _sets(ledger: Ledger) -> Sequence[Parameters]:
    return (Parameters.from_ledger(ledger), *members(ledger, MEMBERS))


def _in_culture(rates: Parameters, size: float) -> Parameters:
    """The rates of a dish: a signal that stays, and nothing that blocks."""
    own = {**rates.peripheral, "clearance": 0.0, "debris_signal": HALF, "debris_block": np.inf, EFFECT: size}
    return replace(rates, peripheral=own)


def _protein(ledger: Ledger, dish: xr.Dataset) -> Floats:
    """Return myelin protein made since the start, (member, time)."""
    steepness = np.array([one.peripheral["differentiation_exponent"] for one in _sets(ledger)])[:, None]
    rate = dish["supply"].to_numpy() * (1.0 - dish["erk"].to_numpy()) ** steepness
    times = dish["time"].to_numpy()
    made: Floats = np.zeros(rate.shape)
    made[:, 1:] = np.cumsum(0.5 * (rate[:, 1:] + rate[:, :-1]) * np.diff(times), axis=1)
    return made


def _curves(days: Floats, values: dict[str, Floats]) -> tuple[Series, ...]:
    return tuple(
        band(label, days, each, colour, every=2)
        for (label, each), colour in zip(values.items(), COLOURS, strict=True)
    )
