"""Figures of a course on matplotlib axes, for scripts and notebooks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from textwrap import fill
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import xarray as xr

from remyelin.base.errors import InputError, nearest
from remyelin.base.units import DAYS_PER_MONTH
from remyelin.catalogue.pathways import SURAL, TIBIAL_SEP, words
from remyelin.catalogue.plans import COLOURS, DRAWN, GIVEN, STATE_COLOURS, UNTREATED
from remyelin.catalogue.segments import GRACILE
from remyelin.person.forecast_guard import SAME_END, headline

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HISTORY_MONTHS: Final = 36.0  # how much of the past is drawn
AXIS: Final = "months from presentation"
UNSAID: Final = (
    "this file does not say whether the course is a forecast; run the case again with this version."
)
DATES: Final = "viridis"  # colour map of study dates


class CoursePlot:
    """Figures of one course; ``course.plot`` is one, and any tree of :func:`remyelin.open_course` can be given.

    Every method draws on matplotlib axes, makes them where none are given, and returns them. Nothing is shown or
    saved.

    Parameters
    ----------
    tree : DataTree
        As :meth:`remyelin.Course.to_tree` returns it.

    Examples
    --------
    >>> from remyelin import Ledger, load_case, run_course
    >>> course = run_course(load_case("replete-control"), Ledger.shipped())
    >>> axes = course.plot.recovery()
    >>> axes.get_xlabel()
    'months from presentation'
    """

    def __init__(self, tree: xr.DataTree) -> None:
        self._tree = tree

    def _part(self, name: str) -> xr.Dataset:
        return self._tree.children[name].to_dataset(inherit=False)

    def recovery(
        self,
        variable: str = "disability",
        plans: Sequence[str] | None = None,
        *,
        pathway: str = TIBIAL_SEP,
        ax: Axes | None = None,
    ) -> Axes:
        """Draw a quantity over time under each plan, with the band of the first plan.

        A course that is no forecast for the person of its case is not drawn: the axes say why.

        Parameters
        ----------
        variable : {"disability", "burden", "conducted"}
            Points of the disability scale, sum of the severities of all symptoms, or the share of fibres of a
            path of the leg that conduct.
        plans : sequence of str, optional
            Names of plans; the first is drawn with its 90 % band, and the title names those whose ends are not told
            apart. By default the treatment as given and, where the model can tell the ends of later starts apart,
            those of none and twelve months later that it can, and twelve months earlier.
        pathway : str
            Path of the leg, for "conducted".
        ax : Axes, optional
            New ones when omitted.

        Returns
        -------
        Axes

        Raises
        ------
        InputError
            For an unknown variable, plan or pathway.
        """
        bands = self._part("bands")
        bands = bands.rename({name: str(name).removesuffix("_here") for name in bands.dims})
        bands = bands.assign_coords(plan=self._tree["plan"].to_numpy())
        data = bands[_known(variable, [str(name) for name in bands.data_vars], "variable")]
        if "pathway" in data.dims:
            data = data.sel(pathway=_known(pathway, data["pathway"].to_numpy().tolist(), "pathway"))
        every = data["plan"].to_numpy().tolist()
        names = [_known(name, every, "plan") for name in plans or _told(bands, every)]
        axes = _axes(ax, width=8.4)
        if refused := bands.attrs.get("refused", UNSAID):
            axes.set_axis_off()
            axes.set_title(fill(headline(refused), 80), fontsize="small", loc="left")
            return axes
        data = data.sel(time=data["time"] >= -HISTORY_MONTHS * DAYS_PER_MONTH)
        months = data["time"].to_numpy() / DAYS_PER_MONTH
        for index, name in enumerate(names):
            here = data.sel(plan=name)
            colour = COLOURS.get(name, f"C{index}")
            if index == 0:
                low, high = (here.sel(quantile=end).to_numpy() for end in ("low", "high"))
                axes.fill_between(
                    months,
                    low,
                    high,
                    color=colour,
                    alpha=0.15,
                    linewidth=0,
                    label=fill(f"90 % of {bands.attrs.get('over', 'members')}", 24),
                )
            label = {UNTREATED: "no treatment", GIVEN: "treated as given"}.get(name, f"started {name}")
            axes.plot(months, here.sel(quantile="median").to_numpy(), color=colour, label=label)
        axes.axvline(0.0, color="0.7", linewidth=0.8, zorder=0)
        axes.set(xlabel=AXIS, ylabel=_label(data, variable))
        # curves fill the panel: beside it where the figure is our own
        beside: dict[str, Any] = {"loc": "upper left", "bbox_to_anchor": (1.0, 1.0)} if ax is None else {}
        axes.legend(frameon=False, fontsize="small", **beside)
        if untold := sorted({*names[1:]} - {*_told(bands, every)}):
            axes.set_title(fill(f"{', '.join(untold)}: {SAME_END}", 80), fontsize="small", loc="left")
        return axes

    def myelin(self, segment: str = GRACILE, plan: str = GIVEN, *, ax: Axes | None = None) -> Axes:
        """Draw the damage of one segment: axons lost, and internodes in each state.

        Parameters
        ----------
        segment : str
            A segment of the course, as ``course.data["segment"]`` lists them.
        plan : str
            Name of a plan.
        ax : Axes, optional
            New ones when omitted.

        Returns
        -------
        Axes
            Shares (of a healthy person's) over months.

        Raises
        ------
        InputError
            For an unknown segment or plan.
        """
        root = self._tree.to_dataset()
        data = root.sel(
            segment=_known(segment, root["segment"].to_numpy().tolist(), "segment"),
            plan=_known(plan, root["plan"].to_numpy().tolist(), "plan"),
            time=root["time"] >= -HISTORY_MONTHS * DAYS_PER_MONTH,
        )
        axons = data["axons"].to_numpy()
        states = ("remyelinated", "vacuolated", "bare")
        axes = _axes(ax)
        axes.stackplot(
            data["time"].to_numpy() / DAYS_PER_MONTH,
            1.0 - axons,
            *(data[state].to_numpy() * axons for state in states),
            labels=("axon lost", *states),
            colors=("#8A8A8A", *(STATE_COLOURS[state] for state in states)),
        )
        axes.axvline(0.0, color="0.7", linewidth=0.8, zorder=0)
        axes.set(xlabel=AXIS, ylabel="share not intact", title=f"segment {words(segment)}", ylim=(0.0, None))
        axes.legend(frameon=False, fontsize="small", loc="upper left")
        return axes

    def studies(self, quantity: str = "amplitude", *, ax: Axes | None = None) -> Axes:
        """Draw one quantity of every nerve study over the study dates, relative to the same person in health.

        Parameters
        ----------
        quantity : {"amplitude", "latency", "velocity", "f_latency", "interval"}
            What is drawn; studies without it are left out.
        ax : Axes, optional
            New ones when omitted.

        Returns
        -------
        Axes
            Per cent of the value before the cause began, by study; an absent response has none for its latency
            and 0 for its amplitude.

        Raises
        ------
        InputError
            For an unknown quantity.
        """
        from matplotlib import colormaps

        found = self._part("studies")
        known = ["amplitude", "latency", "velocity", "f_latency", "interval"]
        values = found[_known(quantity, known, "quantity")]
        if quantity == "amplitude":
            values = values.where(~found["absent"], 0.0)
        healthy = self._part("healthy")[quantity]
        share = 100.0 * values / healthy
        rows = np.flatnonzero(np.isfinite(healthy.to_numpy()))
        axes = _axes(ax, height=0.9 + 0.24 * len(rows))
        shades = colormaps[DATES](np.linspace(0.0, 0.85, share.sizes["day"]))
        for day, colour in zip(share["day"].to_numpy(), shades, strict=True):
            axes.plot(
                share.sel(day=day).to_numpy()[rows],
                np.arange(len(rows)),
                "o",
                color=colour,
                label=f"{day / DAYS_PER_MONTH:.0f} months",
            )
        axes.axvline(100.0, color="0.7", linewidth=0.8, zorder=0)
        names = [_study(str(share["row"].to_numpy()[row])) for row in rows]
        axes.set(
            xlabel=f"{quantity.replace('_', ' ')}, % of the same person in health",
            yticks=np.arange(len(rows)),
            yticklabels=names,
        )
        axes.invert_yaxis()
        axes.legend(frameon=False, fontsize="small")
        return axes

    def waveforms(self, study: str = SURAL, *, ax: Axes | None = None) -> Axes:
        """Draw the recording of one study at every study date, negative up.

        Parameters
        ----------
        study : str
            Name of a recording as ``study_site``, or its beginning, as "sural" or "tibial_motor".
        ax : Axes, optional
            New ones when omitted.

        Returns
        -------
        Axes
            Over milliseconds after the stimulus, in the unit of the recording.

        Raises
        ------
        InputError
            For an unknown study.
        """
        from matplotlib import colormaps

        days = sorted(
            self._tree.children["waveforms"].children.items(), key=lambda item: float(item[0].split("_")[1])
        )
        names = [str(name) for name in days[0][1].data_vars]
        wanted = next((name for name in names if name.startswith(study)), study)
        name = _known(wanted, names, "study")
        axes = _axes(ax)
        shades = colormaps[DATES](np.linspace(0.0, 0.85, len(days)))
        unit = ""
        for (day, node), colour in zip(days, shades, strict=True):
            if name in node.data_vars:
                wave = node[name]
                unit = str(wave.attrs.get("units", ""))
                months = float(day.split("_")[1]) / DAYS_PER_MONTH
                time = node[f"time_{name}"].to_numpy()
                axes.plot(time, wave.to_numpy(), color=colour, label=f"{months:.0f} months")
        axes.set(xlabel="ms after the stimulus", ylabel=f"{unit}, negative up", title=words(name))
        axes.legend(frameon=False, fontsize="small")
        return axes


def _told(bands: xr.Dataset, every: Sequence[str]) -> list[str]:
    """Return the plans of a course that are drawn: equal ends would read as if waiting were free."""
    worse = json.loads(bands.attrs.get("told_apart", "[]"))
    later = (UNTREATED, *(name for name in DRAWN if name.endswith("later")))
    return [
        name
        for name in DRAWN
        if name in every and (name == GIVEN or (worse and (name not in later or name in worse)))
    ]


def _study(row: str) -> str:
    """Return a study and its site in words: ``tibial SEP, P40``."""
    return ", ".join(words(part) for part in row.split(", "))


def _axes(ax: Axes | None, height: float = 3.2, width: float = 6.4) -> Axes:
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    _, axes = plt.subplots(figsize=(width, height), layout="constrained")
    return axes


def _known(name: str, known: Sequence[str], what: str) -> str:
    if name not in known:
        raise InputError(f"no {what} {name!r} to draw; {nearest(name, known)}")
    return name


def _label(data: Any, variable: str) -> str:
    words = {
        "disability": "disability, points",
        "burden": "sum of severities",
        "conducted": "share of fibres that conduct",
    }
    return words.get(variable, str(data.attrs.get("long_name", variable)))
