"""Sentences on waiting, with the advice first."""

from __future__ import annotations

import re
from typing import Any, Final

ADVICE: Final = "Treatment should not be delayed"
_LAST: Final = ", and treatment should not be delayed."


def advice_first(text: str) -> str:
    """Return sentences on waiting in an order that begins with the advice not to delay treatment.

    Parameters
    ----------
    text : str
        Of :mod:`remyelin.person.forecast_guard`.

    Returns
    -------
    str
        The same statements; a text without the advice as it is.

    Examples
    --------
    >>> advice_first("The model cannot tell. Treatment should not be delayed; blood is drawn first.")
    'Treatment should not be delayed; blood is drawn first. The model cannot tell.'
    >>> advice_first("The disease progresses, and treatment should not be delayed.")
    'Treatment should not be delayed. The disease progresses.'
    """
    if text.endswith(_LAST):
        return f"{ADVICE}. {text.removesuffix(_LAST)}."
    sentences = re.split(r"(?<=\.) ", text)
    return " ".join(sorted(sentences, key=lambda one: not one.startswith(ADVICE)))


def advised(sentences: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the sentences of a fit, with the advice first in the notice on waiting.

    Parameters
    ----------
    sentences : list of dict
        ``sentences`` of :func:`remyelin.person.inference.sentences.shown`.
    """
    return [
        {**item, "text": advice_first(item["text"])} if item["name"] == "waiting" else item
        for item in sentences
    ]
