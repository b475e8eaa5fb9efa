"""Why long tracts fail first: how much path length alone explains, and how much the vulnerability of tracts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from remyelin import nerve
from remyelin.analysis.experiments.registry import Result, Table, question
from remyelin.base.figure import Figure, Panel, Series
from remyelin.base.plain import percent
from remyelin.catalogue.pathways import (
    COLOURS,
    CORTICOSPINAL_LEG,
    MEDIAN_MOTOR,
    MEDIAN_SENSORY,
    MEDIAN_SEP,
    SURAL,
    TIBIAL_MOTOR,
    TIBIAL_SEP,
)
from remyelin.evidence import Ledger
from remyelin.nerve.anatomy.pathways import runs
from remyelin.nerve.conduction.lines import laid, lesion_lengths

Array = NDArray[np.float64]

PATHWAYS: Final = (
    TIBIAL_SEP,
    MEDIAN_SEP,
    CORTICOSPINAL_LEG,
    SURAL,
    MEDIAN_SENSORY,
    TIBIAL_MOTOR,
    MEDIAN_MOTOR,
)
SHARES: Final = np.geomspace(1e-5, 0.5, 41)
"""Bare internodes, of all, in the tract of vulnerability 1."""

AGE: Final = 55.0
FIBRES: Final = 64  # that internodes are counted of
LESIONS: Final = ("nerve.lesion_length.central", "nerve.lesion_length.peripheral")
CONTRASTS: Final = (
    ("leg SEP less sural", TIBIAL_SEP, SURAL),
    ("leg less arm SEP", TIBIAL_SEP, MEDIAN_SEP),
    ("leg less arm, sensory", SURAL, MEDIAN_SENSORY),
    ("leg less arm, motor", TIBIAL_MOTOR, MEDIAN_MOTOR),
    ("sensory less motor, arm", MEDIAN_SENSORY, MEDIAN_MOTOR),
)


def path_length(ledger: Ledger, progress: Callable[[str], None]) -> Result:
    """Strip internodes by six rules and count the impulses that arrive."""
    person = nerve.Person.of(ledger, age=AGE)
    table = nerve.segments(person, ledger)
    progress("tables")
    tables = nerve.build_tables(ledger)
    vulnerable = np.array([ledger[f"myelin.vulnerability.{tract}"] for tract in table["tract"].to_numpy()])

    def arrive(shares: Array, numbers: Ledger = ledger) -> xr.DataArray:
        """Share of impulses that arrive, over (row, pathway), for shares bare of shape (row, segment)."""
        states = nerve.intact(person, ledger).expand_dims(row=len(shares)).copy(deep=True)
        states["bare"] = (("row", "segment"), np.minimum(shares, 1.0))
        states["intact"] = 1 - states["bare"]
        return nerve.conduction(states, person, tables, numbers, PATHWAYS)["conducted"]

    everywhere = SHARES[:, None] * np.ones(len(vulnerable))
    _, strongest = ledger.entry("nerve.fibre_frailty").range or (0.0, 1.0)
    ends = {name: ledger.entry(name).range or (0.0, 0.0) for name in LESIONS}
    short, long = ({name: end[place] for name, end in ends.items()} for place in (0, 1))
    independent = ledger.replace({"nerve.fibre_frailty": 0.0, **short})
    heavy, stretched = ledger.replace({"nerve.fibre_frailty": strongest}), ledger.replace(long)
    lines = {
        name: [laid(run, FIBRES, person, tables, ledger) for run in runs(name, person, ledger)]
        for name in PATHWAYS
    }
    internodes = {name: sum(line.weighted for line in parts) for name, parts in lines.items()}
    usual_length = lesion_lengths(ledger)
    lesions = {
        name: sum(float(line.stretches(usual_length).sum(axis=0) @ line.fibres.weight) for line in parts)
        for name, parts in lines.items()
    }
    usual = lesions[MEDIAN_MOTOR]

    progress("six rules")
    curves: dict[str, Mapping[str, Array]] = {
        "by vulnerability": _by_pathway(arrive(everywhere * vulnerable)),
        "equal share": _by_pathway(arrive(everywhere)),
        # one path at a time: a segment that two paths share cannot obey both
        "equal number": {
            name: arrive(everywhere * usual / lesions[name]).sel(pathway=name).to_numpy() for name in PATHWAYS
        },
        "equal share, independent": _by_pathway(arrive(everywhere, independent)),
        "equal share, strong frailty": _by_pathway(arrive(everywhere, heavy)),
        "equal share, long lesions": _by_pathway(arrive(everywhere, stretched)),
    }
    at = {rule: _where(lines) for rule, lines in curves.items()}
    lost = {
        rule: {name: 1 - _at(lines[name], at[rule]) for name in PATHWAYS} for rule, lines in curves.items()
    }
    return Result(
        question("path-length"),
        f"Bare internodes without spread channels, {SHARES[0]:g} to {SHARES[-1]:g} of all, in an adult of "
        f"{person.height:g} cm; no axon lost, nothing remyelinated. Rules: the share of a tract as its vulnerability "
        "(assumed in cord and brain, searched in nerves) times that of the posterior columns; the same share "
        "everywhere; the same number of bare "
        f"stretches on every path (one path at a time, as many as the arm's motor nerve); the same share with fibres "
        f"alike and lesions as short as their ranges allow, with frailty of fibres {strongest:g} instead of "
        f"{ledger['nerve.fibre_frailty']:g}, and with lesions as long as their ranges allow "
        f"({long[LESIONS[0]]:g} mm in tracts, {long[LESIONS[1]]:g} in nerves, instead of {ledger[LESIONS[0]]:.2g} and "
        f"{ledger[LESIONS[1]]:g}). Compared where half of the impulses of the leg's somatosensory path are lost.",
        _findings(lost, internodes, ledger["distance.sensory"] / ledger["site.leg_sensory.ankle"]),
        (
            Table(
                "Impulses lost, %, where the leg's somatosensory path has lost half",
                ("path", "internodes in series", *curves),
                tuple(
                    (
                        _words(name),
                        round(internodes[name]),
                        *(round(100 * lost[rule][name], 1) for rule in curves),
                    )
                    for name in PATHWAYS
                ),
            ),
            Table(
                "Differences of these losses, points",
                ("contrast", *curves),
                tuple(
                    (label, *(round(100 * (lost[rule][a] - lost[rule][b]), 1) for rule in curves))
                    for label, a, b in CONTRASTS
                ),
            ),
        ),
        (_figure(curves),),
        ("misra2007", "minn2012"),
    )


def _words(name: str) -> str:
    return name.replace("_", " ").replace(" sep", " SEP")


def _by_pathway(conducted: xr.DataArray) -> dict[str, Array]:
    return {name: conducted.sel(pathway=name).to_numpy() for name in PATHWAYS}


def _where(lines: Mapping[str, Array]) -> float:
    """Position on the scale of shares at which half of the leg's somatosensory impulses are lost."""
    falling = lines[TIBIAL_SEP]
    return float(np.interp(-0.5, -falling, np.arange(len(falling))))


