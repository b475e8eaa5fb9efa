"""The outside of a fibre: potentials that electrodes impose on it, and potentials that it leaves at electrodes.

The fibre lies along x from x = 0, at y = z = 0, in an infinite homogeneous medium whose conductivity may
differ along the three axes. A current I at distance (x, y, z) raises the potential to::

    I / (4 pi sqrt(s_y s_z x^2 + s_x s_z y^2 + s_x s_y z^2))

(isotropic: I / (4 pi s r)). Written for potentials relative to the outside one, V_e, the double cable keeps
its equations and gains, in every compartment, the axial currents that V_e alone would drive: into the
axoplasm the sum over neighbours of g_i (V_e,nb - V_e), into the periaxonal space that of g_p. This is
exact, for any V_e(x, t).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from remyelin.base.checks import number
from remyelin.base.errors import InputError
from remyelin.base.units import POINT_SOURCE_MV, SPHERE, UV_PER_MV
from remyelin.fibre.checks import numbers, position
from remyelin.fibre.models.circuit import Circuit, circuit
from remyelin.fibre.models.fibre import Fibre, a_fibre
from remyelin.fibre.stimulation.stimulus import Stimulus
from remyelin.fibre.stimulation.waveform import Waveform

Array = NDArray[np.float64]
AXES = ("x", "y", "z")
Conductivity = float | tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Electrode:
    """A point electrode beside a fibre.

    Attributes
    ----------
    position : (3,) float
        x along the fibre from its start, y and z across, um.
    conductivity : float or (3,) float
        Of the medium, S/m; three numbers for x, y and z of an anisotropic one.

    Examples
    --------
    >>> from remyelin.fibre import Electrode
    >>> Electrode((8000.0, 2000.0, 0.0), 0.3).position
    (8000.0, 2000.0, 0.0)
    """

    position: tuple[float, float, float]
    conductivity: Conductivity

    @property
    def unit(self) -> str:
        """Unit of a stimulus amplitude at this source."""
        return "mA"

    def potential(self, fibre: Fibre) -> Array:
        """Return the potential (mV) of 1 mA at every compartment of a fibre, shape (n,)."""
        return point_source(fibre, self)

    def stimulus(self, fibre: Fibre, waveform: Waveform, amplitude: float = 1.0) -> Stimulus:
        """Return the stimulus of a current of `amplitude` times the waveform (mA)."""
        return extracellular_stimulus(fibre, amplitude * self.potential(fibre), waveform)


def above(fibre: Fibre, distance: float, conductivity: Conductivity, *, node: int | None = None) -> Electrode:
    """Return an electrode straight above a node, or above the middle of the fibre.

    Parameters
    ----------
    fibre : Fibre
    distance : float
        From the axis, um.
    conductivity : float or (3,) float
        S/m.
    node : int, optional

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import above, mrg
    >>> ledger = Ledger.shipped()
    >>> fibre = mrg(10.0, 5, ledger=ledger)
    >>> above(fibre, distance=1000.0, conductivity=0.2).position[1:]
    (1000.0, 0.0)
    """
    a_fibre(fibre, "electrode", 1)
    if node is None:
        x = 0.5 * float(fibre.length.sum())
    else:
        at = position(node, fibre.n_nodes, "node", "electrode", from_end=True)
        x = float(fibre.centres[fibre.nodes[at]])
    return Electrode((x, number(distance, "distance", "electrode", above=0.0, unit="um"), 0.0), conductivity)


def point_source(fibre: Fibre, electrode: Electrode) -> Array:
    """Return the potential (mV) of 1 mA at an electrode, at every compartment of the fibre, shape (n,).

    Parameters
    ----------
    fibre : Fibre
    electrode : Electrode

    Raises
    ------
    InputError
        If the electrode is inside the fibre, or a position or conductivity is impossible.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import above, point_source, mrg
    >>> ledger = Ledger.shipped()
    >>> fibre = mrg(10.0, 11, ledger=ledger)
    >>> point_source(fibre, above(fibre, 1000.0, 0.2)).shape == (fibre.n_compartments,)
    True
    """
    return POINT_SOURCE_MV * _transfer(fibre, electrode)


def extracellular_stimulus(fibre: Fibre, potential: ArrayLike, waveform: Waveform) -> Stimulus:
    """Turn a potential outside the fibre into a stimulus.

    Parameters
    ----------
    fibre : Fibre
    potential : (n,) array
        mV outside every compartment at waveform 1: of electrodes, of a field, of a solver of tissue.
    waveform : Waveform

    Returns
    -------
    Stimulus

    Raises
    ------
    InputError
        If there is not one finite potential per compartment.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import above, extracellular_stimulus, point_source, rectangular, mrg
    >>> ledger = Ledger.shipped()
    >>> fibre = mrg(10.0, 11, ledger=ledger)
    >>> potential = point_source(fibre, above(fibre, 1000.0, 0.2))
    >>> extracellular_stimulus(fibre, -potential, rectangular(0.1)).axoplasm.shape == potential.shape
    True
    """
    if not isinstance(waveform, Waveform):
        raise InputError(f"extracellular: a {type(waveform).__name__} is no Waveform.")
    return Stimulus(*imposed_currents(fibre, circuit(fibre), potential), waveform.sample)


def imposed_currents(fibre: Fibre, net: Circuit, potential: ArrayLike) -> tuple[Array, Array]:
    """Return the currents (nA) that a potential outside imposes on axoplasm and periaxonal space, each of shape (n,).

    Parameters
    ----------
    fibre : Fibre
    net : Circuit
        Of the fibre.
    potential : (n,) array
        mV outside every compartment.

    Raises
    ------
    InputError
        If there is not one finite potential per compartment.
    """
    outside = numbers(potential, "potential", "extracellular")
    if outside.shape != (fibre.n_compartments,):
        raise InputError(
            f"extracellular: give one finite potential per compartment ({fibre.n_compartments}), "
            f"not an array of shape {outside.shape}."
        )
    fall = np.diff(outside)
    axoplasm, periaxonal = np.zeros(len(outside)), np.zeros(len(outside))
    for current, conductance in ((axoplasm, net.axial), (periaxonal, net.periaxonal)):
        current[:-1] += conductance * fall
        current[1:] -= conductance * fall
    return axoplasm, periaxonal


def potential_at(
    fibre: Fibre, currents: ArrayLike, electrodes: tuple[Electrode, ...] | list[Electrode]
) -> Array:
    """Return the potential a fibre leaves at electrodes: the sum of its compartments' point currents.

    Parameters
    ----------
    fibre : Fibre
    currents : (..., n) array
        Current out of every compartment into the outside, nA.
    electrodes : sequence of Electrode

    Returns
    -------
    (..., electrodes) array
        uV, against a distant reference.

    Raises
    ------
    InputError
        For currents that are not one per compartment, or without an electrode.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import above, potential_at, mrg
    >>> ledger = Ledger.shipped()
    >>> fibre = mrg(10.0, 11, ledger=ledger)
    >>> import numpy as np
    >>> currents = np.zeros((1, fibre.n_compartments))
    >>> potential_at(fibre, currents, [above(fibre, 1000.0, 0.2)])
    array([[0.]])
    """
    leaving = numbers(currents, "currents", "extracellular")
    if leaving.shape[-1:] != (fibre.n_compartments,):
        raise InputError(f"extracellular: give one current per compartment ({fibre.n_compartments}).")
    if not electrodes or not all(isinstance(one, Electrode) for one in electrodes):
        raise InputError("extracellular: give at least one electrode, and nothing else.")
    # nA / (S/m um) is mV.
    transfer = np.array([_transfer(fibre, electrode) for electrode in electrodes])
    potential: Array = UV_PER_MV * leaving @ transfer.T
    return potential


def potential_of_point(
    position: tuple[float, float, float], conductivity: Conductivity, points: Array
) -> Array:
    """Return the potential (mV) that 1 mA at a position leaves at points in space, shape (k,).

    Parameters
    ----------
    position : (3,) float
        um.
    conductivity : float or (3,) float
        S/m.
    points : (k, 3) float
        um, none of them at the position itself.

    Raises
    ------
    InputError
        If the position or conductivity is impossible, or a point lies at the position.
    """
    where, (sx, sy, sz) = _medium(position, conductivity)
    x, y, z = (where - points).T
    scaled = np.sqrt(sy * sz * x**2 + sx * sz * y**2 + sx * sy * z**2)
    if not np.all(scaled > 0):
        raise InputError("electrode: it lies on the path of the fibre; move it away.")
    potential: Array = POINT_SOURCE_MV / (SPHERE * scaled)
    return potential


def _medium(position: ArrayLike, conductivity: Conductivity) -> tuple[Array, Array]:
    """Return a position (um) and three conductivities (S/m), checked."""
    where = numbers(position, "position", "electrode")
    if where.shape != (len(AXES),):
        raise InputError(f"electrode: position has shape {where.shape}; give three finite numbers, um.")
    sigma = numbers(conductivity, "conductivity", "electrode")
    if isinstance(conductivity, bool) or sigma.shape not in ((), (len(AXES),)) or not np.all(sigma > 0):
        raise InputError(
            f"electrode: conductivity is {sigma.tolist()}; give one or three numbers above 0 S/m."
        )
    return where, np.broadcast_to(sigma, (len(AXES),))


def _transfer(fibre: Fibre, electrode: Electrode) -> Array:
    """1 / (4 pi sigma r) between an electrode and every compartment, in 1/(S/m um)."""
    if not isinstance(electrode, Electrode):
        raise InputError(f"electrode: a {type(electrode).__name__} is no Electrode.")
    (x, y, z), (sx, sy, sz) = _medium(electrode.position, electrode.conductivity)
    _outside(fibre, x, float(np.hypot(y, z)), electrode)
    along = x - fibre.centres
    scaled = np.sqrt(sy * sz * along**2 + sx * sz * y**2 + sx * sy * z**2)
    transfer: Array = 1 / (SPHERE * scaled)
    return transfer


def _outside(fibre: Fibre, x: float, distance: float, electrode: Electrode) -> None:
    ends = np.cumsum(fibre.length)
    here = (ends - fibre.length <= x) & (x <= ends)
    if np.any(here) and distance <= 0.5 * float(np.max(fibre.sheath_diameter[here])):
        raise InputError(
            f"electrode: {electrode.position} um lies inside the fibre, whose radius there is "
            f"{0.5 * float(np.max(fibre.sheath_diameter[here])):g} um; move it outside."
        )
