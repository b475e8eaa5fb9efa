"""Fibre models by name: those of this package, and those that other packages add."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from remyelin.base.errors import InputError, nearest
from remyelin.base.extensions import Extensible
from remyelin.base.units import BODY_TEMPERATURE
from remyelin.evidence import Ledger
from remyelin.fibre.models.c_fibres import rattay_c_fibre, thio_c_fibre, tigerholm_c_fibre
from remyelin.fibre.models.fibre import Fibre
from remyelin.fibre.models.gaines import gaines_motor, gaines_sensory
from remyelin.fibre.models.mrg import mrg, mrg_interpolated, pena
from remyelin.fibre.models.sundt import sundt_c_fibre
from remyelin.fibre.models.sweeney import sweeney

GROUP: Final = "remyelin.fibres"
"""Group of entry points by which another package adds a model: each loads to a :class:`FibreModel`."""


@dataclass(frozen=True, slots=True)
class FibreModel:
    """A model of a fibre that can be built by its name.

    Attributes
    ----------
    build : callable
        Takes a diameter (um) and a size, and by keyword ``temperature`` (degrees C), ``ledger`` and what else the model
        has; returns a :class:`Fibre`.
    myelinated : bool
        Whether the size is a number of nodes. Of an unmyelinated fibre it is a length in mm.
    title : str
        Author and year, or another short name.

    Examples
    --------
    >>> from remyelin.fibre import MODELS
    >>> MODELS["gaines_motor"].title, MODELS["sundt"].myelinated
    ('Gaines 2018, motor', False)
    """

    build: Callable[..., Fibre]
    myelinated: bool
    title: str


_SHIPPED: Final = {
    "mrg": FibreModel(mrg, True, "McIntyre 2002"),
    "mrg_interpolated": FibreModel(mrg_interpolated, True, "McIntyre 2002, any diameter"),
    "pena": FibreModel(pena, True, "Pena 2024"),
    "gaines_motor": FibreModel(gaines_motor, True, "Gaines 2018, motor"),
    "gaines_sensory": FibreModel(gaines_sensory, True, "Gaines 2018, sensory"),
    "sweeney": FibreModel(sweeney, True, "Sweeney 1987"),
    "rattay": FibreModel(rattay_c_fibre, False, "Rattay 1993"),
    "sundt": FibreModel(sundt_c_fibre, False, "Sundt 2015"),
    "tigerholm": FibreModel(tigerholm_c_fibre, False, "Tigerholm 2014"),
    "thio_autonomic": FibreModel(partial(thio_c_fibre, "autonomic"), False, "Thio 2024, autonomic"),
    "thio_cutaneous": FibreModel(partial(thio_c_fibre, "cutaneous"), False, "Thio 2024, cutaneous"),
}

MODELS: Final = Extensible(
    _SHIPPED,
    GROUP,
    lambda model: "" if isinstance(model, FibreModel) else "is no remyelin.fibre.FibreModel",
)
"""Fibre models by name: those of this package, then those that other packages add."""


def fibre_of(
    model: str,
    diameter_um: float,
    size: float,
    *,
    temperature: float = BODY_TEMPERATURE,
    ledger: Ledger | None = None,
    **options: Any,
) -> Fibre:
    """Build a fibre of a model by the model's name.

    Parameters
    ----------
    model : str
        A key of :data:`MODELS`.
    diameter_um : float
        Outer diameter, um.
    size : float
        Nodes of a myelinated fibre, length (mm) of an unmyelinated one.
    temperature : float
        Degrees C.
    ledger : Ledger, optional
        The shipped one when omitted.
    **options
        What else the model takes, as ``grid="converged"`` of MRG.

    Returns
    -------
    Fibre

    Raises
    ------
    InputError
        For an unknown model, an option that the model does not have, or a diameter or size it cannot be built with.
        An error raised inside a model of another package is passed on as it is.

    Examples
    --------
    >>> from remyelin.fibre import MODELS, conduct, fibre_of
    >>> myelinated = [name for name, model in MODELS.items() if model.myelinated]
    >>> data = conduct([fibre_of(name, 10.0, 21) for name in myelinated])
    >>> bool(data["conducts"].all())
    True
    """
    if model not in MODELS:
        raise InputError(f"no fibre model named {model!r}; {nearest(model, MODELS)}")
    chosen = MODELS[model]
    numbers = Ledger.shipped() if ledger is None else ledger
    try:
        inspect.signature(chosen.build).bind(
            diameter_um, size, temperature=temperature, ledger=numbers, **options
        )
    except ValueError:  # a callable that does not say what it takes
        pass
    except TypeError as error:
        where = f"help(remyelin.fibre.MODELS[{model!r}].build)"
        raise InputError(f"fibre model {model!r}: {error}; {where} lists its arguments.") from error
    made = chosen.build(diameter_um, size, temperature=temperature, ledger=numbers, **options)
    if not isinstance(made, Fibre):
        raise InputError(f"fibre model {model!r} returned a {type(made).__name__}, not a Fibre.")
    return made
