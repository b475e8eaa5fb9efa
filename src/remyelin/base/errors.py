"""The exceptions of remyelin.

Every message is one sentence that says what is wrong, where, and what would be right.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

LONGEST_NAME: Final = 100


class RemyelinError(Exception):
    """Base of every error remyelin raises on purpose.

    Examples
    --------
    >>> from remyelin import InputError, RemyelinError, SimulationError
    >>> issubclass(InputError, RemyelinError), issubclass(SimulationError, RemyelinError)
    (True, True)
    """


class InputError(RemyelinError, ValueError):
    """Error in the user's input: a file, a key, a value, a unit, a name.

    Examples
    --------
    >>> from remyelin import InputError, load_case
    >>> try:
    ...     load_case('stabler-2031')
    ... except InputError as error:
    ...     print(error)
    no shipped case named 'stabler-2031'; did you mean 'stabler-2013'?
    """


class SimulationError(RemyelinError, RuntimeError):
    """A computation that should have worked did not; the input was valid.

    Examples
    --------
    >>> from remyelin import SimulationError
    >>> issubclass(SimulationError, ValueError)
    False
    """


class UncachedKernels(RuntimeWarning):
    """Compiled kernels cannot be kept: every process compiles its own."""


class Renamed(UserWarning):
    """A name of an earlier version was given; it still works."""


def nearest(name: str, known: Iterable[str]) -> str:
    """Return a hint naming the closest valid name, or the first few when none is close.

    Parameters
    ----------
    name : str
        What was given.
    known : iterable of str
        The valid names.

    Returns
    -------
    str
        ``"did you mean 'x'?"`` or ``"valid are: a, b, c"``.
    """
    names = sorted(known)
    # comparing takes the square of the length, and no name is so long
    close = get_close_matches(name[:LONGEST_NAME], names, n=1, cutoff=0.6)
    if close:
        return f"did you mean {close[0]!r}?"
    shown = ", ".join(names[:12])
    return f"valid are: {shown}{', ...' if len(names) > 12 else ''}"
