"""Answer of a fit as report and page show it."""

from __future__ import annotations

from typing import Any

from remyelin.base.units import DAYS_PER_MONTH
from remyelin.person.inference.answer import answer, last_treated, treatment_end, when_ended
from remyelin.person.inference.forecast import Forecast
from remyelin.person.inference.posterior import Posterior
from remyelin.person.inference.sentences import shown


def answered(posterior: Posterior, found: Forecast) -> dict[str, Any]:
    """Return the answer of a fit with its rows and sentences.

    A recorded treatment that ends is said before the numbers: its end would read as failure of the treatment, and the
    published schedules beside it, which go on, as better ones.
    """
    data = shown(answer(posterior, found), found)
    ended = treatment_end(posterior)
    if data["ends"] and ended:
        if data["ends"][0]["treated"]:  # of a treatment over before day 0 the label says so
            data["ends"][0]["label"] += ", then none"
            _say_ended(data["strip"], last_treated(posterior))
        for item in data["sentences"]:
            if item["text"] in ended:
                item |= {"place": "head", "name": "treatment ends"}
    return data


def _say_ended(strip: list[dict[str, str]], last: float | None) -> None:
    """Add to every card of a date after the end of the recorded treatment that it has ended.

    What follows then is a relapse, and would frighten as what remains under treatment.
    """
    if last is None:
        return
    for card in strip:
        if card["key"] == "end" or (card["key"] == "year" and last < 12 * DAYS_PER_MONTH):
            card["words"] += f"; the recorded treatment ended {when_ended(last)}"
        if card["key"] == "end":
            card["title"] = (
                f"{card['title'].replace('Remaining disability', 'Disability')}, after treatment ended"
            )
