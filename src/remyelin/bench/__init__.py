"""remyelin against its rivals, measured in one run."""

from __future__ import annotations

import importlib
from collections.abc import Callable

from remyelin.base.errors import InputError, nearest

#: Name of a benchmark, and the module whose ``compare(progress)`` yields its rows.
BENCHMARKS = {
    "fibre": "remyelin.bench.fibre",
    "battery": "remyelin.bench.battery",
    "cobalamin": "remyelin.bench.cobalamin",
    "cohort": "remyelin.bench.cohort",
    "web": "remyelin.bench.web",
}


def run_benchmark(name: str, progress: Callable[[str], None] = lambda step: None) -> list[dict[str, object]]:
    """Run a benchmark.

    Parameters
    ----------
    name : str
        One of :data:`BENCHMARKS`.
    progress : callable, optional
        Called with the name of each step as it begins.

    Returns
    -------
    list of dict
        ``what, rival, ours_s, rival_s, ratio, ours_error, rival_error``; see
        :class:`~remyelin.bench.rows.Row`.

    Raises
    ------
    InputError
        If there is no such benchmark.
    """
    if name not in BENCHMARKS:
        raise InputError(f"no benchmark named {name!r}; {nearest(name, BENCHMARKS)}")
    return [row.as_dict() for row in importlib.import_module(BENCHMARKS[name]).compare(progress)]
