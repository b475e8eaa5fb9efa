"""A value that is impossible in its unit, and possible in another one, is asked about."""

from __future__ import annotations

import pytest

from remyelin.base.errors import InputError
from remyelin.base.units import KINDS, parse

#: Kinds of which another unit is a likely mistake; a time in years is a time in days.
ASKED = [name for name, kind in KINDS.items() if len(kind.factors) > 1 and "y" not in kind.factors]


@pytest.mark.parametrize("kind", [name for name in ASKED if name != "hours"])
def test_the_unit_in_which_an_impossible_value_would_be_possible_is_named(kind: str) -> None:
    known = KINDS[kind]
    asked = 0
    for unit, factor in known.factors.items():
        for other, right in known.factors.items():
            for end in (known.low * 1.1, known.high * 0.9):
                number = float(f"{end / right:.6g}")
                if right == factor or number <= 0.0 or known.low <= number * factor <= known.high:
                    continue
                with pytest.raises(InputError) as caught:
                    parse(f"{number!r} {unit}", kind)
                assert "was it " in str(caught.value)
                assert (other or "no unit") in str(caught.value).split("was it ")[1].split("?")[0]
                asked += 1
    assert asked or known.low == 0.0 or len(set(known.factors.values())) == 1


@pytest.mark.parametrize(
    ("text", "kind"),
    [("180 y", "duration"), ("440 y", "age"), ("-5 pg/mL", "b12"), ("0 cm", "height"), ("25 h", "hours")],
)
def test_no_unit_is_suggested_where_none_would_make_it_possible(text: str, kind: str) -> None:
    with pytest.raises(InputError, match="is impossible for") as caught:
        parse(text, kind)
    assert "was it" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("45 mL/min/1.73 m2", "filtration", 45.0),
        ("45 ml/min/1.73m²", "filtration", 45.0),
        ("45 mL/min/{1.73_m2}", "filtration", 45.0),
        ("45 mL/min/1.73 m^2", "filtration", 45.0),
        ("45", "filtration", 45.0),
        ("140 pmol / L", "b12", 140.0),
        ("140 pmol·L⁻¹", "b12", 140.0),
        ("140 pmol L-1", "b12", 140.0),
        ("100 PG/ML", "b12", 73.8),
        ("0.9 mcmol/L", "mma", 900.0),
        ("100 µg/l", "mma", 846.8),
        ("121 µm³", "mcv", 121.0),
        ("8.2 g/dl", "haemoglobin", 82.0),
        ("3 Years", "age", 3.0),
    ],
)
def test_units_are_read_as_laboratories_print_them(text: str, kind: str, value: float) -> None:
    assert parse(text, kind) == pytest.approx(value)


@pytest.mark.parametrize("text", ["140", "140 pmol/dL", "140 pmol", "140 L/pmol", "140 pmol-1", "140 /L"])
def test_a_unit_that_is_none_is_still_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse(text, "b12")
