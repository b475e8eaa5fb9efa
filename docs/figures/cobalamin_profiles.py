"""Draw docs/figures/cobalamin_profiles.png: how well each fitted parameter is known.

Run from the repository, after ``remyelin rebuild cobalamin``: ``python docs/figures/cobalamin_profiles.py``.
"""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib.ticker import NullFormatter

from remyelin.analysis.calibration.profile_cobalamin import DEVIANCE_95
from remyelin.analysis.calibration.rebuild import cobalamin_fit
from remyelin.evidence import Ledger

LEDGER = Ledger.shipped()


def main() -> None:
    """Write the figure."""
    figure, axes = plt.subplots(4, 4, figsize=(10.5, 10), sharey=True)
    for axis, (name, found) in zip(axes.flat, cobalamin_fit()["parameters"].items(), strict=False):
        entry = LEDGER.entry(name)
        axis.semilogx(found["values"], found["deviance"], "o-", color="#4477aa", ms=4)
        axis.axhline(DEVIANCE_95, ls=":", color="0.4")
        axis.axvline(found["value"], color="#cc6677", lw=1)
        low, high = entry.range
        axis.axvspan(low, high, color="0.93", zorder=0)
        ticks = [low, high]
        axis.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        axis.xaxis.set_minor_formatter(NullFormatter())
        axis.set_ylim(-0.5, 12)
        short = name.replace("injection.retained_half_dose", "retained_half_dose")
        value = float(f"{found['value']:.3g}")
        axis.set_title(f"{short}\n{value:g}", fontsize=8)
        axis.set_xlabel("no unit" if entry.unit == "-" else entry.unit, fontsize=8)
    for axis in axes.flat[len(cobalamin_fit()["parameters"]) :]:
        axis.set_axis_off()
    for axis in axes[:, 0]:
        axis.set_ylabel("rise of the misfit")
    figure.tight_layout()
    figure.savefig(Path(__file__).with_suffix(".png"), dpi=110)


if __name__ == "__main__":
    main()
