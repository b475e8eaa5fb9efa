"""Pictures of the page keyed by names of the catalogue: wires of the body, columns of the cord, order of drawing."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from remyelin.catalogue import pathways, segments, setups, studies
from remyelin.person.record import titles
from remyelin.person.record.reading import HEADINGS
from remyelin.person.record.rows import HEADER


@dataclass(frozen=True, slots=True)
class Wire:
    """Course of one pathway in the drawing of the body.

    Attributes
    ----------
    pathway, study : str
        The study records the pathway.
    path : str
        SVG path, in the direction of the impulses.
    side : {"left", "right"}
        Of the label, beside the figure.
    label : (int, int, int)
        Height of the label, and the point of the wire at which its leader ends.
    """

    pathway: str
    study: str
    path: str
    side: Literal["left", "right"]
    label: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Column:
    """Column of the cord in its cross-section; the right half mirrors the left one.

    Attributes
    ----------
    pathway : str
    words : str
    path : str
        SVG path of the left half.
    point, label : (int, int)
        Ends of the leader.
    """

    pathway: str
    words: str
    path: str
    point: tuple[int, int]
    label: tuple[int, int]


WIRES: Final = (
    Wire(
        pathways.VISUAL,
        studies.VEP,
        "M188 82C200 96 222 62 216 30M232 82C220 96 198 62 204 30",
        "right",
        (40, 231, 60),
    ),
    Wire(
        pathways.CORTICOSPINAL_ARM,
        studies.MEP_ARM,
        "M190 44C198 90 209 110 209 176",
        "left",
        (40, 193, 62),
    ),
    Wire(
        pathways.CORTICOSPINAL_LEG,
        studies.MEP_LEG,
        "M178 52C188 104 202 118 202 384",
        "left",
        (250, 201, 260),
    ),
    Wire(
        pathways.MEDIAN_SEP,
        studies.MEDIAN_SEP,
        "M352 446L346 424L322 306L300 208C290 178 244 182 222 180L222 132C222 104 232 84 238 50",
        "right",
        (200, 296, 208),
    ),
    Wire(
        pathways.TIBIAL_SEP,
        studies.TIBIAL_SEP,
        "M272 728L252 706L250 566L240 440C236 404 216 398 216 384L216 132C216 104 220 74 226 42",
        "right",
        (560, 251, 600),
    ),
    Wire(
        pathways.MEDIAN_MOTOR,
        studies.MEDIAN_MOTOR,
        "M205 168C176 172 136 172 124 206L100 306L80 420L86 444",
        "left",
        (180, 128, 200),
    ),
    Wire(
        pathways.MEDIAN_SENSORY,
        studies.MEDIAN_SENSORY,
        "M205 182C180 184 146 186 135 214L110 312L90 424L70 452",
        "left",
        (330, 106, 330),
    ),
    Wire(
        pathways.TIBIAL_MOTOR,
        studies.TIBIAL_MOTOR,
        "M204 372C196 396 184 404 180 440L170 566L168 706L146 728",
        "left",
        (500, 175, 505),
    ),
    Wire(
        pathways.SURAL,
        studies.SURAL,
        "M204 386C198 404 194 412 192 440L183 566L182 702",
        "left",
        (610, 184, 610),
    ),
)
COLUMNS: Final = (
    Column(
        pathways.NECK_LEG,
        "Feeling of the legs: gracile column",
        "M118 38C112 40 108 46 109 56L116 100L119 100Z",
        (112, 50),
        (22, 26),
    ),
    Column(
        pathways.NECK_ARM,
        "Feeling of the arms: cuneate column",
        "M108 42C98 44 90 52 88 60L104 96L114 102L107 58Z",
        (98, 56),
        (22, 56),
    ),
    Column(
        pathways.CORTICOSPINAL_LEG,
        "Commands: lateral corticospinal tract",
        "M82 78C70 82 60 92 58 104C66 112 78 112 86 106L92 92Z",
        (70, 98),
        (22, 112),
    ),
    Column(
        pathways.SPINOTHALAMIC,
        "Pain and warmth: spinothalamic tract",
        "M58 126C60 142 72 154 86 160L94 146C84 140 78 132 76 122Z",
        (72, 142),
        (22, 160),
    ),
)
#: The pathway and the study that are open at first: the longest way of feeling.
LEADING: Final = pathways.TIBIAL_SEP
LEADING_STUDY: Final = studies.TIBIAL_SEP
#: Shares on the card of a plan: words, pathway, quantity.
CARDS: Final = (
    ("feeling fibres left in the leg", pathways.SURAL, "axons"),
    ("signals that arrive, foot to brain", pathways.TIBIAL_SEP, "conducted"),
    ("command fibres left, brain to leg", pathways.CORTICOSPINAL_LEG, "axons"),
)
#: Segments that show the pattern: long nerves of leg and arm, and the tracts of the cord.
FIRST: Final = (
    *(segments.BRANCHES[name][-1].segment for name in (segments.LEG_SENSORY, segments.LEG_MOTOR)),
    *(segments.BRANCHES[name][-1].segment for name in (segments.ARM_SENSORY, segments.ARM_MOTOR)),
    segments.GRACILE,
    segments.CUNEATE,
    segments.CORTICOSPINAL_THORACIC,
    segments.BRANCHES[segments.OPTIC][0].segment,
)
#: Branches of a pathway in words, where the name of the branch says less.
BRANCHES: Final = {
    "leg_ascending": "Cord",
    "arm_ascending": "Cord",
    segments.LEMNISCUS: "Brain stem",
}


def drawing() -> dict[str, Any]:
    """Return the parts of the catalogue for the scripts of the page: names in words, pictures, setups of studies."""
    return {
        "names": {
            "pathways": {item.name: item.plain for item in pathways.PATHWAYS.values() if item.plain},
            "segments": dict(segments.PLAIN),
            "branches": BRANCHES,
            "acronyms": list(pathways.ACRONYMS),
        },
        "wires": [asdict(item) for item in WIRES],
        "columns": [asdict(item) for item in COLUMNS],
        "leading": {"pathway": LEADING, "study": LEADING_STUDY},
        "cards": [list(item) for item in CARDS],
        "first": list(FIRST),
        "setups": {name: asdict(item) for name, item in setups.SETUPS.items()},
        "record": {
            "kinds": dict(titles.KIND_TITLES),
            "items": titles.titles(),
            "headings": {**{name: name for name in HEADER}, **HEADINGS},
        },
    }
