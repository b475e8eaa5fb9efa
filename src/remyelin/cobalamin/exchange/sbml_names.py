"""Units, names and annotations of the quantities of the SBML model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

SECONDS_PER_DAY: Final = 24 * 60 * 60
DAYS_PER_4_YEARS: Final = 4 * 365 + 1  # a quarter of it is the year of the model

Factor = tuple[str, int, int, float]
"""Kind of a base unit, exponent, scale (power of ten), multiplier."""
_DAY: Final[Factor] = ("second", 1, 0, SECONDS_PER_DAY)
_YEAR: Final[Factor] = ("second", 1, 0, SECONDS_PER_DAY * DAYS_PER_4_YEARS / 4)
_NMOL: Final[Factor] = ("mole", 1, -9, 1)
_PER_L: Final[Factor] = ("litre", -1, 0, 1)


def _per(factor: Factor) -> Factor:
    kind, exponent, scale, multiplier = factor
    return kind, -exponent, scale, multiplier


#: Definitions of units by identifier.
UNITS: Final[Mapping[str, tuple[Factor, ...]]] = {
    "day": (_DAY,),
    "year": (_YEAR,),
    "per_day": (_per(_DAY),),
    "per_year": (_per(_YEAR),),
    "day_per_year": (_DAY, _per(_YEAR)),
    "nmol": (_NMOL,),
    "nmol_per_day": (_NMOL, _per(_DAY)),
    "ug": (("gram", 1, -6, 1),),
    "ug_per_day": (("gram", 1, -6, 1), _per(_DAY)),
    "mg_per_day": (("gram", 1, -3, 1), _per(_DAY)),
    "nmol_per_ug": (_NMOL, ("gram", -1, -6, 1)),
    "pmol_per_nmol": (("mole", 1, -12, 1), _per(_NMOL)),
    "pmol_per_L": (("mole", 1, -12, 1), _PER_L),
    "nmol_per_L": (("mole", 1, -9, 1), _PER_L),
    "umol_per_L": (("mole", 1, -6, 1), _PER_L),
    "pmol_per_L_per_nmol": (("mole", 1, -12, 1), _PER_L, _per(_NMOL)),
    "mL_per_min": (("litre", 1, -3, 1), ("second", -1, 0, 60)),
}


@dataclass(frozen=True, slots=True)
class Quantity:
    """Unit, name and annotations of a quantity.

    Attributes
    ----------
    unit : str
        A key of :data:`UNITS`, or a base unit of SBML.
    name : str
    is_, of : tuple of str
        Identifiers of what it is, and of what it is a property: ``"chebi/CHEBI:17230"``.
    """

    unit: str
    name: str
    is_: tuple[str, ...] = ()
    of: tuple[str, ...] = ()


COBALAMIN: Final = "chebi/CHEBI:30411"
HOMOCYSTEINE: Final = "chebi/CHEBI:17230"
METHYLMALONATE: Final = "chebi/CHEBI:30860"
TRANSCOBALAMIN: Final = "uniprot/P20062"
HAPTOCORRIN: Final = "uniprot/P20061"
SYNTHASE: Final = "uniprot/Q99707"
ALBUMIN: Final = "uniprot/P02768"
#: Of the model: cobalamin metabolic process, in man.
PROCESS: Final = "go/GO:0009235"
TAXON: Final = "taxonomy/9606"

_ONE: Final = "dimensionless"

QUANTITIES: Final[Mapping[str, Quantity]] = {
    # states
    "gut": Quantity("nmol", "absorbed cobalamin in enterocytes", (COBALAMIN,)),
    "holotc_nmol": Quantity("nmol", "cobalamin on transcobalamin in plasma", (), (COBALAMIN, TRANSCOBALAMIN)),
    "store": Quantity("nmol", "cobalamin in tissues", (COBALAMIN,)),
    "oxidised": Quantity("nmol", "cobalamin oxidised by nitrous oxide, in tissues", (COBALAMIN,)),
    "haptocorrin": Quantity("pmol_per_L", "cobalamin on haptocorrin in serum", (), (COBALAMIN, HAPTOCORRIN)),
    "peripheral": Quantity(_ONE, "activity of methionine synthase, outside the brain", (), (SYNTHASE,)),
    "central": Quantity(_ONE, "activity of methionine synthase, brain and cord", (), (SYNTHASE,)),
    "homocysteine": Quantity("umol_per_L", "total homocysteine in plasma", (HOMOCYSTEINE,)),
    "mma": Quantity("nmol_per_L", "methylmalonate in serum", (METHYLMALONATE,)),
    "albumin": Quantity(_ONE, "albumin in cerebrospinal fluid over serum, per mille", (), (ALBUMIN,)),
    "csf": Quantity("pmol_per_L", "cobalamin in cerebrospinal fluid", (COBALAMIN,)),
    "tissue": Quantity(_ONE, "cobalamin of the brain, of the healthy", (), (COBALAMIN,)),
    # read-outs and what they follow from
    "day": Quantity("day", "day of the course; 0 is presentation"),
    "age": Quantity("year", "age"),
    "meal": Quantity("ug", "cobalamin released from one meal"),
    "food": Quantity("nmol_per_day", "cobalamin absorbed from food"),
    "stream": Quantity("nmol_per_day", "cobalamin absorbed from long runs of oral or nasal doses"),
    "body": Quantity("nmol", "cobalamin of the body", (COBALAMIN,)),
    "free_share": Quantity(_ONE, "share of the store that can leave it"),
    "destroyed": Quantity("per_day", "rate at which nitrous oxide destroys methionine synthase"),
    "oxidation": Quantity("per_day", "rate at which nitrous oxide oxidises cobalamin"),
    "captured": Quantity("nmol_per_day", "cobalamin that tissues take up from injections"),
    "free_nmol": Quantity("nmol", "injected cobalamin in plasma"),
    "free": Quantity("pmol_per_L", "injected cobalamin in plasma, not on transcobalamin from the gut"),
    "holotc_carried": Quantity("pmol_per_L", "cobalamin on transcobalamin from gut and bile"),
    "room": Quantity("pmol_per_L", "free binding capacity of plasma"),
    "b12": Quantity("pmol_per_L", "cobalamin in serum", (COBALAMIN,)),
    "holotc": Quantity("pmol_per_L", "holotranscobalamin in serum", (), (COBALAMIN, TRANSCOBALAMIN)),
    "fall": Quantity(_ONE, "share of homocysteine that folic acid removes"),
    "folate": Quantity(_ONE, "folate for methionine synthase, of the healthy"),
    "filtered": Quantity(_ONE, "filtration, of the healthy, at most 1"),
    "b6": Quantity(_ONE, "change of homocysteine by pyridoxine"),
    "mma_base": Quantity("nmol_per_L", "methylmalonate of the replete at this age"),
    "mma_target": Quantity("nmol_per_L", "methylmalonate that the store would sustain"),
    "albumin_normal": Quantity(_ONE, "albumin ratio of the healthy at this age, per mille"),
    "albumin_excess": Quantity(_ONE, "logarithm of homocysteine over its threshold for the barrier"),
    "csf_target": Quantity("pmol_per_L", "cobalamin of cerebrospinal fluid that plasma would sustain"),
    "methylation_peripheral": Quantity(_ONE, "methylation potential, outside the brain"),
    "methylation_central": Quantity(_ONE, "methylation potential, brain and cord"),
    # inputs
    "intake": Quantity("ug_per_day", "cobalamin eaten"),
    "intrinsic_factor": Quantity(_ONE, "working share of absorption by intrinsic factor"),
    "food_release": Quantity(_ONE, "share of cobalamin released from food"),
    "block": Quantity(_ONE, "share of receptors CD320 that are blocked"),
    "folate_status": Quantity(_ONE, "folate status, of the healthy"),
    "folic_acid": Quantity("mg_per_day", "folic acid taken"),
    "pyridoxine": Quantity("mg_per_day", "pyridoxine taken"),
    "filtration": Quantity("mL_per_min", "glomerular filtration per 1.73 m2"),
    # the person and the course
    "steady_exchangeable": Quantity("nmol", "exchangeable cobalamin at the start"),
    "steady_body": Quantity("nmol", "cobalamin of the body at the start"),
    "start_day": Quantity("day", "day of the course at time 0"),
    "age_at_0": Quantity("year", "age at presentation"),
    "meals": Quantity("per_day", "meals a day"),
    "store_scale": Quantity(_ONE, "active absorption of the person, of typical"),
    "plasma_scale": Quantity(_ONE, "cobalamin on haptocorrin at a given store, of typical"),
    "mma_scale": Quantity(_ONE, "methylmalonate at a given status, of typical"),
    "hcy_scale": Quantity(_ONE, "homocysteine at a given status, of typical"),
    "capacity": Quantity(_ONE, "capacity of methionine synthase, of typical"),
    # conversions
    "days_per_year": Quantity("day_per_year", "days in a year"),
    "nmol_per_ug": Quantity("nmol_per_ug", "nmol of cyanocobalamin in a microgram"),
    "per_mille": Quantity(_ONE, "a thousandth"),
    "pmol": Quantity("pmol_per_nmol", "pmol in a nmol"),
    # numbers of the model
    "active_max": Quantity("ug", "most that one meal or dose gives by intrinsic factor"),
    "active_half": Quantity("ug", "meal or dose that gives half of the most"),
    "passive_share_with_food": Quantity(_ONE, "share that is absorbed by diffusion, with food"),
    "release_rate": Quantity("per_day", "release from enterocytes"),
    "loss_without_loop": Quantity("per_day", "loss of the store without return from bile"),
    "loop_return": Quantity(
        "per_day", "share of the store that bile carries out and intrinsic factor returns"
    ),
    "tissue_release": Quantity("per_day", "release from tissues to plasma"),
    "retention_half": Quantity("nmol", "store of which half can leave"),
    "exchangeable_scale": Quantity(_ONE, "factor that makes all of the reference store exchangeable"),
    "reference_store": Quantity("nmol", "store of the reference person"),
    "b12_per_store": Quantity("pmol_per_L_per_nmol", "serum cobalamin on haptocorrin for a store"),
    "haptocorrin_rate": Quantity("per_day", "turnover of cobalamin on haptocorrin"),
    "transcobalamin_rate": Quantity("per_day", "turnover of cobalamin on transcobalamin"),
    "plasma_volume": Quantity("litre", "volume of plasma"),
    "injection_volume": Quantity("litre", "volume in which injected cobalamin spreads"),
    "binding_capacity": Quantity("pmol_per_L", "capacity of transcobalamin"),
    "synthase_half_store": Quantity("nmol", "store at which methionine synthase is half saturated"),
    "synthase_hill": Quantity(_ONE, "Hill exponent of that saturation"),
    "synthase_turnover": Quantity("per_day", "renewal of methionine synthase"),
    "oxidation_rate": Quantity("per_day", "largest rate at which nitrous oxide oxidises cobalamin"),
    "oxidised_loss": Quantity("per_day", "loss of oxidised cobalamin"),
    "homocysteine_baseline": Quantity("umol_per_L", "homocysteine of the healthy"),
    "homocysteine_turnover": Quantity("per_day", "turnover of homocysteine"),
    "homocysteine_synthase_share": Quantity(_ONE, "share of homocysteine that methionine synthase removes"),
    "folic_acid_max": Quantity(_ONE, "largest fall of homocysteine under folic acid"),
    "folic_acid_half": Quantity("mg_per_day", "folic acid of half that fall"),
    "pyridoxine_change": Quantity(_ONE, "change of homocysteine under pyridoxine"),
    "homocysteine_renal_exponent": Quantity(_ONE, "exponent of homocysteine over filtration"),
    "methylmalonate_baseline": Quantity("nmol_per_L", "methylmalonate of the replete"),
    "methylmalonate_baseline_age": Quantity("year", "age of that baseline"),
    "methylmalonate_age_slope": Quantity("per_year", "rise of its logarithm with age"),
    "methylmalonate_ceiling": Quantity("nmol_per_L", "methylmalonate without any cobalamin"),
    "methylmalonate_half_store": Quantity("nmol", "store at which methylmalonate has risen by half"),
    "methylmalonate_hill": Quantity(_ONE, "Hill exponent of that rise"),
    "methylmalonate_turnover": Quantity("per_day", "turnover of methylmalonate"),
    "methylmalonate_renal_exponent": Quantity(_ONE, "exponent of methylmalonate over filtration"),
    "reference_filtration": Quantity("mL_per_min", "filtration of the healthy per 1.73 m2"),
    "methylation_floor": Quantity(_ONE, "methylation without methionine synthase"),
    "sufficient_synthase": Quantity(_ONE, "activity of methionine synthase that suffices"),
    "local_share_peripheral": Quantity(_ONE, "share of remethylation by the enzyme, outside the brain"),
    "local_share_central": Quantity(_ONE, "share of remethylation by the enzyme, brain and cord"),
    "csf_b12": Quantity("pmol_per_L", "cobalamin of cerebrospinal fluid of the healthy"),
    "entry_half": Quantity("pmol_per_L", "holotranscobalamin of half the entry by CD320"),
    "reference_holotc": Quantity("pmol_per_L", "holotranscobalamin of the reference person"),
    "csf_rate": Quantity("per_day", "turnover of cobalamin in cerebrospinal fluid"),
    "brain_tissue_rate": Quantity("per_day", "turnover of cobalamin of the brain"),
    "albumin_gain": Quantity(_ONE, "rise of the albumin ratio with the logarithm of homocysteine"),
    "albumin_threshold": Quantity("umol_per_L", "homocysteine from which the barrier leaks"),
    "albumin_time": Quantity("day", "time constant of the barrier"),
}


def quantity(name: str) -> Quantity:
    """Return unit, name and annotations of a quantity; pools of injections are numbered.

    Raises
    ------
    KeyError
        If there is none of that name.
    """
    pool, _, number = name.rpartition("_")
    if pool in ("depot", "plasma") and number.isdigit():
        where = "in the depot" if pool == "depot" else "in plasma"
        return Quantity("nmol", f"injected cobalamin {where}, product {number}", (COBALAMIN,))
    return QUANTITIES[name]
