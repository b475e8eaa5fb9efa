"""Sweeps: one case over values of ledger entries or of its own fields."""

from __future__ import annotations

import itertools
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any, Final

import numpy as np
import xarray as xr

from remyelin.base.errors import InputError, nearest
from remyelin.base.log import Task
from remyelin.evidence import Ledger
from remyelin.person.case import Case, load_case, to_toml_data
from remyelin.person.chain import Chain
from remyelin.person.plans import plans_of
from remyelin.person.subject import exposure_of, placed, subject_of

DEFAULT_OUTPUTS: Final = ("b12", "mma", "disability")
MOST_RUNS: Final = 10_000
NO_ADVICE: Final = (
    "A later start in a sweep is no advice: the model cannot tell the cost of waiting, and treatment should not be "
    "delayed."
)
#: Parts of a case that fix the dates of the result, which all runs share.
FIXED: Final = ("plan", "name", "title", "kind")

Value = float | str


def sweep(
    case: Case | str,
    values: Mapping[str, Sequence[Value]],
    outputs: Sequence[str] = DEFAULT_OUTPUTS,
    *,
    ledger: Ledger | None = None,
    workers: int = 1,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> xr.Dataset:
    """Compute a case for every combination of values, treated as given.

    The person is placed by laboratory values alone; reported findings are not used.

    Only the chain from dose to symptom is run: no other plans, no bands and no nerve studies. Starts later in a sweep
    are no advice: the model cannot tell the cost of waiting, and treatment should not be delayed. A dataset over starts
    of treatment says so in its attribute ``caution``.

    Parameters
    ----------
    case : Case or str
        A case, or the name of a shipped case or of a file.
    values : mapping of str to sequence
        Names of ledger entries (``"myelin.shared.injury"``) or dotted fields of the case (``"person.age"``,
        ``"cause.began"``, ``"labs.b12"``, ``"treatment.0.start"``), each with its values: numbers in the unit of the
        entry, or text with a unit as in a case file.
    outputs : sequence of str
        Variables of a course, such as ``"b12"``, ``"severity"``, ``"conducted"`` or ``"disability"``.
    ledger : Ledger, optional
        The shipped one when omitted.
    workers : int
        Processes; the result does not depend on their number. A script that asks for more than one needs
        ``if __name__ == "__main__":``.
    progress : callable
        Called with the number of runs done and the number of all.

    Returns
    -------
    Dataset
        The outputs over one dimension for each swept name and ``time`` (days from presentation), and over
        compartment, pathway or symptom where they have them.

    Raises
    ------
    InputError
        For an unknown name or output, a value that does not fit, or more than 10,000 runs.

    Examples
    --------
    >>> from remyelin import sweep
    >>> found = sweep("vegan-diet", {"cause.began": ["-10 y", "-20 y"], "person.age": ["40 y", "70 y"]}, ["b12"])
    >>> dict(found.sizes)
    {'cause.began': 2, 'person.age': 2, 'time': 54}
    >>> bool(found["b12"][0, 0, 0] > found["b12"][1, 0, 0])
    True
    """
    found_case = load_case(case) if isinstance(case, str) else case
    found_ledger = Ledger.shipped() if ledger is None else ledger
    lists = {name: list(given) for name, given in values.items()}
    _check(lists, outputs, workers, found_ledger)
    # every combination is read before anything is computed, so that a bad one is named at once
    combinations = list(itertools.product(*lists.values()))
    tasks = [
        (*_changed(found_case, found_ledger, dict(zip(lists, chosen, strict=True))), tuple(outputs))
        for chosen in combinations
    ]
    results: list[xr.Dataset] = []
    task = Task("sweep", "sweep of %s, %d runs, %d workers", found_case.name, len(tasks), workers)
    progress(0, len(tasks))
    if workers == 1:
        for one in tasks:
            results.append(_run(one))
            progress(len(results), len(tasks))
    else:
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            try:
                with _interrupts_held():
                    running = pool.map(_run, tasks)
                for result in running:
                    results.append(result)
                    progress(len(results), len(tasks))
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
    task.done()
    return _gathered(results, lists)


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Hold interrupts back while processes start, which inherit that: a Ctrl-C is for the driver alone.

    A worker that dies of one breaks the pool, and the driver would wait for it for good.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _check(
    values: Mapping[str, Sequence[Value]], outputs: Sequence[str], workers: int, ledger: Ledger
) -> None:
    if not values:
        raise InputError(
            "sweep: give at least one name with its values, as {'person.age': ['40 y', '70 y']}."
        )
    for name, given in values.items():
        if not given:
            raise InputError(f"sweep: {name!r} has no values; give one or more.")
        if name not in ledger and name.partition(".")[0] not in Case.model_fields:
            known = [*ledger, *(f"{field}." for field in Case.model_fields)]
            raise InputError(
                f"sweep: {name!r} is neither a ledger entry nor a field of a case; {nearest(name, known)}"
            )
        if name.partition(".")[0] in FIXED:
            raise InputError(
                f"sweep: {name!r} cannot be swept: all runs share the dates and the name of the case."
            )
    runs = int(np.prod([len(given) for given in values.values()]))
    if runs > MOST_RUNS:
        raise InputError(f"sweep: {runs} runs are asked for; give at most {MOST_RUNS} combinations.")
    if isinstance(outputs, str) or not outputs:
        raise InputError("sweep: outputs must be a list of one or more variables, as ['b12', 'disability'].")
    if workers < 1:
        raise InputError(f"sweep: workers must be at least 1, not {workers}.")


def _changed(case: Case, ledger: Ledger, chosen: Mapping[str, Value]) -> tuple[Case, Ledger]:
    """Return the case and the ledger with values replaced."""
    numbers: dict[str, float | str] = {name: value for name, value in chosen.items() if name in ledger}
    fields = {name: value for name, value in chosen.items() if name not in ledger}
    if fields:
        data = to_toml_data(case)
        for name, value in fields.items():
            _put(data, name.split("."), value, name)
        case = Case.model_validate(data) if not _problem(data) else _refused(data, chosen)
    return case, ledger.replace(numbers) if numbers else ledger


def _put(data: Any, path: Sequence[str], value: Value, name: str) -> None:
    *parents, last = path
    here = data
    for part in parents:
        if isinstance(here, list):
            if not part.isdigit() or int(part) >= len(here):
                raise InputError(f"sweep: {name!r}: the case has {len(here)} of these; count from 0.")
            here = here[int(part)]
        else:
            here = here.setdefault(part, {})
    if not isinstance(here, dict):
        raise InputError(f"sweep: {name!r} does not name a single field of the case.")
    here[last] = value


def _problem(data: Mapping[str, Any]) -> str:
    from pydantic import ValidationError

    try:
        Case.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg'].removeprefix('Value error, ')}"
    return ""


def _refused(data: Mapping[str, Any], chosen: Mapping[str, Value]) -> Case:
    at = ", ".join(f"{name} = {value}" for name, value in chosen.items())
    raise InputError(f"sweep: at {at} the case is not valid: {_problem(data).rstrip('.')}.")


def _run(task: tuple[Case, Ledger, tuple[str, ...]]) -> xr.Dataset:
    """Compute one combination; kept are the days from presentation on, which all combinations share."""
    case, ledger, outputs = task
    person = placed(case, ledger)
    who, chain = subject_of(case, person), Chain(ledger)
    plan = plans_of(case, person)[0]
    chemistry = chain.with_chances(exposure_of(who, plan, ledger), who.times)
    rates = chain.rates_of(person.traits)
    states = chain.myelin(chemistry, who.body, rates, coexisting=case.coexisting)
    kept = chemistry["time"].to_numpy()
    kept = kept[kept >= 0.0]
    pathways = chain.conduction(states.sel(time=kept), who.body, coexisting=case.coexisting)
    clinical = chain.clinical_state(pathways, chemistry["mental"].sel(time=kept), person.traits, person.age)
    whole = xr.merge(
        [chemistry.sel(time=kept), states.sel(time=kept), pathways.rename(axons="pathway_axons"), clinical],
        combine_attrs="drop_conflicts",
    )
    unknown = [name for name in outputs if name not in whole]
    if unknown:
        raise InputError(f"sweep: no output {unknown[0]!r}; {nearest(unknown[0], [str(n) for n in whole])}")
    return whole[list(outputs)]


def _gathered(results: Sequence[xr.Dataset], values: Mapping[str, Sequence[Value]]) -> xr.Dataset:
    """Return the results over one dimension for each swept name."""
    order = list(results)
    for name in reversed(list(values)):
        size = len(values[name])
        index = xr.DataArray(list(values[name]), dims=name, name=name)
        order = [xr.concat(order[start : start + size], dim=index) for start in range(0, len(order), size)]
    late = any(name.startswith("treatment.") and name.endswith(".start") for name in values)
    return order[0].assign_attrs(caution=NO_ADVICE) if late else order[0]
