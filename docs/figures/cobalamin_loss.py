"""Draw docs/figures/cobalamin_loss.png: the loss of the store, with retention and without, and nitrous oxide.

Run from the repository: ``python docs/figures/cobalamin_loss.py``.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from remyelin.analysis.protocols.people import PG_PER_ML, adult, with_b12
from remyelin.cobalamin import NitrousOxide, Parameters, constant, course_of, regimen, steps
from remyelin.evidence import Ledger

LEDGER = Ledger.shipped()
LAWS = {
    "exchangeable part (the model)": (Parameters.from_ledger(LEDGER), "#aa3377", "-"),
    "constant share": (replace(Parameters.from_ledger(LEDGER), retention_half=0.0), "0.35", "--"),
}
YEAR, MONTH = 365.25, 30.4375
GREY = "0.55"


def share(axis: Axes) -> None:
    """Share of the store lost a day, without intrinsic factor and with it."""
    relative = np.geomspace(0.03, 3, 80)
    for name, (p, colour, line) in LAWS.items():
        store = relative * p.reference_store
        free = p.exchangeable(store) / store
        for loss in (p.loss_without_loop, p.loss_with_loop):
            axis.semilogx(relative, 100 * loss * free, line, color=colour, label=name)
            name = "_"
    axis.plot([1, 1], [0.2, 0.1], "o", color="#4477aa", label="measured, PA 0.2, others 0.1")
    axis.set(
        xlabel="store, share of the reference",
        ylabel="lost a day, %",
        title="loss law (above: no intrinsic factor)",
    )
    axis.legend(fontsize=7)


def gastrectomy(axis: Axes) -> None:
    """Serum B12 after total gastrectomy."""
    months = np.linspace(0, 84, 200)
    before = with_b12(adult(LEDGER, age=60), 579 * PG_PER_ML, LEDGER)
    operated = replace(before, intrinsic_factor=steps(1.0, [(0.0, 0.0)]))
    for p, colour, line in LAWS.values():
        axis.semilogy(months, course_of(operated, months * MONTH, p)["b12"], line, color=colour)
    seen = months[months <= 60]
    ko = PG_PER_ML * (403.3 * np.exp(-0.09 * seen) + 175.93 * np.exp(-0.02 * seen))
    axis.semilogy(seen, ko, color=GREY, lw=4, alpha=0.5, label="published equation (Ko 1998)")
    axis.axhspan(40, 150, color="0.93", zorder=0)
    axis.set(
        xlabel="months after surgery",
        ylabel="serum B12, pmol/L",
        title="total gastrectomy (band: cord disease)",
    )
    axis.legend(fontsize=7)


def stopping(axis: Axes) -> None:
    """Serum B12 and methylmalonate after monthly injections stop."""
    months = np.linspace(-1, 132, 300)
    doses = regimen("cyanocobalamin 1 mg im every 30 d", -10 * YEAR, 0.0, LEDGER)
    person = replace(adult(LEDGER, age=65), intrinsic_factor=constant(0.0), doses=doses)
    for p, colour, line in LAWS.values():
        course = course_of(person, months * MONTH, p)
        axis.semilogy(months, course["b12"], line, color=colour)
        axis.semilogy(months, course["mma"], line, color=colour, lw=0.8)
    axis.errorbar(
        [64.5], [3], xerr=[[43.5], [58.5]], fmt="o", color="#4477aa", capsize=2,
        label="months to the diagnosis of relapse, mean and range",
    )  # fmt: skip
    axis.set(
        xlabel="months after the last injection",
        ylabel="pmol/L, thin: nmol/L",
        title="injections stop: serum B12, thin methylmalonate",
    )
    axis.legend(fontsize=7, loc="center right", bbox_to_anchor=(1.0, 0.6))


def low_intake(axis: Axes) -> None:
    """Share of holotranscobalamin in serum B12 in balance with lower intakes."""
    intakes = np.geomspace(0.15, 8, 40)
    for p, colour, line in LAWS.values():
        found = [course_of(adult(LEDGER, age=30, intake=float(x)), [0.0], p) for x in intakes]
        b12, holotc = (np.array([item[name][0] for item in found]) for name in ("b12", "holotc"))
        axis.plot(b12, 100 * holotc / b12, line, color=colour)
    axis.plot([128], [100 * 16 / 128], "s", color=GREY, label="low intake, medians (Greibe 2018)")
    axis.set(
        xlabel="serum B12, pmol/L",
        ylabel="holotranscobalamin, % of it",
        title="balance on low intakes",
        ylim=(0, 32),
    )
    axis.legend(fontsize=7)


def gas(axis: Axes, tablets: bool) -> None:
    """Nine months of nitrous oxide and three after."""
    days = np.linspace(-10, 400, 400)
    person = replace(adult(LEDGER, age=22), nitrous_oxide=(NitrousOxide(0.0, 270.0, 1.5, 0.5),))
    if tablets:
        person = replace(person, doses=regimen("cyanocobalamin 1 mg oral daily", 0.0, 400.0, LEDGER))
    course = course_of(person, days, LAWS["exchangeable part (the model)"][0])
    for name, colour, label in (
        ("mma", "#aa3377", "methylmalonate"),
        ("homocysteine", "#4477aa", "homocysteine"),
        ("b12", "#228833", "serum B12"),
        ("store", "#ccbb44", "functional store"),
    ):
        axis.semilogy(days, course[name] / course[name][0], color=colour, label=label)
    axis.axvspan(0, 270, color="0.93", zorder=0)
    word = "with 1 mg a day by mouth" if tablets else "without cobalamin"
    axis.set(
        xlabel="days",
        ylabel="times the level before",
        title=f"nitrous oxide 1.5 h a day, {word}",
        ylim=(0.08, 300),
    )
    axis.legend(fontsize=7)


def main() -> None:
    """Write the figure."""
    figure, axes = plt.subplots(3, 2, figsize=(9, 10.5))
    share(axes[0, 0])
    gastrectomy(axes[0, 1])
    stopping(axes[1, 0])
    low_intake(axes[1, 1])
    gas(axes[2, 0], False)
    gas(axes[2, 1], True)
    for axis in axes.flat:
        axis.title.set_fontsize(9)
    figure.tight_layout()
    figure.savefig(Path(__file__).with_suffix(".png"), dpi=110)


if __name__ == "__main__":
    main()
