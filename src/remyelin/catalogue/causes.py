"""Causes of deficiency by name, with the facts that a case, a record or a cohort needs of each.

What a cause does to the body stands in :data:`remyelin.cobalamin.causes.APPLIED`. Another package adds a cause by an
entry point of the group ``remyelin.causes`` that names a :class:`Cause` with its own ``applied``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from remyelin.base.extensions import Extensible


@dataclass(frozen=True, slots=True)
class Cause:
    """One cause of deficiency.

    Attributes
    ----------
    name : str
        As in the field ``cause.kind`` of a case.
    also : tuple of str
        Other names that a record may give it.
    partial : bool
        Whether it takes a share that a case may state: ``cause.lost``.
    gas : bool
        Whether it is an exposure to nitrous oxide, with hours a day and an end.
    covariate : str
        Covariate of a cohort that is the pace of this cause.
    unknown : bool
        Whether it is among those that an unknown cause may be, in the order of the entry ``record.causes``.
    applied : callable, optional
        Change of an exposure, of a cause that another package adds: takes the exposure in health, a
        :class:`remyelin.cobalamin.causes.Affected` and the ledger, and returns an exposure.
    """

    name: str
    also: tuple[str, ...] = ()
    partial: bool = False
    gas: bool = False
    covariate: str = ""
    unknown: bool = False
    applied: Callable[[Any, Any, Any], Any] | None = None

    @property
    def key(self) -> str:
        """Name within the ledger, as in ``prior.began.<key>``."""
        return self.name.replace(" ", "_")

    @property
    def stratum(self) -> str:
        """Group of patients whose traits those with this cause have: entries ``patient.<stratum>``."""
        return "nitrous_oxide" if self.gas else "deficiency"


NONE: Final = "none"
DIETS: Final = ("vegan", "vegan diet", "vegetarian", "strict vegetarian")
SHIPPED: Final = (
    Cause(NONE),
    Cause(
        "pernicious anaemia",
        ("pernicious anemia", "autoimmune gastritis", "intrinsic factor antibodies", "pa"),
        covariate="decline",
        unknown=True,
    ),
    Cause("gastrectomy", ("total gastrectomy",), unknown=True),
    Cause("vegan diet", DIETS, covariate="diet_intake", unknown=True),
    Cause("nitrous oxide", ("laughing gas", "n2o", "whippets", "whippits", "nangs"), gas=True, unknown=True),
    Cause("metformin", unknown=True),
    Cause(
        "ileal disease", ("ileal resection", "crohn disease", "crohn's disease"), partial=True, unknown=True
    ),
    Cause(
        "food-cobalamin malabsorption",
        ("atrophic gastritis", "proton pump inhibitor", "ppi"),
        partial=True,
        unknown=True,
    ),
    Cause("CD320 antibodies", partial=True),
)


def _refusal(value: Any) -> str:
    if not isinstance(value, Cause):
        return "is no remyelin.catalogue.causes.Cause"
    return "" if value.applied is not None else "has no function `applied`; give one"


CAUSES: Final = Extensible({cause.name: cause for cause in SHIPPED}, "remyelin.causes", _refusal)
"""Causes by name. An entry point that adds one has its name."""
#: Causes that an unknown one may be; the last entry of ``record.causes`` is that there is none.
UNKNOWN: Final = (*(cause.name for cause in SHIPPED if cause.unknown), NONE)


def cause_of(name: str) -> str | None:
    """Return the cause of a name or of another word for it, whatever the case; None for an unknown one.

    Examples
    --------
    >>> cause_of("N2O"), cause_of("gastric bypass")
    ('nitrous oxide', None)
    """
    wanted = " ".join(name.replace("_", " ").replace("-", " ").casefold().split())
    for cause in CAUSES.values():
        if wanted in (word.replace("-", " ").casefold() for word in (cause.name, *cause.also)):
            return cause.name
    return None


def partial_causes() -> tuple[str, ...]:
    """Return the causes that take a share."""
    return tuple(cause.name for cause in CAUSES.values() if cause.partial)


def gas_causes() -> tuple[str, ...]:
    """Return the causes that are an exposure to nitrous oxide."""
    return tuple(cause.name for cause in CAUSES.values() if cause.gas)


def paced_by(covariate: str) -> tuple[str, ...]:
    """Return the causes whose pace a covariate of a cohort is."""
    return tuple(cause.name for cause in CAUSES.values() if cause.covariate == covariate)
