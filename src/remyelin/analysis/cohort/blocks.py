"""Named blocks of covariates, which populations share by name instead of copying them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from remyelin.base.errors import nearest


@cache
def shipped_blocks() -> Mapping[str, Mapping[str, Any]]:
    """Return the blocks by name: description, ``covariate`` tables and ``correlation`` rows."""
    text = files("remyelin.analysis.cohort").joinpath("blocks.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def expanded(data: Mapping[str, Any]) -> dict[str, Any]:
    """Put the blocks that the key ``use`` names into the covariates of a population.

    A covariate of the population itself stands in place of that of a block.

    Parameters
    ----------
    data : mapping
        As read from a population file.

    Returns
    -------
    dict
        Without ``use``.

    Raises
    ------
    ValueError
        For an unknown block, or one covariate in two blocks.

    Examples
    --------
    >>> from remyelin.analysis.cohort.blocks import expanded
    >>> sorted(expanded({"use": ["half-women", "mixed-diet"]})["covariate"])
    ['intake', 'sex']
    """
    if "use" not in data:
        return dict(data)
    names, known = data["use"], shipped_blocks()
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        raise ValueError(f'use: must be a list of blocks, as ["heights"], not {names!r}.')
    own = data.get("covariate", {})
    covariates: dict[str, Any] = {}
    correlations: list[Any] = []
    given_by: dict[str, str] = {}
    for name in names:
        if name not in known:
            raise ValueError(f"use: no block {name!r}; {nearest(name, known)}")
        for covariate, spread in known[name]["covariate"].items():
            if covariate in given_by and covariate not in own:
                raise ValueError(
                    f"use: blocks {given_by[covariate]!r} and {name!r} both give {covariate!r}; keep one of them."
                )
            given_by[covariate] = name
            covariates[covariate] = spread
        correlations += known[name].get("correlation", ())
    found = {key: value for key, value in data.items() if key != "use"}
    if isinstance(own, Mapping):
        found["covariate"] = {**covariates, **own}
    if correlations:
        stated = {frozenset(row.get("of", ())) for row in data.get("correlation", ())}
        found["correlation"] = [
            *(row for row in correlations if frozenset(row["of"]) not in stated),
            *data.get("correlation", ()),
        ]
    return found
