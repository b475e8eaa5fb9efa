"""Abnormal rates of nerve studies: virtual series beside the published ones, which disagree with each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Final

from remyelin.analysis.experiments.registry import Result, Table, question
from remyelin.analysis.validation import nerve_series as virtual
from remyelin.base.figure import Figure, Panel, Series
from remyelin.catalogue.studies import MEDIAN_SEP, MEP_LEG, TIBIAL_SEP, VEP
from remyelin.evidence import Ledger

TITLES: Final = {
    TIBIAL_SEP: "leg somatosensory potential",
    MEDIAN_SEP: "arm somatosensory potential",
    VEP: "visual potential",
    MEP_LEG: "leg motor potential",
    "sensory": "sural or median sensory nerve",
    "motor": "tibial or median motor nerve",
    "conduction": "conduction, two nerves of seven",
    "demyelinating": "EFNS/PNS criteria",
    "gas_legs": "legs, nitrous oxide",
    "gas_arms": "arms, nitrous oxide",
}
LOOSE: Final = 2.0  # SD: the tightest limit in use for evoked potentials
GAS: Final = ("gas_legs", "gas_arms")


def nerve_series(ledger: Ledger, progress: Callable[[str], None]) -> Result:
    """Study two virtual series on the day treatment begins and count the abnormal results."""
    progress("57 patients with pernicious anaemia")
    cord = virtual.series(ledger, "cord")
    rates = virtual.cord_rates(cord)
    progress("the same by tighter limits")
    tight = virtual.cord_rates(
        virtual.studied(ledger.replace({"limit.evoked": LOOSE}), virtual.states(ledger, "cord"))
    )
    progress("76 patients with nitrous oxide")
    gas = virtual.gas_rates(virtual.series(ledger, "gas"))
    rows = []
    for name, title in TITLES.items():
        model = gas[name] if name in GAS else rates[name]
        known = _published(ledger, name)
        said = ", ".join(f"{value:g} ({source})" for source, value in known.items())
        rows.append((title, round(model, 1), None if name in GAS else round(tight[name], 1), said or None))
    blind = [found.row(VEP, "P100") for found in cord.patients if found.abnormal(VEP)]
    lost = sum(row.absent for row in blind)
    patterns = Counter(
        found.classification.pattern for found in cord.patients if found.classification is not None
    )
    return Result(
        question("nerve-series"),
        " ".join((virtual.__doc__ or "").partition("\n\n")[2].replace("\n- ", "\n").split()),
        [
            f"Somatosensory potential of the leg, of the arm, sensory nerve, motor nerve: abnormal in "
            f"{rates[TIBIAL_SEP]:.0f}, {rates[MEDIAN_SEP]:.0f}, {rates['sensory']:.0f}, {rates['motor']:.0f} %.",
            f"The visual potential is abnormal in {rates[VEP]:.0f} % ({tight[VEP]:.0f} % with limits at "
            f"{LOOSE:g} SD): absent in {lost} and late in {len(blind) - lost} of {len(cord.patients)}. No row of "
            "sight fixes the vulnerability of the optic nerve.",
            f"EFNS/PNS criteria are definite or probable in {rates['demyelinating']:.0f} % of the patients with "
            f"pernicious anaemia and {gas['demyelinating']:.0f} % of those with nitrous oxide. In the model "
            "vacuolated internodes disperse the muscle potential, and bare internodes between two electrodes count as "
            "conduction block.",
            f"Conduction studies by pattern, of {len(cord.patients)}: "
            + ", ".join(f"{name} {count}" for name, count in patterns.most_common())
            + ".",
            f"After nitrous oxide legs are abnormal in {gas['gas_legs']:.0f} % and arms in {gas['gas_arms']:.0f} %; "
            f"published, of patients chosen for their neuropathy: {ledger['series.gas_legs']:.0f} and "
            f"{ledger['series.gas_arms']:.0f} %. The nerve from the ankle has hardly more internodes to its ganglion "
            "than that from the finger.",
        ],
        (
            Table(
                "Abnormal, %",
                ("study", "model", f"model, evoked limits {LOOSE:g} SD", "published"),
                tuple(rows),
            ),
        ),
        (_figure(ledger, rates | {name: gas[name] for name in GAS}),),
        ("misra2007", "minn2012", "hemmer1998", "fang2023", "hassing2024"),
    )


def _published(ledger: Ledger, name: str) -> dict[str, float]:
    """Return the reports of series on a study, by source."""
    if f"series.{name}" not in ledger:
        return {}
    entry = ledger.entry(f"series.{name}")
    found = {entry.source[0]: ledger[f"series.{name}"]}
    for other in entry.alternatives.values():
        if isinstance(other.value, float):
            found[other.source[0]] = other.value
    return found


def _figure(ledger: Ledger, model: dict[str, float]) -> Figure:
    names = [name for name in TITLES if f"series.{name}" in ledger]
    places = [float(place) for place in range(1, len(names) + 1)]
    published = [
        (place, value)
        for place, name in zip(places, names, strict=True)
        for value in _published(ledger, name).values()
    ]
    panel = Panel(
        "Abnormal, % of patients",
        "study (numbered in the caption)",
        "%",
        (
            Series(
                "published series",
                [place for place, _ in published],
                [value for _, value in published],
                "#E69F00",
                2.2,
                points=True,
            ),
            Series("model", places, [model[name] for name in names], "#0072B2", 2.2, points=True),
        ),
        y_range=(-3.0, 103.0),
    )
    numbered = "; ".join(f"{number} {TITLES[name]}" for number, name in enumerate(names, start=1))
    caption = f"{numbered}. Several points of one study are series that disagree."
    return Figure(
        "nerve-series", "Published and virtual series", caption, (panel,), columns=1, panel_height=3.2
    )
