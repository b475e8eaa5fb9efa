"""Estimation as a NONMEM control stream and its data file: one population model of every person of a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from remyelin.analysis.estimation.columns import MARKERS
from remyelin.analysis.estimation.nonmem_data import COLUMNS, Injected, data, injected
from remyelin.analysis.estimation.problem import LEAST, SCALES, Model
from remyelin.analysis.estimation.table import MEALS, Subject, read_table
from remyelin.base.errors import InputError, nearest
from remyelin.base.units import DAYS_PER_YEAR, MICROGRAM_TO_NMOL_COBALAMIN, PG_PER_NG, PMOL_PER_NMOL
from remyelin.evidence import Ledger

CONTROL: Final = "remyelin.ctl"
DATA: Final = "remyelin.csv"
MOST_COMPARTMENTS: Final = 30  # default of NONMEM 7
STATES: Final = ("GUT", "HOLOTC", "STORE", "HAPTOC", "SYNTH", "HCYS", "MMA")

#: Number of the ledger by its name in the control stream; the order is that of THETA.
NUMBERS: Final[Mapping[str, str]] = {
    "ACTMAX": "absorption.active_max",
    "ACTHALF": "absorption.active_half",
    "PASS": "absorption.passive_share",
    "PASSFD": "absorption.passive_share_with_food",
    "KREL": "absorption.release_rate",
    "NASAL": "absorption.nasal_share",
    "REFMEAL": "absorption.meals_per_day",
    "REFINT": "absorption.reference_intake",
    "LWITH": "store.loss_with_loop",
    "LWOUT": "store.loss_without_loop",
    "RETHALF": "store.retention_half",
    "PERSTO": "plasma.b12_per_store",
    "KHAPT": "plasma.haptocorrin_rate",
    "VPLAS": "plasma.volume",
    "BINDCAP": "plasma.binding_capacity",
    "TCSHARE": "plasma.transcobalamin_share",
    "RELSHAR": "plasma.release_share",
    "HALFCY": "injection.retained_half_dose.cyanocobalamin",
    "HALFHY": "injection.retained_half_dose.hydroxocobalamin",
    "RETEXP": "injection.retention_exponent",
    "KADCY": "injection.release_rate.cyanocobalamin",
    "KADHY": "injection.release_rate.hydroxocobalamin",
    "VINJ": "injection.volume",
    "KREN": "injection.renal_rate",
    "SYNHALF": "synthase.half_store",
    "SYNHILL": "synthase.hill",
    "KSYN": "synthase.turnover",
    "HCBASE": "homocysteine.baseline",
    "KHCY": "homocysteine.turnover",
    "HCSHARE": "homocysteine.synthase_share",
    "HCREN": "homocysteine.renal_exponent",
    "MMBASE": "methylmalonate.baseline",
    "MMAGE": "methylmalonate.baseline_age",
    "MMSLOPE": "methylmalonate.age_slope",
    "MMCEIL": "methylmalonate.ceiling",
    "MMHALF": "methylmalonate.half_store",
    "MMHILL": "methylmalonate.hill",
    "KMMA": "methylmalonate.turnover",
    "MMREN": "methylmalonate.renal_exponent",
    "REFGFR": "renal.reference_filtration",
}
#: Factors of the person by name of the scale.
FACTORS: Final[Mapping[str, str]] = {"store": "FSTO", "plasma": "FPLA", "mma": "FMMA", "homocysteine": "FHCY"}

_PK = """
; conversions
NMOL = {nmol}
PMOL = {pmol}
CAPAC = BINDCAP*{capacity}
MEALS = {meals}
; the reference person fixes the reference store and the turnover of holotranscobalamin
RMEAL = REFINT/REFMEAL
RABS = NMOL*REFMEAL*(ACTMAX*RMEAL/(ACTHALF+RMEAL)+PASSFD*RMEAL)
REFSTO = RABS/LWITH
REFTC = TCSHARE/(1.0-TCSHARE)*PERSTO*REFSTO
FLUX = (RABS+(LWOUT-LWITH)*REFSTO)/(1.0-RELSHAR)
KTISS = RELSHAR*FLUX/REFSTO
KTC = FLUX*PMOL/(REFTC*VPLAS)
EXSCALE = 1.0+RETHALF/REFSTO
SYNREL = (SYNHALF/REFSTO)**SYNHILL
; diet, absorption and kidneys of the person
LOOP = (LWOUT-LWITH)*IFAC
MEAL = INTK/MEALS
DIET = NMOL*MEALS*(FSTO*ACTMAX*MEAL/(ACTHALF+MEAL)*IFAC+PASSFD*MEAL)
IF (GFR.GT.0.0.AND.GFR.LT.REFGFR) THEN
RENHC = (GFR/REFGFR)**(-HCREN)
RENMM = (GFR/REFGFR)**(-MMREN)
ELSE
RENHC = 1.0
RENMM = 1.0
ENDIF
HCMADE = HCBASE*FHCY*RENHC
AGE0 = AGE+DAY0/{year}
; a dose by mouth or nose, in ug, gives so many nmol to the blood
IF (ROUT.EQ.2) THEN
F1 = NMOL*NASAL
ELSE
F1 = NMOL*(FSTO*ACTMAX/(ACTHALF+AMT)*IFAC+PASS*(1.0-FOOD)+PASSFD*FOOD)
ENDIF
"""

_STEADY = """
; steady state of the diet, at the first record and at a reset
EXCH = DIET/(LWOUT-LOOP)
EXHALF = 0.5*EXCH/EXSCALE
BODY0 = EXHALF+SQRT(EXHALF*(EXHALF+2.0*RETHALF))
TC0 = (DIET+(LOOP+KTISS)*EXCH)/KTC
LEVEL0 = (BODY0/REFSTO)**SYNHILL
IF (LEVEL0.GT.1.0) THEN
SYN0 = 1.0
ELSE
SYN0 = LEVEL0/(SYNREL+LEVEL0)*(1.0+SYNREL)
ENDIF
YEARS0 = AGE0+TIME/{year}
BASE0 = MMBASE*EXP(MMSLOPE*(YEARS0-MMAGE))
MMA0 = FMMA*RENMM*(BASE0+(MMCEIL-BASE0)/(1.0+(BODY0/MMHALF)**MMHILL))
IF (A_0FLG.EQ.1) THEN
A_0(2) = TC0
A_0(3) = BODY0-TC0
A_0(4) = FPLA*PERSTO*BODY0
A_0(5) = SYN0
A_0(6) = HCMADE/(HCSHARE*SYN0+1.0-HCSHARE)
A_0(7) = MMA0
ENDIF
"""

_DES = """
BODY = A(2)+A(3)
FREEST = EXSCALE*BODY/(BODY+RETHALF)
LEVEL = (BODY/REFSTO)**SYNHILL
IF (LEVEL.GT.1.0) THEN
SYNTAR = 1.0
ELSE
SYNTAR = LEVEL/(SYNREL+LEVEL)*(1.0+SYNREL)
ENDIF
BASE = MMBASE*EXP(MMSLOPE*(AGE0+T/{year}-MMAGE))
MMATAR = FMMA*RENMM*(BASE+(MMCEIL-BASE)/(1.0+(BODY/MMHALF)**MMHILL))
DADT(1) = -KREL*A(1)
DADT(2) = KREL*A(1)+DIET+(LOOP+KTISS)*FREEST*A(3)-KTC*A(2)
DADT(3) = KTC*A(2)-(LWOUT+KTISS)*FREEST*A(3)
DADT(4) = KHAPT*(FPLA*PERSTO*BODY-A(4))
DADT(5) = KSYN*(SYNTAR-A(5))
DADT(6) = KHCY*(HCMADE-A(6)*(HCSHARE*A(5)+1.0-HCSHARE))
DADT(7) = KMMA*(MMATAR-A(7))
"""

_ERROR = """
CARRIED = A(2)*PMOL/VPLAS
FREE = {free}
ROOM = CAPAC-CARRIED
IF (ROOM.LT.0.0) THEN
BOUND = 0.0
ELSE
IF (FREE.GT.ROOM) THEN
BOUND = ROOM
ELSE
BOUND = FREE
ENDIF
ENDIF
QTC = 0.0
QMMA = 0.0
QHCY = 0.0
IF (DVID.EQ.2) QTC = 1.0
IF (DVID.EQ.3) QMMA = 1.0
IF (DVID.EQ.4) QHCY = 1.0
QB12 = 1.0-QTC-QMMA-QHCY
CONC = QB12*(CARRIED+A(4)+FREE)+QTC*(CARRIED+BOUND)+QMMA*A(7)+QHCY*A(6)
IF (CONC.LT.{least}) THEN
IPRED = LOG({least})
ELSE
IPRED = LOG(CONC)
ENDIF
Y = IPRED+QB12*EPS(1)+QTC*EPS(2)+QMMA*EPS(3)+QHCY*EPS(4)
"""


def to_nonmem(
    table: Any,
    model: Model | None = None,
    *,
    ledger: Ledger | None = None,
    covariates: Mapping[str, float] | None = None,
) -> dict[str, str]:
    """Return the estimation of a table as a NONMEM control stream and its data file.

    The equations are those of the unreduced kinetics, from a dose to serum B12, holotranscobalamin, methylmalonate and
    homocysteine. They were compared with this package by a reader of the text, and were never run in NONMEM.

    Parameters
    ----------
    table, ledger, covariates
        As for :func:`estimate`.
    model : Model, optional
        Its scales become ETA and its noise SIGMA. Its entries become free THETA, within their ranges in the ledger;
        the SD of their priors is not written. Without entries the numbers of the routes and forms in the table are
        free. All other THETA are fixed. With one person every THETA is fixed and only the modes of ETA are asked for.

    Returns
    -------
    dict of str to str
        Content by file name: ``remyelin.ctl`` and ``remyelin.csv``. Time is in days, AMT in ug, compartments of
        cobalamin in nmol, and DV is the natural logarithm of the observation.

    Raises
    ------
    InputError
        For a table that cannot be read or has no observation, more injected products than NONMEM has compartments
        for, or an entry of the ledger that is no part of these equations or stands at an end of its range.

    Examples
    --------
    >>> from remyelin.analysis.estimation import Model, to_nonmem
    >>> rows = [
    ...     {"ID": 1, "TIME": 0, "EVID": 1, "AMT": 1000, "CMT": 3, "FORM": 1},
    ...     {"ID": 1, "TIME": 28, "EVID": 0, "DV": 700},
    ... ]
    >>> files = to_nonmem(rows, Model(scales=("plasma",)), covariates={"AGE": 60, "INTAKE": 5})
    >>> sorted(files)
    ['remyelin.csv', 'remyelin.ctl']
    >>> print(files["remyelin.csv"], end="")
    ID,TIME,EVID,MDV,DV,DVID,AMT,CMT,ROUT,FOOD,AGE,INTK,IFAC,GFR,DAY0
    1,0,1,1,0,0,1000,8,3,0,60,5,1,0,0
    1,28,0,0,6.55108033504,1,0,0,0,0,60,5,1,0,0
    """
    chosen = Model() if model is None else model
    numbers = Ledger.shipped() if ledger is None else ledger
    subjects = read_table(table, covariates)
    if not any(one.value[one.value > 0].size for subject in subjects for one in subject.occasions):
        raise InputError("nonmem: the table has no observation; nothing can be estimated.")
    products, places = injected(subjects), {}
    names = list(STATES)
    for i, (product, depot) in enumerate(products.items(), start=1):
        for into_depot in (True, False) if depot else (False,):
            names.append(f"{'DEPOT' if into_depot else 'PLASMA'}{i}")
            places[product, into_depot] = len(names)
    if len(names) > MOST_COMPARTMENTS:
        raise InputError(
            f"nonmem: {len(products)} injected products (amount and form) need {len(names)} compartments, and NONMEM "
            f"has {MOST_COMPARTMENTS}; split the table by product."
        )
    free = _free(chosen, subjects, products, numbers)
    control = [
        "$PROBLEM Cobalamin kinetics, written by remyelin and never run in NONMEM",
        f"$INPUT {' '.join(COLUMNS)}",
        f"$DATA {DATA} IGNORE=@",
        "$SUBROUTINES ADVAN13 TOL=9",
        "$MODEL",
        *(f"COMP=({name}{' DEFOBS' if name == 'HOLOTC' else ''})" for name in names),
        "$PK",
        *_pk(chosen, products, places),
        "$DES",
        *_des(products, places),
        "$ERROR",
        *_error(products, places),
        "$THETA",
        *(_theta(name, entry, numbers, entry in free) for name, entry in NUMBERS.items()),
        "$OMEGA",
        *(_variance(numbers[SCALES[name][1]], f"{FACTORS[name]}: logarithm") for name in chosen.scales),
        "$SIGMA",
        *(
            _variance(chosen.noise.get(name, numbers[f"readout_noise.{name}"]), f"{name}: logarithm")
            for name in MARKERS
        ),
        f"$ESTIMATION METHOD=1 MAXEVAL={9999 if len(subjects) > 1 else 0} NSIG=3 SIGL=9 NOABORT PRINT=5",
        "$TABLE ID TIME EVID DVID IPRED NOPRINT ONEHEADER FILE=remyelin.tab",
        f"$TABLE ID {' '.join(FACTORS.values())} NOPRINT ONEHEADER FIRSTONLY NOAPPEND FILE=remyelin.par",
    ]
    return {CONTROL: "\n".join(control) + "\n", DATA: data(subjects, places)}


def _free(
    model: Model, subjects: Sequence[Subject], products: Iterable[Injected], ledger: Ledger
) -> frozenset[str]:
    """Return the entries of the ledger that are estimated."""
    if not model.scales:
        raise InputError(
            "nonmem: a model without scales has no random effect; name one, as scales=('plasma',)."
        )
    for name in model.entries:
        if name not in NUMBERS.values():
            raise InputError(
                f"nonmem: {name!r} is no part of the control stream; {nearest(name, NUMBERS.values())}"
            )
    routes = {dose.route for subject in subjects for one in subject.occasions for dose in one.exposure.doses}
    names = set(model.entries) or {
        *(
            f"injection.{number}.{'hydroxo' if form == 'hydroxocobalamin' else 'cyano'}cobalamin"
            for _, form in products
            for number in ("retained_half_dose", "release_rate")
        ),
        *(["absorption.passive_share"] if "oral" in routes else []),
        *(["absorption.nasal_share"] if "nasal" in routes else []),
    }
    if len(subjects) == 1 and not model.entries:
        return frozenset()
    for name in sorted(names):
        low, high = ledger.entry(name).range or (float("-inf"), float("inf"))
        if not low < ledger[name] < high:
            raise InputError(
                f"nonmem: {name} stands at an end of its range ({low:g} to {high:g}); NONMEM begins inside it."
            )
    return frozenset() if len(subjects) == 1 else frozenset(names)


def _pk(
    model: Model, products: Mapping[Injected, bool], places: Mapping[tuple[Injected, bool], int]
) -> list[str]:
    etas = {name: f"EXP(ETA({i}))" for i, name in enumerate(model.scales, start=1)}
    lines = [f"{name} = THETA({i})" for i, name in enumerate(NUMBERS, start=1)]
    lines += [f"{factor} = {etas.get(name, '1.0')}" for name, factor in FACTORS.items()]
    lines += _text(_PK)
    for i, (amount, form) in enumerate(products, start=1):
        kind = "HY" if form == "hydroxocobalamin" else "CY"
        lines += [
            f"; {amount:g} ug {form} by injection: share kept, rate out of plasma, rate out of the depot",
            f"KCY{i} = 1.0/(1.0+({_number(amount)}/HALFCY)**RETEXP)",
            f"KEPT{i} = 1.0/(1.0+({_number(amount)}/HALF{kind})**RETEXP)",
            f"KOUT{i} = KREN*KCY{i}/((1.0-KCY{i})*KEPT{i})",
            f"KDEP{i} = KAD{kind}",
        ]
    lines += [f"F{place} = NMOL" for place in places.values()]
    return lines + _text(_STEADY)


def _des(products: Mapping[Injected, bool], places: Mapping[tuple[Injected, bool], int]) -> list[str]:
    lines = _text(_DES)
    store = lines.index(next(line for line in lines if line.startswith("DADT(3)")))
    for i, product in enumerate(products, start=1):
        plasma, depot = places[product, False], places.get((product, True))
        leaving = f"KDEP{i}*A({depot})" if depot else ""
        if depot:
            lines.append(f"DADT({depot}) = -{leaving}")
        lines.append(f"DADT({plasma}) = {leaving}-KOUT{i}*A({plasma})")
        lines[store] += f"&\n+KEPT{i}*KOUT{i}*A({plasma})"
    return lines


def _error(products: Mapping[Injected, bool], places: Mapping[tuple[Injected, bool], int]) -> list[str]:
    pools = "&\n+".join(f"A({places[product, False]})" for product in products)
    return _text(_ERROR.replace("{free}", f"({pools})*PMOL/VINJ" if pools else "0.0"))


def _text(template: str) -> list[str]:
    constants = {
        "nmol": MICROGRAM_TO_NMOL_COBALAMIN,
        "pmol": PMOL_PER_NMOL,
        "capacity": PG_PER_NG * MICROGRAM_TO_NMOL_COBALAMIN,
        "meals": MEALS,
        "year": DAYS_PER_YEAR,
        "least": LEAST,
    }
    for name, value in constants.items():
        template = template.replace(f"{{{name}}}", _number(value))
    return template.strip("\n").split("\n")


def _theta(name: str, entry: str, ledger: Ledger, free: bool) -> str:
    value, about = ledger[entry], ledger.entry(entry)
    low, high = about.range or (float("-inf"), float("inf"))
    start = f"({_number(low)}, {_number(value)}, {_number(high)})" if free else f"({_number(value)} FIX)"
    return f"{start} ; {name}: {entry}, {about.unit}, {about.kind}, {low:g} to {high:g}"


def _variance(spread: float, of: str) -> str:
    return f"{spread**2:.12g} ; {of}, a variance"


def _number(value: float) -> str:
    return repr(float(value)).upper()
