"""Animals without cobalamin, and which tracts a deficiency takes first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import xarray as xr

from remyelin.analysis.experiments.bands import (
    MEMBERS,
    SPREAD,
    Floats,
    against,
    band,
    day,
    first_time,
    points,
    spread,
)
from remyelin.analysis.experiments.registry import Result, Table, question
from remyelin.analysis.protocols.animals import (
    COLUMN_INTERNODES,
    MONKEY_FAILS,
    OPTIC_INTERNODES,
    bat,
    blocked,
    course,
    gastrectomised_rat,
    lost_volley,
    monkey,
)
from remyelin.base.figure import Figure, Panel, Series
from remyelin.base.plain import percent
from remyelin.base.units import DAYS_PER_MONTH, DAYS_PER_WEEK, DAYS_PER_YEAR
from remyelin.catalogue.plans import STATE_COLOURS
from remyelin.catalogue.segments import CORTICOSPINAL, GRACILE, LEMNISCUS
from remyelin.evidence import Ledger
from remyelin.evidence.posterior import posterior
from remyelin.myelin import Parameters, members, simulate

LESION: Final = 1.0  # % of internodes not intact that counts as a lesion
TREATED: Final = 2.0  # months after gastrectomy
POTENTIAL: Final = 0.3  # of methylation, in the comparison of tracts
Row = tuple[str, str, str, str, float, float, float]
THICK_MM, THIN_MM = 1.0, 0.139  # internodes of thick fibres, and of an optic axon (Arancibia-Carcamo 2017)
# tract of the ledger, name, compartment, calibre, mm from the cell body, mm long, mm per internode
TRACTS: Final[tuple[Row, ...]] = (
    ("posterior_column", GRACILE, "central", "mixed", 435.0, 445.0, THICK_MM),
    ("lateral_column", CORTICOSPINAL, "central", "mixed", 400.0, 550.0, THICK_MM),
    ("cerebral", LEMNISCUS, "central", "mixed", 60.0, 120.0, THICK_MM),
    ("optic", "optic nerve", "central", "mixed", 45.0, 90.0, THIN_MM),
    ("papillomacular", "papillomacular", "central", "mixed", 45.0, 90.0, THIN_MM),
    ("peripheral_sensory", "nerve of the leg, sensory", "peripheral", "mixed", 700.0, 900.0, THICK_MM),
    ("peripheral_motor", "nerve of the leg, motor", "peripheral", "mixed", 700.0, 900.0, THICK_MM),
)
COLOURS: Final = ("#0072B2", "#CC79A7", "#8E6C8A", "#444444", "#D55E00", "#009E73", "#E69F00")


def deficient_animals(ledger: Ledger, progress: Callable[[str], None]) -> Result:
    """Monkeys on a diet without B12, bats under nitrous oxide, rats without a stomach."""
    sets = (Parameters.from_ledger(ledger), *members(ledger, MEMBERS))
    progress("monkeys")
    none, little = monkey(sets), monkey(sets, floor=0.3)
    months = none["time"].to_numpy() / DAYS_PER_MONTH
    sight = {
        name: 1.0 - blocked(site, OPTIC_INTERNODES, ledger)
        for name, site in (("none", none), ("little", little))
    }
    loss = {name: first_time(months, values < 0.5) for name, values in sight.items()}
    progress("bats")
    depleted, replete = bat(sets, depleted=True), bat(sets, depleted=False)
    weeks = depleted["time"].to_numpy() / DAYS_PER_WEEK
    walk = {
        name: 1.0 - lost_volley(site, COLUMN_INTERNODES, ledger)
        for name, site in (("depleted", depleted), ("replete", replete))
    }
    ataxia = {
        name: first_time(weeks, values < 1.0 - ledger["animal.noticed"]) for name, values in walk.items()
    }
    progress("rats")
    rat, cured = gastrectomised_rat(sets), _cured_rat(sets)
    days = rat["time"].to_numpy()
    wounded, mended = (
        100.0 * (1.0 - site["intact"] - site["remyelinated"]).to_numpy() for site in (rat, cured)
    )
    lesion = first_time(days, wounded >= LESION) / DAYS_PER_MONTH
    at4 = mended[:, int(np.argmin(abs(days - 4.0 * DAYS_PER_MONTH)))]
    at2 = wounded[:, int(np.argmin(abs(days - TREATED * DAYS_PER_MONTH)))]

    x_months = days / DAYS_PER_MONTH
    panels = (
        Panel(
            "Monkey: optic fibres that conduct",
            "months on the diet",
            "%",
            (
                band("no B12 in the diet", months, sight["none"], "#0072B2", scale=100.0),
                band("methylation kept at 0.3", months, sight["little"], "#56B4E9", scale=100.0),
                points("sight lost, first and last (Agamanolis 1976)", [33.0, 45.0], [50.0, 50.0]),
            ),
            y_range=(0.0, 105.0),
            marks=(MONKEY_FAILS,),
        ),
        Panel(
            "Monkey: order of events, no B12",
            "months on the diet",
            "%",
            (
                _state("vacuolated", none, months, STATE_COLOURS["vacuolated"]),
                _state("bare", none, months, STATE_COLOURS["bare"]),
                band("axons lost", months, 1.0 - none["axons"].to_numpy(), "#444444", scale=100.0),
            ),
            y_range=(0.0, None),
        ),
        Panel(
            "Bat: posterior column fibres that conduct",
            "weeks of nitrous oxide",
            "%",
            (
                band("depleted", weeks, walk["depleted"], "#D55E00", scale=100.0),
                band("replete", weeks, walk["replete"], "#009E73", scale=100.0),
                points("affected (van der Westhuyzen 1982)", [6.0, 10.0], [50.0, 50.0], "#777777"),
            ),
            y_range=(0.0, 105.0),
            x_range=(0.0, 26.0),
        ),
        Panel(
            "Rat without a stomach: cord lesion",
            "months after the operation",
            "% of internodes",
            (
                band("untreated", x_months, wounded, "#8E6C8A"),
                band("cobalamin from month 2", x_months, mended, "#E69F00"),
                points("lesions present (Scalabrino 2006)", [2.0], [LESION], "#CC79A7"),
            ),
            y_range=(0.0, None),
            x_range=(0.0, 6.0),
        ),
    )
    rows = (
        ("monkey, first to lose sight, months after failure", 17.0, loss["none"] - MONKEY_FAILS),
        ("monkey, last, methylation kept at 0.3", 32.0, loss["little"] - MONKEY_FAILS),
        ("bat, depleted, weeks", 6.0, ataxia["depleted"]),
        ("bat, replete, weeks", 10.0, ataxia["replete"]),
        ("rat, lesions, months", 2.0, lesion),
    )
    return Result(
        question("deficient-animals"),
        "Methylation over time is assumed in every animal (docs/myelin.md); sight is lost when half of the fibres "
        f"of {OPTIC_INTERNODES:g} internodes hold a bare one, a bat is affected when "
        f"{percent(ledger['animal.noticed'])} of a volley over {COLUMN_INTERNODES:g} internodes is blocked or spread; "
        f"a cord has lesions when {LESION:g} % of its internodes are vacuolated or bare. {MEMBERS} members; the first "
        "monkey and the depleted bat are calibration rows and hold in every one.",
        [
            f"Replete bats: {spread(ataxia['replete'][1:])} weeks against 10; how fast the gas wears out a full "
            "store is assumed.",
            f"The last monkey: sight lost {spread(loss['little'][1:] - MONKEY_FAILS)} months after metabolic failure "
            "against 32, with a guess at the B12 left in its diet.",
            f"Rats: lesions after {spread(lesion[1:])} months against 2. Given cobalamin then, {spread(at2[1:])} % "
            f"of internodes are in a lesion at 2 and {spread(at4[1:])} % at 4 months, when lesions had normalised.",
            f"In every member sheaths go before axons: {_order(none)} of {MEMBERS} reach 1 % vacuolated before 1 % "
            "of the axons are lost.",
        ],
        (against("Animals", "event", rows),),
        (
            Figure(
                "deficient-animals",
                "Animals without cobalamin",
                f"Lines: shipped numbers; bands: {SPREAD}; dots: published; dotted line: methylmalonate abnormal.",
                panels,
                panel_height=2.5,
            ),
        ),
        ("agamanolis1976", "agamanolis1978", "vanderwesthuyzen1982", "scalabrino2006"),
    )


def which_tract_first(ledger: Ledger, progress: Callable[[str], None]) -> Result:
    """Put every tract under the same deficit and see which fails first, over the ranges of vulnerability."""
    progress("all tracts in every member")
    own = Parameters.from_ledger(ledger)
    sets = (own, *members(ledger, MEMBERS, also=_vulnerabilities(ledger)))
    days = np.arange(0.0, 4.0 * DAYS_PER_YEAR, 3.0)
    potential = np.interp(days, [0.0, 180.0], [1.0, POTENTIAL])
    body = _under(sets, days, potential, TRACTS)
    counts = np.array([length / internode for *_, length, internode in TRACTS])
    conducts = (1.0 - body["bare"].to_numpy()) ** counts * body["axons"].to_numpy()
    months = days / DAYS_PER_MONTH
    half = np.stack([first_time(months, conducts[..., i] < 0.5) for i in range(len(TRACTS))], axis=-1)
    first = [int(row.argmin()) for row in half[1:] if np.isfinite(row).any()]
    often = [first.count(i) / max(len(first), 1) for i in range(len(TRACTS))]
    calibres = [
        (tract, f"{calibre} fibres", "central", calibre, 435.0, 445.0, THICK_MM)
        for tract, calibre in (
            ("posterior_column", "thick"),
            ("posterior_column", "mixed"),
            ("posterior_column", "thin"),
        )
    ]
    by_calibre = (1.0 - _under(sets, days, potential, calibres)["bare"].to_numpy()) ** (445.0 / THICK_MM)
    lengths = [
        ("peripheral_sensory", f"{distance:.0f} mm from the cell", "peripheral", "mixed", distance, 1.0, 1.0)
        for distance in (200.0, 500.0, 800.0, 1100.0)
    ]
    by_length = _under(sets, days, potential, lengths)["axons"].to_numpy()

    def curves(rows: Sequence[Row], values: Floats, colours: Sequence[str]) -> tuple[Series, ...]:
        return tuple(
            band(row[1], months, values[..., i], colour, scale=100.0, every=5)
            for i, (row, colour) in enumerate(zip(rows, colours, strict=True))
        )

    lines = tuple(replace(line, low=None, high=None) for line in curves(TRACTS, conducts, COLOURS))
    panels = (
        Panel("Fibres that conduct, by tract", "months", "%", lines, y_range=(0.0, 105.0)),
        Panel(
            "Gracile and papillomacular",
            "months",
            "%",
            (
                band("gracile, with its spread", months, conducts[..., 0], COLOURS[0], scale=100.0, every=5),
                band(
                    "papillomacular, with its spread",
                    months,
                    conducts[..., 4],
                    COLOURS[4],
                    scale=100.0,
                    every=5,
                ),
            ),
            y_range=(0.0, 105.0),
        ),
        Panel(
            "Gracile, by calibre",
            "months",
            "%",
            curves(calibres, by_calibre, ("#9E2A2B", "#777777", "#5DBB63")),
            y_range=(0.0, 105.0),
        ),
        Panel(
            "Sensory axons left, by distance",
            "months",
            "%",
            curves(lengths, by_length, ("#56B4E9", "#009E73", "#E69F00", "#D55E00")),
            y_range=(0.0, 105.0),
        ),
    )
    leader = int(np.argmax(often))
    return Result(
        question("which-tract-first"),
        f"Methylation falls to {POTENTIAL:g} within half a year, everywhere alike, and stays. A fibre conducts "
        f"while its axon lives and none of its internodes is bare; thick fibres have internodes of {THICK_MM:g} mm, "
        f"optic ones of {THIN_MM:g} mm. {MEMBERS} members, in each of which the vulnerability of every tract and "
        "calibre is drawn evenly in the logarithm of its range.",
        [
            f"First to lose half of its fibres is most often the {TRACTS[leader][1]}, in {percent(often[leader])} of "
            "the members; "
            + ", ".join(
                f"{row[1]} {percent(share)}"
                for row, share in zip(TRACTS, often, strict=True)
                if share > 0 and row != TRACTS[leader]
            )
            + ".",
            "The order rests on two things put in: vulnerabilities of tracts, which are assumed for the centre, and "
            "how many internodes lie in series, which favours long tracts and, with short internodes, the thin "
            "fibres of the optic nerve. Those of nerves were searched on patients "
            f"(sensory {ledger['myelin.vulnerability.peripheral_sensory']:.2g}, motor "
            f"{ledger['myelin.vulnerability.peripheral_motor']:.2g}); the members draw them over their range all the "
            "same.",
            "In people gross loss of vision is rare (0.5 to 2 %), although potentials of the visual pathway are "
            "often delayed; in monkeys the visual pathway was affected in all. Both cannot follow from one "
            "vulnerability.",
            "Thick fibres of a nerve were hit first in mice without the receptor that carries cobalamin into the "
            "brain, thin ones of the optic nerve are said to be in people: the two disagree and are kept apart, as "
            "calibre and as tract.",
            "Distal axons go first by the assumed growth of the direct hazard with distance; legs before arms is "
            "the sign that was seen.",
        ],
        (
            Table(
                "Months to half of the fibres, and how often first",
                ("tract", "internodes", "shipped numbers", "members, median (5 to 95 %)", "first in"),
                tuple(
                    (
                        row[1],
                        float(round(count)),
                        day(half[0, i]),
                        spread(half[1:, i]),
                        percent(often[i]),
                    )
                    for i, (row, count) in enumerate(zip(TRACTS, counts, strict=True))
                ),
            ),
        ),
        (
            Figure(
                "which-tract-first",
                "Selective vulnerability",
                f"Lines: shipped numbers; bands: {SPREAD}, vulnerabilities drawn too.",
                panels,
                panel_height=2.5,
            ),
        ),
        ("agamanolis1976", "arora2019", "fang2023", "arancibiacarcamo2017"),
    )


def _state(name: str, site: xr.Dataset, x: Floats, colour: str) -> Series:
    return band(name, x, site[name].to_numpy(), colour, scale=100.0)


def _order(site: xr.Dataset) -> int:
    """Count the members in which 1 % is vacuolated before 1 % of the axons are lost."""
    times = site["time"].to_numpy()
    vacuoles = first_time(times, site["vacuolated"].to_numpy() >= 0.01)
    axons = first_time(times, site["axons"].to_numpy() <= 0.99)
    return int((vacuoles < axons)[1:].sum())


def _cured_rat(sets: Sequence[Parameters]) -> xr.Dataset:
    """The gastrectomised rat, methylation whole again within three days of the second month."""
    days = np.arange(0.0, 240.0, 1.0)
    store = 0.5 ** (days / 14.0)
    potential = store / (store + 0.2) * 1.2
    start = TREATED * DAYS_PER_MONTH
    back = np.clip((days - start) / 3.0, 0.0, 1.0)
    return course(sets, "posterior_column", days, potential + back * (1.0 - potential))


def _vulnerabilities(ledger: Ledger) -> tuple[str, ...]:
    """Return the entries of tracts and calibres that the posterior does not hold already."""
    names = [
        f"{group}.{name}"
        for group in ("myelin.vulnerability", "myelin.calibre")
        for name in ledger.group(group)
    ]
    return tuple(name for name in names if name not in posterior().sets[0])


def _under(
    sets: Sequence[Parameters],
    days: Floats,
    potential: Floats,
    rows: Sequence[Row],
) -> xr.Dataset:
    """Follow several tracts under one potential."""
    tract, name, compartment, calibre, distance, _, _ = zip(*rows, strict=True)
    segments = xr.Dataset(
        {
            "compartment": ("segment", list(compartment)),
            "tract": ("segment", list(tract)),
            "calibre": ("segment", list(calibre)),
            "distance": ("segment", list(distance)),
        },
        coords={"segment": list(name)},
    )
    drive = xr.Dataset(
        {"methylation": (("time", "compartment"), np.stack([potential, potential], axis=-1))},
        coords={"time": days, "compartment": ["peripheral", "central"]},
    )
    return simulate(drive, segments, 45.0, sets)
