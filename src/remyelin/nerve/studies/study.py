"""Study: the base class of all kinds of nerve study, and the point at which another package adds one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Final

from remyelin.evidence import Ledger
from remyelin.nerve.anatomy.branches import Array
from remyelin.nerve.conduction.volley import Volley
from remyelin.nerve.signals.responses import Waveform
from remyelin.nerve.studies.findings import Row
from remyelin.nerve.studies.laboratory import Laboratory

GROUP: Final = "remyelin.studies"
"""Group of entry points: the name of each is that of a study, and it loads to a :class:`Study`."""
Conduct = Callable[[str, str, float, float], Volley]
"""Conduction along a branch, of a population of fibres, from one distance to another (mm from the cell bodies)."""
Dated = list[tuple[Row, Waveform | None]]
"""A row of the table, and its waveform, by date."""


class Study(ABC):
    """One kind of nerve study with its settings; :data:`remyelin.nerve.STUDIES` holds those of the battery by name.

    A new kind is a frozen dataclass in a file of its own, and one entry of ``STUDIES``. Its norms stand in the ledger
    as ``norm.<key>.<quantity>``.

    Examples
    --------
    >>> from remyelin.evidence import Ledger
    >>> from remyelin.nerve import STUDIES
    >>> STUDIES["sural"].sites("sural", Ledger.shipped())
    {'ankle': ('amplitude', 'velocity')}
    """

    __slots__ = ()

    @abstractmethod
    def perform(self, name: str, lab: Laboratory, along: Conduct, states: Mapping[str, Array]) -> list[Dated]:
        """Make the study at every date.

        Parameters
        ----------
        name : str
            Of the study in the battery.
        lab : Laboratory
        along : callable
            Conduction of a stretch at all dates; stretches that several studies ask for are computed once.
        states : mapping of str to (date, segment) array
            Myelin and axons.

        Returns
        -------
        list of Dated
            One item for each site or wave: its row, and its waveform or None, at every date.
        """

    @abstractmethod
    def sites(self, name: str, ledger: Ledger) -> Mapping[str, tuple[str, ...]]:
        """Return the sites or waves that :meth:`perform` gives, and the quantities of each that have a norm."""
