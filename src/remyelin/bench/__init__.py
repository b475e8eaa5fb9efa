"""remyelin against its rivals, measured in one run."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Collection

from remyelin.base.errors import InputError, nearest

#: Name of a benchmark, and the module whose ``compare(progress)`` yields its rows.
BENCHMARKS = {
    "fibre": "remyelin.bench.fibre",
    "battery": "remyelin.bench.battery",
    "cobalamin": "remyelin.bench.cobalamin",
    "cohort": "remyelin.bench.cohort",
    "trial": "remyelin.bench.trial",
    "web": "remyelin.bench.web",
}


def run_benchmark(
    name: str, progress: Callable[[str], None] = lambda step: None, rows: Collection[str] = ()
) -> list[dict[str, object]]:
    """Run a benchmark.

    Parameters
    ----------
    name : str
        One of :data:`BENCHMARKS`.
    progress : callable, optional
        Called with the name of each step as it begins.
    rows : collection of str, optional
        Parts of the benchmark to run, of those that have parts; all when omitted.

    Returns
    -------
    list of dict
        ``what, rival, ours_s, rival_s, ratio, ours_error, rival_error``; see
        :class:`~remyelin.bench.rows.Row`.

    Raises
    ------
    InputError
        If there is no such benchmark or part.
    """
    if name not in BENCHMARKS:
        raise InputError(f"no benchmark named {name!r}; {nearest(name, BENCHMARKS)}")
    module = importlib.import_module(BENCHMARKS[name])
    if not rows:
        return [row.as_dict() for row in module.compare(progress)]
    parts: dict[str, object] = getattr(module, "PARTS", {})
    for part in rows:
        if not parts:
            raise InputError(f"the benchmark {name!r} has no parts; run all of it.")
        if part not in parts:
            raise InputError(f"the benchmark {name!r} has no part {part!r}; {nearest(part, parts)}")
    return [row.as_dict() for row in module.compare(progress, rows)]
