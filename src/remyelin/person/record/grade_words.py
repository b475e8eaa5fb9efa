"""Words for the degree of a finding, and the levels that each can mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_NONE: Final = (
    "none",
    "no",
    "absent",
    "negative",
    "0",
    "normal",
    "not present",
    "resolved",
    "gone",
    "recovered",
    "n",
    "neg",
    "nil",
    "-",
)
_ANY: Final = ("present", "yes", "positive", "pos", "y", "+", "abnormal")
WORDS: Final[Mapping[str, Mapping[str, tuple[int, int]]]] = {
    "severity": {
        **dict.fromkeys(_NONE, (0, 0)),
        **dict.fromkeys(_ANY, (1, 3)),
        "mild": (1, 1),
        **dict.fromkeys(("slight", "occasional", "minimal"), (1, 1)),
        **dict.fromkeys(("intermittent", "some"), (1, 2)),
        "moderate": (2, 2),
        **dict.fromkeys(("marked", "significant"), (2, 3)),
        **dict.fromkeys(("severe", "profound", "complete", "very severe"), (3, 3)),
        "walks": (0, 1),
        "walks alone": (0, 1),
        "aid": (2, 2),
        "walks with aid": (2, 2),
        "unable": (3, 3),
        **dict.fromkeys(
            (
                "cannot walk",
                "wheelchair",
                "wheelchair bound",
                "bedbound",
                "bed bound",
                "bedridden",
                "chairbound",
                "unable to walk",
                "non ambulatory",
                "nonambulatory",
            ),
            (3, 3),
        ),
        **dict.fromkeys(("ataxic", "unsteady"), (1, 3)),
        **dict.fromkeys(
            (
                "cane",
                "stick",
                "sticks",
                "canes",
                "crutch",
                "crutches",
                "walker",
                "frame",
                "rollator",
                "zimmer frame",
            ),
            (2, 2),
        ),
    },
    "sense": {
        "normal": (0, 0),
        "intact": (0, 0),
        "preserved": (0, 0),
        "mild": (1, 1),
        "slightly reduced": (1, 1),
        **dict.fromkeys(("reduced", "decreased", "diminished"), (1, 2)),
        "impaired": (1, 3),
        "abnormal": (1, 3),
        "moderate": (2, 2),
        "severe": (3, 3),
        "lost": (3, 3),
        "absent": (3, 3),
    },
    "jerk": {
        # the numbers are those of the scale from 0 to 4+
        **dict.fromkeys(("absent", "0", "lost", "areflexia"), (0, 0)),
        **dict.fromkeys(
            ("reduced", "decreased", "diminished", "depressed", "sluggish", "trace", "+", "1", "1+"), (1, 1)
        ),
        **dict.fromkeys(("normal", "intact", "++", "2", "2+"), (2, 2)),
        "present": (1, 3),
        **dict.fromkeys(
            ("brisk", "increased", "hyperactive", "exaggerated", "+++", "3", "3+", "++++", "4", "4+"), (3, 3)
        ),
    },
    "sign": {
        **dict.fromkeys(_NONE, (0, 0)),
        **dict.fromkeys(_ANY, (1, 1)),
        "flexor": (0, 0),
        "extensor": (1, 1),
        **dict.fromkeys(("downgoing", "down going"), (0, 0)),
        "bilateral": (1, 1),
        **dict.fromkeys(("upgoing", "up going", "increased", "raised", "unsteady"), (1, 1)),
        "mild": (1, 1),
        "moderate": (1, 1),
        "severe": (1, 1),
    },
    "chance": {
        **dict.fromkeys(_NONE, (0, 0)),
        **dict.fromkeys((*_ANY, "mild", "slight", "moderate", "severe"), (1, 1)),
    },
    "power": {
        **{str(grade): (5 - grade, 5 - grade) for grade in range(6)},
        "4+": (1, 1),
        "4-": (1, 1),
        "5-": (0, 1),
        "3+": (2, 2),
        "normal": (0, 0),
        "reduced": (1, 3),
    },
}
