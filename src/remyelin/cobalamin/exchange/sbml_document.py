"""Document of an SBML model: units, names, annotations and MathML around equations given as text."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

from remyelin._version import __version__
from remyelin.cobalamin.exchange.sbml_names import PROCESS, TAXON, UNITS, Quantity, quantity

CORE = "http://www.sbml.org/sbml/level3/version1/core"
_RDF = (
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    'xmlns:bqbiol="http://biomodels.net/biology-qualifiers/"'
)
_OPERATORS = {
    ast.Add: "plus",
    ast.Sub: "minus",
    ast.Mult: "times",
    ast.Div: "divide",
    ast.Pow: "power",
    ast.Lt: "lt",
    ast.GtE: "geq",
}
_NOTES = (
    "Cobalamin kinetics and one-carbon metabolism of one person's course, written by remyelin "
    f"{__version__}. A research and teaching model, never medical advice. The parameter day is time from "
    "presentation; simulators should not step over the times of doses and of changes of inputs."
)


def number(value: float, unit: str) -> str:
    """Return a literal with its unit, as text of an equation."""
    return f"q({value!r}, {unit})"


def document(
    constants: Mapping[str, float],
    steady: Mapping[str, str],
    rules: Mapping[str, str],
    rates: Mapping[str, str],
    events: Sequence[tuple[float, str, str]],
) -> str:
    """Return an SBML Level 3 Version 1 model.

    Parameters
    ----------
    constants : mapping of str to float
        Those that no equation uses are left out.
    steady : mapping of str to str
        Equations of the states at the start, and of constants that these follow from; other states start at 0.
    rules, rates : mapping of str to str
        Equations of read-outs, and of the slopes of states. Literals are pure numbers unless written
        ``q(value, unit)``; ``piece(a, condition, ..., otherwise)`` is piecewise.
    events : sequence of (float, str, str)
        Day, state that jumps, equation of its new value.
    """
    texts = [*steady.values(), *rules.values(), *rates.values(), *(formula for _, _, formula in events)]
    used = {node.id for text in texts for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<sbml xmlns="{CORE}" level="3" version="1">',
        '<model metaid="remyelin_cobalamin" id="remyelin_cobalamin" name="Cobalamin of one person" timeUnits="day" '
        'substanceUnits="nmol" extentUnits="nmol" volumeUnits="litre">',
        f'<notes><p xmlns="http://www.w3.org/1999/xhtml">{escape(_NOTES)}</p></notes>',
        _annotation("remyelin_cobalamin", {"isVersionOf": (PROCESS,), "hasTaxon": (TAXON,)}),
        *_units(),
        "<listOfParameters>",
        *(_parameter(name, value, True) for name, value in constants.items() if name in used),
        *(_parameter(name, None, True) for name in steady if name not in rates),
        *(_parameter(name, None if name in steady else 0.0, False) for name in rates),
        *(_parameter(name, None, False) for name in rules),
        "</listOfParameters>",
        "<listOfInitialAssignments>",
        *(
            f'<initialAssignment symbol="{name}">{_math(text)}</initialAssignment>'
            for name, text in steady.items()
        ),
        "</listOfInitialAssignments>",
        "<listOfRules>",
        *(
            f'<assignmentRule variable="{name}">{_math(text)}</assignmentRule>'
            for name, text in rules.items()
        ),
        *(f'<rateRule variable="{name}">{_math(text)}</rateRule>' for name, text in rates.items()),
        "</listOfRules>",
    ]
    if events:
        lines.append("<listOfEvents>")
        for i, (day, pool, formula) in enumerate(events):
            condition = _math(f"day >= {number(day, 'day')}")
            lines += [
                f'<event id="dose_{i}" name="dose on day {day:g}" useValuesFromTriggerTime="true">',
                f'<trigger initialValue="false" persistent="true">{condition}</trigger>',
                f'<listOfEventAssignments><eventAssignment variable="{pool}">{_math(formula)}</eventAssignment>',
                "</listOfEventAssignments></event>",
            ]
        lines.append("</listOfEvents>")
    return "\n".join([*lines, "</model>", "</sbml>", ""])


def _units() -> Iterable[str]:
    yield "<listOfUnitDefinitions>"
    for name, factors in UNITS.items():
        yield f'<unitDefinition id="{name}" name="{name.replace("_per_", "/")}"><listOfUnits>'
        for kind, exponent, scale, multiplier in factors:
            yield f'<unit kind="{kind}" exponent="{exponent}" scale="{scale}" multiplier="{multiplier!r}"/>'
        yield "</listOfUnits></unitDefinition>"
    yield "</listOfUnitDefinitions>"


def _parameter(name: str, value: float | None, constant: bool) -> str:
    of = quantity(name)
    given = "" if value is None else f' value="{value!r}"'
    start = (
        f'<parameter metaid="meta_{name}" id="{name}" name={quoteattr(of.name)}{given} units="{of.unit}" '
        f'constant="{str(constant).lower()}"'
    )
    annotated = _annotation(f"meta_{name}", _qualifiers(of))
    return f"{start}>{annotated}</parameter>" if annotated else f"{start}/>"


def _qualifiers(of: Quantity) -> dict[str, tuple[str, ...]]:
    return {name: found for name, found in (("is", of.is_), ("isPropertyOf", of.of)) if found}


def _annotation(about: str, qualifiers: Mapping[str, tuple[str, ...]]) -> str:
    if not qualifiers:
        return ""
    said = "".join(
        f"<bqbiol:{name}><rdf:Bag>"
        + "".join(f'<rdf:li rdf:resource="https://identifiers.org/{item}"/>' for item in found)
        + f"</rdf:Bag></bqbiol:{name}>"
        for name, found in qualifiers.items()
    )
    described = f'<rdf:Description rdf:about="#{about}">{said}</rdf:Description>'
    return f"<annotation><rdf:RDF {_RDF}>{described}</rdf:RDF></annotation>"


def _math(text: str) -> str:
    tree = ast.parse(text, mode="eval").body
    return f'<math xmlns="http://www.w3.org/1998/Math/MathML" xmlns:sbml="{CORE}">{_element(tree)}</math>'


def _element(node: ast.expr) -> str:
    """Translate one expression to MathML."""
    if isinstance(node, ast.Constant):
        return _literal(ast.literal_eval(node), "dimensionless")
    if isinstance(node, ast.Name):
        if node.id == "time":
            return '<csymbol encoding="text" definitionURL="http://www.sbml.org/sbml/symbols/time">time</csymbol>'
        return f"<ci>{node.id}</ci>"
    if isinstance(node, ast.UnaryOp):
        return f"<apply><minus/>{_element(node.operand)}</apply>"
    if isinstance(node, ast.BinOp):
        return f"<apply><{_OPERATORS[type(node.op)]}/>{_element(node.left)}{_element(node.right)}</apply>"
    if isinstance(node, ast.Compare):
        left, right = _element(node.left), _element(node.comparators[0])
        return f"<apply><{_OPERATORS[type(node.ops[0])]}/>{left}{right}</apply>"
    assert isinstance(node, ast.Call)
    assert isinstance(node.func, ast.Name)
    if node.func.id == "q":
        value, unit = node.args
        assert isinstance(unit, ast.Name)
        return _literal(ast.literal_eval(value), unit.id)
    parts = [_element(argument) for argument in node.args]
    if node.func.id == "piece":
        pairs = zip(parts[:-1:2], parts[1::2], strict=True)
        pieces = "".join(f"<piece>{value}{condition}</piece>" for value, condition in pairs)
        return f"<piecewise>{pieces}<otherwise>{parts[-1]}</otherwise></piecewise>"
    return f"<apply><{node.func.id}/>{''.join(parts)}</apply>"


def _literal(value: float, unit: str) -> str:
    mantissa, _, exponent = repr(value).partition("e")
    if exponent:
        return f'<cn type="e-notation" sbml:units="{unit}">{mantissa}<sep/>{int(exponent)}</cn>'
    return f'<cn sbml:units="{unit}">{mantissa}</cn>'
