"""On which ledger entries a read-out of the page rests.

What a study or a pathway reads is recorded while it is computed on healthy nerves; what a symptom or the scale reads
is found by nudging (:mod:`remyelin.web.provenance`); what a marker reads is stated here by the prefix of its entries,
and a test holds all of them against what a run has used. Which of the layers below matters most is read from the
shipped sensitivity analysis.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request

from remyelin import nerve
from remyelin.analysis.calibration.shipped_sensitivity import sensitivity
from remyelin.base.errors import InputError, nearest
from remyelin.catalogue.markers import MARKERS
from remyelin.catalogue.pathways import words
from remyelin.clinic import COMPUTED
from remyelin.evidence import Entry, Ledger, load_references
from remyelin.evidence.entry_names import entry_name
from remyelin.nerve.anatomy.branches import Array, Run
from remyelin.nerve.anatomy.pathways import runs
from remyelin.nerve.conduction.lines import Line, Spread
from remyelin.nerve.conduction.volley import Volley, volley
from remyelin.web.engine import Engine
from remyelin.web.provenance import read_by
from remyelin.web.routes.quick import engine_of

router = APIRouter(prefix="/api")

_LIMITS: Final = ("norm", "limit", "limits")
_SHOWN: Final = 5  # influential numbers of the layers below
_BELOW: Final = {"cobalamin": (), "myelin": ("cobalamin",), "nerve": ("fibre", "myelin", "cobalamin")}
_CLINIC: Final = ("nerve", "fibre", "myelin", "cobalamin")
_GAS: Final = ("nitrous_oxide.oxidation_rate", "nitrous_oxide.oxidised_loss")  # what it does to the vitamin
#: What each value of the blood rests on, besides what its neighbours do.
_BLOOD: Final = {
    "b12": ("plasma", "store", "absorption", "injection", *_GAS, "limits.b12"),
    "holotc": ("plasma", "store", "absorption", "injection", *_GAS, "limits.holotc"),
    "mma": ("methylmalonate", "renal", *_GAS, "limits.mma"),
    "homocysteine": ("homocysteine", "synthase", "renal", "limits.homocysteine"),
}


@dataclass(frozen=True, slots=True)
class Readout:
    """Something the page shows.

    Attributes
    ----------
    title : str
    reads : callable
        From an engine to the names of the entries it reads itself.
    below : tuple of str
        Layers whose state it is computed from.
    """

    title: str
    reads: Callable[[Engine], frozenset[str]]
    below: tuple[str, ...]


def _under(*prefixes: str) -> Callable[[Engine], frozenset[str]]:
    def reads(engine: Engine) -> frozenset[str]:
        return frozenset(
            name
            for name in engine.ledger
            if any(name == prefix or name.startswith(f"{prefix}.") for prefix in prefixes)
            # how persons differ is read by populations, not by the course of one
            and not name.startswith("myelin.person.")
        )

    return reads


def _nudged(what: str) -> Callable[[Engine], frozenset[str]]:
    return lambda engine: engine.remember("nudged", lambda: read_by(engine.ledger))[what]


def _recorded(make: Callable[[Engine, nerve.Person, Ledger], set[Run]]) -> Callable[[Engine], frozenset[str]]:
    """Return the entries read while something is computed on healthy nerves; tables of internodes are there already.

    A laboratory lays out every nerve, so of anatomy only what the runs pass through is kept.
    """

    def reads(engine: Engine) -> frozenset[str]:
        ledger = engine.ledger.recording()
        passed = make(engine, nerve.Person.of(engine.ledger, age=50.0), ledger)
        populations, branches = {run.population for run in passed}, {run.branch for run in passed}

        def concerns(name: str) -> bool:
            head, _, rest = name.partition(".")
            if head == "fibres":
                return rest.removesuffix("_level") in populations
            if head in ("course", "site"):
                return rest.partition(".")[0] in branches
            return True

        return frozenset(entry.name for entry in ledger.used() if concerns(entry.name))

    return reads


def _pathway(name: str) -> Readout:
    def make(engine: Engine, body: nerve.Person, ledger: Ledger) -> set[Run]:
        nerve.conduction(nerve.intact(body, ledger), body, engine.tables(), ledger, [name])
        return set(runs(name, body, ledger))

    return Readout(f"conduction of {words(name)}", _recorded(make), _BELOW["nerve"])


def _study(name: str) -> Readout:
    def make(engine: Engine, body: nerve.Person, ledger: Ledger) -> set[Run]:
        tables, passed = engine.tables(), set()
        spread = Spread.from_ledger(ledger)

        def conduct(laid: Line, states: Mapping[str, Array]) -> Volley:
            passed.add(laid.run)
            return volley(laid, states, tables, spread)

        nerve.battery(nerve.intact(body, ledger), body, tables, ledger, [name], conduct)
        return passed

    return Readout(f"the study {words(name)}", _recorded(make), _BELOW["nerve"])


def _all() -> Mapping[str, Readout]:
    found = {
        f"blood.{name}": Readout(MARKERS[name].label, _under(*keys), ()) for name, keys in _BLOOD.items()
    }
    for name in COMPUTED:
        found[f"symptom.{name}"] = Readout(f"the symptom {name.replace('_', ' ')}", _nudged(name), _CLINIC)
    found["disability"] = Readout("the disability scale", _nudged("disability"), _CLINIC)
    found["sheaths"] = Readout("myelin and axons, and their recovery", _under("myelin"), _BELOW["myelin"])
    found["wire"] = Readout("one fibre in the engine", _under("mrg", "mrg_interpolated"), ())
    found |= {f"pathway.{name}": _pathway(name) for name in nerve.PATHWAYS}
    found |= {f"study.{name}": _study(name) for name in nerve.STUDIES}
    return found


READOUTS: Final = _all()


@router.get("/rests", responses={422: {"description": "no such read-out"}})
def rests(
    request: Request,
    what: Annotated[str, Query(max_length=60)],
    site: Annotated[str, Query(max_length=40)] = "",
    quantity: Annotated[str, Query(max_length=40)] = "",
) -> dict[str, Any]:
    """Return the ledger entries on which a read-out, or one number of a study, rests, and their other uses."""
    if what not in READOUTS:
        raise InputError(f"no read-out named {what!r}; {nearest(what, READOUTS)}")
    return answer(what, engine_of(request), site, quantity)


def norms_of(study: str, site: str, quantity: str, names: Iterable[str]) -> frozenset[str]:
    """Return which of the entries are the norm of one number of a study: its mean and spread, and a limit of its own.

    A norm goes by its study, its site, or both, as in ``norm.sural.velocity``, ``norm.n20.latency`` and
    ``norm.baep_i.latency``.
    """
    place = site.lower().replace("-", "_")
    keys = (study, place, f"{study}_{place}")
    own = {
        f"norm.{key}.{form}" for key in keys for form in (quantity, f"log_{quantity}", f"{quantity}_limit")
    }
    return frozenset(own & set(names))


def answer(what: str, engine: Engine, site: str = "", quantity: str = "") -> dict[str, Any]:
    """Return the entries a read-out reads, and the entries of the layers below that move disability most.

    Of one number of a study (`site` and `quantity`) its own norm comes first, and those of the others are left out.
    """
    readout, ledger = READOUTS[what], engine.ledger
    read = engine.remember("readouts", lambda: {name: item.reads(engine) for name, item in READOUTS.items()})
    moves = {
        number.entry: max((effect.ends for effect in number.effects.values()), default=0.0)
        for number in sensitivity().numbers
        if number.method
    }
    references = load_references()

    def told(entry: Entry) -> dict[str, Any]:
        data = entry.as_dict()
        data.pop("columns", None)
        data.pop("units", None)
        data["feeds"] = [item.title for name, item in READOUTS.items() if entry.name in read[name]]
        data["moves"] = moves.get(entry.name)
        data["label"] = entry_name(entry.name)
        return data

    names, title, norms = read[what], readout.title, frozenset[str]()
    if site or quantity:
        study = what.removeprefix("study.")
        norms = norms_of(study, site, quantity, names)
        if not norms:
            raise InputError(
                f"{what} has no norm of a {quantity or 'quantity'} at {site or 'a site'} in the ledger."
            )
        names = frozenset(name for name in names if not name.startswith("norm.") or name in norms)
        if quantity == "velocity":
            names |= read[what] & {"norm.velocity_per_height"}
        title = f"{words(study)}, {site} {words(quantity)}"
    own = [entry for entry in ledger.entries() if entry.name in names]
    # the number's norm, other limits that a value is held against, then what nobody has measured
    own.sort(
        key=lambda entry: (
            entry.name not in norms,
            entry.name.partition(".")[0] not in _LIMITS,
            entry.kind != "assumed",
        )
    )
    below = [entry for entry in ledger.entries() if entry.layer in readout.below and entry not in own]
    most = sorted((entry for entry in below if moves.get(entry.name)), key=lambda entry: -moves[entry.name])[
        :_SHOWN
    ]
    shown = [*own, *most]
    return {
        "what": what,
        "title": title,
        "entries": [told(entry) for entry in own],
        "below": {
            layer: sum(entry.layer == layer and entry.kind == "assumed" for entry in below)
            for layer in readout.below
        },
        "most": [told(entry) for entry in most],
        "references": {
            key: str(references[key]) for entry in shown for key in entry.source if key in references
        },
    }
