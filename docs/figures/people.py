"""Draw docs/figures/people.png: virtual cord disease, not of nitrous oxide, with published patients as dots.

python docs/figures/people.py [SETS]
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

from remyelin.analysis.protocols.patients import follow
from remyelin.base.errors import SimulationError
from remyelin.evidence import Ledger
from remyelin.evidence.patients import load_patients
from remyelin.evidence.posterior import ledgers

EACH = 24
GAIT = {"none": 0, "mild": 2, "aid": 3, "unable": 4}


def virtual(sets: int) -> dict[str, np.ndarray]:
    """Return what is found of virtual patients with cord disease under sets of the posterior."""
    columns: dict[str, list[np.ndarray]] = {}
    for number, ledger in enumerate(ledgers(Ledger.shipped(), sets)):
        try:
            series = follow(ledger, "deficiency", EACH, seed=900 + number, cord=True)
        except SimulationError:
            continue
        for name, values in {
            "scale": series.state.scale["total"][:, 0],
            "gait": series.state.scale["gait"][:, 0],
            "b12": series.blood["b12"][:, 0],
            "mma": series.blood["mma"][:, 0],
            "hcy": series.blood["homocysteine"][:, 0],
            "months": series.duration,
        }.items():
            columns.setdefault(name, []).append(np.asarray(values, dtype=float))
        print(f"set {number + 1} of {sets}", file=sys.stderr)
    return {name: np.concatenate(values) for name, values in columns.items()}


def main(sets: int = 12) -> None:
    """Draw the figure."""
    people = virtual(sets)
    published = [p for p in load_patients() if p.group == "deficiency"]
    dots = {
        "b12": [p.b12_pmol_per_l for p in published if p.b12_pmol_per_l and not p.b12_bound],
        "mma": [p.mma_nmol_per_l for p in published if p.mma_nmol_per_l],
        "hcy": [p.hcy_umol_per_l for p in published if p.hcy_umol_per_l],
        "months": [p.symptoms_months for p in published if p.symptoms_months],
        "gait": [GAIT[p.gait_disorder] for p in published if p.gait_disorder in GAIT],
    }
    figure, axes = plt.subplots(2, 3, figsize=(11, 6.4), constrained_layout=True)
    rng = np.random.default_rng(1)

    def histogram(ax, name, bins, label, log=False):
        values = people[name]
        ax.hist(values, bins=bins, color="#9ecae1", edgecolor="white", density=False)
        ax.set_ylim(0, 1.2 * ax.get_ylim()[1])  # room for the legend
        if name in dots:
            top = ax.get_ylim()[1]
            y = top * (0.03 + 0.2 * rng.random(len(dots[name])))
            x = np.array(dots[name], dtype=float) + (
                0.15 * rng.standard_normal(len(y)) if name == "gait" else 0.0
            )
            ax.plot(x, y, "o", color="#d94801", ms=4, label=f"published patients (n = {len(y)})")
            ax.legend(frameon=False, fontsize=8)
        if log:
            ax.set_xscale("log")
        ax.set_xlabel(label)
        ax.set_ylabel("virtual patients")

    histogram(axes[0, 0], "scale", np.arange(-0.5, 15.5), "functional scale at presentation (points)")
    axes[0, 0].axvspan(4, 7, color="#d94801", alpha=0.12, lw=0)
    axes[0, 0].axvline(5, color="#d94801", lw=1.5, label="48 patients: median, quartiles")
    axes[0, 0].legend(frameon=False, fontsize=8)
    histogram(axes[0, 1], "b12", np.linspace(0, 250, 26), "serum B12 (pmol/L)")
    histogram(axes[0, 2], "mma", np.geomspace(100, 40000, 26), "methylmalonate (nmol/L)", log=True)
    histogram(axes[1, 0], "hcy", np.geomspace(5, 250, 26), "homocysteine (umol/L)", log=True)
    months = np.maximum(people["months"], 0.1)
    people["months"] = months
    histogram(
        axes[1, 1], "months", np.geomspace(0.1, 150, 26), "months of symptoms at presentation", log=True
    )
    ax = axes[1, 2]
    ax.plot(
        months,
        people["scale"] + 0.3 * rng.standard_normal(months.size),
        ".",
        color="#6baed6",
        ms=3,
        alpha=0.6,
    )
    for low, high in zip((0.1, 1, 3, 6, 12, 24), (1, 3, 6, 12, 24, 150), strict=True):
        inside = (months >= low) & (months < high)
        if inside.sum() >= 5:
            ax.plot([low, high], [np.median(people["scale"][inside])] * 2, color="#08519c", lw=2)
    graded = [
        (p.symptoms_months, GAIT[p.gait_disorder])
        for p in published
        if p.symptoms_months and p.gait_disorder in GAIT
    ]
    other = ax.twinx()
    other.plot(*zip(*graded, strict=True), "o", color="#d94801", ms=4)
    other.set_ylim(-0.5, 4.5)
    other.set_yticks([0, 2, 3, 4], ["none", "mild", "aid", "unable"])
    other.set_ylabel("gait of published patients", color="#d94801")
    ax.set_xscale("log")
    ax.set_xlabel("months of symptoms")
    ax.set_ylabel("functional scale, virtual (line: median)")
    figure.suptitle(
        f"Virtual cord disease of deficiency: {months.size} patients under {sets} sets of the posterior"
    )
    figure.savefig(Path(__file__).with_suffix(".png"), dpi=110)


if __name__ == "__main__":
    main(*(int(item) for item in sys.argv[1:]))
