"""Draw docs/figures/cobalamin_fits.png: every course of the layer against its published points.

Blue points chose parameters, red ones did not; grey ones belong to no row. Run from the repository:
``python docs/figures/cobalamin_fits.py``.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import NullFormatter

from remyelin.analysis.protocols.people import PG_PER_ML, adult, at, with_b12
from remyelin.analysis.validation import cobalamin as rows
from remyelin.cobalamin import Dose, NitrousOxide, Parameters, regimen, steps
from remyelin.cobalamin.absorption import retained_share
from remyelin.evidence import Ledger, load_targets

LEDGER = Ledger.shipped()
PARAMETERS = Parameters.from_ledger(LEDGER)
ROWS = {target.name: target for target in load_targets()}
COLOURS = {"calibration": "#4477aa", "validation": "#cc6677"}
LINES = ("0.25", "#228833", "#aa3377")
YEAR, MONTH = 365.25, 30.4375


def point(axis: Axes, x: float, name: str, scale: float = 1.0) -> None:
    """Draw a row of the targets with its bounds."""
    row = ROWS[name]
    value = float(row.published)
    bars = [[scale * (value - row.lower)], [scale * (row.upper - value)]]
    axis.errorbar([x], [scale * value], bars, fmt="o", ms=5, capsize=2, color=COLOURS[row.role], zorder=3)


def grey(axis: Axes, x: list[float], y: list[float], marker: str = "s") -> None:
    """Draw published points that belong to no row."""
    axis.plot(x, y, marker, color="0.55", ms=5, zorder=3)


def diets(axis: Axes) -> None:
    """Serum B12 by intake."""
    intake = np.linspace(0.2, 8, 40)
    b12 = [float(at(adult(LEDGER, intake=x), [0.0], LEDGER)["b12"][0]) for x in intake]
    axis.plot(intake, b12, color=LINES[0])
    for name, x in (
        ("omnivore", 5.0),
        ("vegetarian", LEDGER["diet.vegetarian_intake"]),
        ("vegan", LEDGER["diet.vegan_intake"]),
    ):
        point(axis, x, f"{name}_b12")
    axis.set(xlabel="intake, ug/day (the two lower: chosen)", ylabel="serum B12, pmol/L", title="diets")


def gastrectomy(axis: Axes) -> None:
    """Depletion after total gastrectomy."""
    before = with_b12(adult(LEDGER, age=60), 579 * PG_PER_ML, LEDGER)
    days = np.arange(0.0, 4 * YEAR, 10)
    operated = replace(before, intrinsic_factor=steps(1.0, [(0.0, 0.0)]))
    months = days / MONTH
    axis.plot(months, at(operated, days, LEDGER)["b12"] / PG_PER_ML, color=LINES[0], label="model")
    axis.plot(months, 403.3 * np.exp(-0.09 * months) + 175.93 * np.exp(-0.02 * months), "--", color="0.55")
    point(axis, 12, "gastrectomy_curve_12m")
    row = ROWS["gastrectomy_months_median"]
    axis.errorbar(
        [15], [200], xerr=[[15 - row.lower], [row.upper - 15]], fmt="o", capsize=2, color=COLOURS[row.role]
    )
    axis.set(xlabel="months", ylabel="serum B12, pg/mL", title="total gastrectomy (dashed: Ko)")


def kuzminski(b12: Axes, mma: Axes, hcy: Axes) -> None:
    """The trial of tablets against injections."""
    days = np.concatenate([[-1.0], np.linspace(0, 120, 481)])
    oral = replace(rows.pernicious(LEDGER, 93), doses=regimen("oral", 0.0, 121.0, LEDGER))
    needle = replace(rows.pernicious(LEDGER, 95), doses=rows.INJECTIONS)
    for person, colour, label in ((oral, LINES[1], "oral"), (needle, LINES[2], "injected")):
        course = at(person, days, LEDGER)
        b12.semilogy(days, course["b12"] / PG_PER_ML, color=colour, lw=1, label=label)
        mma.semilogy(days, course["mma"], color=colour)
        hcy.plot(days, course["homocysteine"], color=colour)
    grey(b12, [0, 0], [93, 95])
    grey(mma, [0, 0], [3850, 3630])
    grey(hcy, [0, 0, 118], [37.2, 40.0, 10.6])
    point(b12, 118, "kuzminski_oral_b12")
    point(b12, 122, "kuzminski_im_b12")
    point(mma, 118, "kuzminski_oral_mma")
    point(mma, 122, "kuzminski_im_mma")
    point(hcy, 122, "kuzminski_im_hcy")
    b12.set(xlabel="days", ylabel="serum B12, pg/mL", title="Kuzminski: serum B12")
    b12.legend(fontsize=7)
    mma.set(xlabel="days", ylabel="MMA, nmol/L", title="Kuzminski: methylmalonate")
    hcy.set(xlabel="days", ylabel="homocysteine, umol/L", title="Kuzminski: homocysteine")


def retention(axis: Axes) -> None:
    """What tissues keep of an injection."""
    dose = np.geomspace(10, 1e5, 100)
    for form, colour in (("cyanocobalamin", LINES[1]), ("hydroxocobalamin", LINES[2])):
        axis.semilogx(
            dose, [100 * retained_share(x, form, PARAMETERS) for x in dose], color=colour, label=form
        )
    grey(axis, [25, 500, 1000, 1000], [95, 40, 20, 15])
    grey(axis, [500], [84], "^")
    for x, name in ((1000, "cn_retained_1mg"), (1000, "oh_retained_1mg"), (100, "cn_retained_100ug")):
        row = ROWS[name]
        value = 100 - float(row.published)
        bars = [[value - (100 - row.upper)], [(100 - row.lower) - value]]
        axis.errorbar([x], [value], bars, fmt="o", ms=5, capsize=2, color=COLOURS[row.role])
    axis.plot([50_000], [100 - float(ROWS["mecbl_50mg_urine"].published)], "v", color=COLOURS["calibration"])
    axis.set(xlabel="injected, ug", ylabel="retained, %", title="retention (up: hydroxo-; down: at most)")
    axis.legend(fontsize=7)


def eussen(axis: Axes) -> None:
    """Methylmalonate by dose of tablets."""
    for name, value in rows.eussen(LEDGER).items():
        dose = float(name.partition("_")[2])
        axis.plot([dose], [value], "_", ms=14, mew=2, color=LINES[0])
        point(axis, dose, name)
    axis.set_xscale("log")
    axis.set(xlabel="ug/day by mouth, 16 weeks", ylabel="change of MMA, %", title="elderly (Eussen)")


def folic_acid(axis: Axes) -> None:
    """Homocysteine by dose of folic acid."""
    person = with_b12(adult(LEDGER, age=65), 230, LEDGER)
    doses = np.linspace(0, 5, 40)
    change = []
    for dose in doses:
        level = at(replace(person, folic_acid=steps(0.0, [(0.0, dose)])), [-1.0, 84.0], LEDGER)[
            "homocysteine"
        ]
        change.append(100 * float(level[1] / level[0] - 1))
    axis.plot(doses, change, color=LINES[0])
    grey(axis, [0.2, 0.4, 2, 5], [-13, -20, -23, -25])
    point(axis, 0.8, "folate_hcy_0.8mg")
    axis.set(xlabel="folic acid, mg/day", ylabel="change of homocysteine, %", title="folic acid (HLTC)")


def population(axis: Axes) -> None:
    """Methylmalonate by serum B12: patients and population are not on one curve."""
    wanted = np.geomspace(60, 450, 24)
    person = adult(LEDGER, age=45)
    mma = [float(at(with_b12(person, x, LEDGER), [0.0], LEDGER)["mma"][0]) for x in wanted]
    axis.loglog(wanted, mma, color=LINES[0])
    grey(axis, [400, 69, 70, 128], [120, 3850, 3630, 800])
    point(axis, 105, "nhanes_low_mma")
    point(axis, 215, "nhanes_mid_mma")
    ticks = [60, 100, 200, 400]
    axis.set_xticks(ticks, [str(tick) for tick in ticks])
    axis.xaxis.set_minor_formatter(NullFormatter())
    axis.set(xlabel="serum B12, pmol/L", ylabel="MMA, nmol/L", title="population (NHANES) and patients")


def forms(axis: Axes) -> None:
    """Serum after hydroxocobalamin over serum after cyanocobalamin."""
    hours = np.geomspace(0.5, 500, 60)
    serum = [
        at(replace(adult(LEDGER), doses=(Dose(0.0, 1000, form, "im"),)), hours / 24, LEDGER)["b12"]
        for form in ("hydroxocobalamin", "cyanocobalamin")
    ]
    axis.loglog(hours, serum[0] / serum[1], color=LINES[0])
    grey(axis, [5, 72, 504], [4.1, 5.2, 2.4])
    point(axis, 24, "oh_over_cn_24h")
    axis.set(xlabel="hours after 1 mg", ylabel="serum, hydroxo- over cyano-", title="forms (Glass)")


def gas(axis: Axes) -> None:
    """Homocysteine after one anaesthetic."""
    hours = np.linspace(0, 48, 97)
    person = replace(adult(LEDGER), nitrous_oxide=(NitrousOxide(0.0, 2 / 24, 24.0, 0.66),))
    level = at(person, hours / 24, LEDGER)["homocysteine"]
    axis.plot(hours, 100 * (level / level[0] - 1), color=LINES[0])
    point(axis, 7, "n2o_2h_hcy")
    axis.set(xlabel="hours", ylabel="change of homocysteine, %", title="nitrous oxide, 2 h at 66 %")


def tablets(axis: Axes) -> None:
    """Rise of serum B12 under 1.5 mg a day, and the year of 1 mg a day."""
    weeks = np.linspace(0, 12, 49)
    person = replace(adult(LEDGER, age=30), doses=regimen("japan oral", 0.0, 85.0, LEDGER))
    b12 = at(person, np.concatenate([[-1.0], 7 * weeks[1:]]), LEDGER)["b12"]
    axis.plot(weeks, b12 / b12[0], color=LINES[0])
    point(axis, 4, "mecbl_oral_4wk")
    point(axis, 12, "mecbl_oral_12wk")
    axis.set(xlabel="weeks", ylabel="serum B12, fold", title="1.5 mg/day by mouth (label)")


def main() -> None:
    """Write the figure."""
    figure, axes = plt.subplots(4, 3, figsize=(10.5, 12))
    diets(axes[0, 0])
    gastrectomy(axes[0, 1])
    kuzminski(axes[0, 2], axes[1, 0], axes[1, 1])
    for draw, axis in zip(
        (retention, eussen, folic_acid, population, forms, gas, tablets), axes.flat[5:], strict=True
    ):
        draw(axis)
    for axis in axes.flat:
        axis.title.set_fontsize(9)
    figure.suptitle("blue points chose parameters, red ones did not; grey ones belong to no row", fontsize=9)
    figure.tight_layout()
    figure.savefig(Path(__file__).with_suffix(".png"), dpi=110)


if __name__ == "__main__":
    main()