def _at(line: Array, position: float) -> float:
    return float(np.interp(position, np.arange(len(line)), line))


def _findings(
    lost: Mapping[str, Mapping[str, float]], internodes: Mapping[str, float], tested: float
) -> list[str]:
    def gap(rule: str, first: str, second: str) -> float:
        return 100 * (lost[rule][first] - lost[rule][second])

    found = []
    for label, a, b in CONTRASTS:
        whole, alone, number = (
            gap(rule, a, b) for rule in ("by vulnerability", "equal share", "equal number")
        )
        found.append(
            f"{label[0].upper()}{label[1:]}: {whole:.1f} points by vulnerability, {alone:.1f} from path length alone, "
            f"{number:.1f} with equal numbers."
        )
    for label, a, b in CONTRASTS[:2]:
        firm, loose, clustered = (
            gap(f"equal share, {how}", a, b) for how in ("independent", "strong frailty", "long lesions")
        )
        found.append(
            f"Correlated lesions, {label}: {firm:.0f} points when the internodes of a fibre fail nearly independently, "
            f"{loose:.0f} when some fibres are hit much harder all along, {clustered:.0f} when neighbours fail "
            "together over long stretches. "
            "A path of several neurons keeps its disadvantage, for the frailty of one says nothing of the next."
        )
    counts = ", ".join(f"{_words(name)} {count:.0f}" for name, count in internodes.items())
    found.append(
        f"Internodes in series: {counts}. Thin fibres have short internodes, hence "
        "more of them on a path as long; the nerve from the ankle has hardly more to its ganglion than that from the "
        "finger."
    )
    found.append(
        f"These are whole paths. A sural study tests {percent(tested)} of its path, so that even with equal shares it "
        "loses far less than the path to the cortex: the stretch tested, not only the stretch diseased, orders "
        "the series."
    )
    return found


def _figure(curves: Mapping[str, Mapping[str, Array]]) -> Figure:
    panels = tuple(
        Panel(
            rule,
            "bare internodes, % (posterior column)" if rule == "by vulnerability" else "bare internodes, %",
            "impulses that arrive",
            tuple(
                Series(
                    _words(name),
                    (100 * SHARES).tolist(),
                    [float(f"{value:.4g}") for value in lines[name]],
                    COLOURS[name],
                    dashed="median" in name,
                )
                for name in PATHWAYS
            ),
            y_range=(0.0, 1.02),
            log_x=True,
        )
        for rule, lines in curves.items()
    )
    caption = (
        "Each panel strips internodes by another rule; solid lines are paths of the leg, dashed ones of the arm. With "
        "equal numbers the order vanishes but for fibre diameter; with equal shares legs still go before arms and the "
        "path to the cortex before the nerve."
    )
    return Figure(
        "path-length", "Path length against vulnerability", caption, panels, columns=3, panel_height=2.2
    )
