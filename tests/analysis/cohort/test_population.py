"""Population files: what they say, and what is refused before anything runs."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small import TEXT, small

from remyelin.analysis.cohort import Sampler, load_population, parse_population, shipped_populations
from remyelin.analysis.cohort.covariates import mixing
from remyelin.analysis.cohort.distributions import Distribution
from remyelin.analysis.cohort.files import resized
from remyelin.analysis.cohort.population import Spread, to_data
from remyelin.base.errors import InputError
from remyelin.evidence import Ledger, load_references, load_targets

LEDGER = Ledger.shipped()
PRESETS = sorted(shipped_populations())


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_sound_and_sourced(name: str) -> None:
    population = load_population(name)
    assert population.name == name
    Sampler.of(population, LEDGER).draw(0, 0)
    known = {*load_references(), "assumed"}
    sources = [item.source for item in (*population.cause, *population.arm, *population.published)]
    for raw in population.covariate.values():
        for spread in (raw,) if isinstance(raw, Spread) else (raw.female, raw.male):
            sources.append(spread.source)
            assert (spread.mark == "none") == (spread.source == "assumed"), (
                "a mark says how a source was seen"
            )
    assert population.citation in known
    assert not set(sources) - known
    targets = {target.name: target for target in load_targets()}
    for row in population.published:
        if row.target:
            assert row.source != "assumed"
            assert targets[row.target].lower <= targets[row.target].upper


def test_there_is_a_preset_for_every_series() -> None:
    series = "healton vasconcelos misra minn fang hassing open health-abc kuzminski"
    assert all(any(name.startswith(word) for name in PRESETS) for word in series.split())


def test_a_population_reads_back_to_itself() -> None:
    for name in PRESETS:
        population = load_population(name)
        assert type(population).model_validate(to_data(population)) == population
    assert resized(small(), 9, 2).persons == 9


BAD = {
    "persons = 6": ("persons = -6", "persons: input should be greater than or equal to 1, not -6"),
    "persons = 6\nseed": ("persons = 6\nsed", "unknown key 'sed'; did you mean 'seed'"),
    "share = 0.75": ("share = 0.7", "cause: shares sum to 0.95; they must sum to 1"),
    "shares = [0.5, 0.5]": ("shares = [0.5, 0.6]", "covariate.sex: shares sum to 1.1; they must sum to 1"),
    "shares = [0.5, 0.5]\n": ("shares = [1.5, -0.5]\n", "covariate.sex: share -0.5 is negative"),
    'mean = "60 y"\nsd': (
        'mean = "60 mo"\nsd',
        "covariate.age: mean 5 lies outside low 30 and high 90; correct one of them, or its unit",
    ),
    "median = 1\n": ("median = 30\n", "covariate.store: median 30 lies outside low 0.3 and high 3"),
    'sd = "10 y"': ('sd = "-10 y"', "covariate.age: sd -10 is negative; give 0 or more"),
    'mean = "60 y"': ('mean = "60 kg"', "covariate.age: mean: '60 kg' is not an age"),
    'high = "90 y"': ('hihg = "90 y"', "unknown key 'covariate.age.hihg'; did you mean 'high'"),
    'low = "30 y"\n': ("", "covariate.age: can become impossible for an age; truncate it with low and high"),
    "[covariate.store]": ("[covariate.stroe]", "unknown key 'covariate.stroe'; did you mean 'store'"),
    'spread = "ledger:spread.store"': (
        'spread = "ledger:spread.stor"',
        "no ledger entry named 'spread.stor'",
    ),
    'name = "treated"': ('name = "none"', "arm: 'none' is a cause as well"),
    'kind = "none"': ('kind = "non"', "input should be 'none', 'pernicious anaemia'"),
    'since = "cause"': ('since = "found"', '"none" never leads to presentation'),
    'visits = ["0 d"]': ('visits = ["3 mo", "0 d"]', "visits: dates are out of order"),
    'low = "2 y"': ('low = "6 y"', "covariate.duration: low 2191.5 must lie below high 1826.25"),
    "median = 1": ("median = -1", "covariate.store: a lognormal needs a median above 0"),
}


@pytest.mark.parametrize("old", BAD)
def test_what_cannot_be_is_refused_in_one_sentence(old: str) -> None:
    new, message = BAD[old]
    assert old in TEXT
    with pytest.raises(InputError) as caught:
        Sampler.of(parse_population(TEXT.replace(old, new), "file.toml"), LEDGER)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def correlated(*pairs: tuple[str, str, float]) -> str:
    rows = "".join(f'\n[[correlation]]\nof = ["{a}", "{b}"]\nvalue = {value}\n' for a, b, value in pairs)
    return TEXT + rows


def test_impossible_correlations_are_refused() -> None:
    impossible = correlated(("age", "duration", 0.9), ("duration", "store", 0.9), ("age", "store", -0.9))
    with pytest.raises(
        InputError, match=r"impossible together .not positive semidefinite, lowest eigenvalue -0"
    ):
        Sampler.of(parse_population(impossible, "f"), LEDGER)
    for pairs, message in (
        ((("age", "age", 0.5),), "with itself"),
        ((("age", "weight", 0.5),), "no covariate of this file"),
        ((("age", "store", 1.5),), "less than or equal to 1"),
        ((("age", "store", 0.5), ("store", "age", 0.2)), "given twice"),
    ):
        with pytest.raises(InputError, match=message):
            Sampler.of(parse_population(correlated(*pairs), "f"), LEDGER)


def test_a_singular_correlation_is_possible_and_kept() -> None:
    population = parse_population(correlated(("age", "duration", 1.0)), "f")
    mix = mixing(population)
    names = list(population.covariate)
    again = mix @ mix.T
    assert again[names.index("age"), names.index("duration")] == pytest.approx(1.0)
    sampler = Sampler.of(population, LEDGER)
    ages, durations = np.array(
        [(drawn.person.age, drawn.duration) for drawn in (sampler.draw(i, 0) for i in range(200))]
    ).T
    assert (np.argsort(ages) == np.argsort(durations)).all()


def test_correlation_and_margins_are_those_asked_for() -> None:
    sampler = Sampler.of(parse_population(correlated(("age", "store", -0.6)), "f"), LEDGER)
    drawn = [sampler.draw(i, 0) for i in range(3000)]
    ages = np.array([one.person.age for one in drawn])
    stores = np.array([one.given["store"] for one in drawn])
    ranks = [np.argsort(np.argsort(values)) for values in (ages, stores)]
    expected = 6 / math.pi * math.asin(-0.6 / 2)  # Spearman's rank correlation of a Gaussian copula
    assert np.corrcoef(ranks[0], ranks[1])[0, 1] == pytest.approx(expected, abs=0.04)
    assert ages.mean() == pytest.approx(60, abs=0.7)
    assert np.log(stores).std() == pytest.approx(LEDGER["spread.store"], rel=0.06)
    assert np.mean([one.person.sex == "female" for one in drawn]) == pytest.approx(0.5, abs=0.03)
    assert np.mean([one.person.cause == "none" for one in drawn]) == pytest.approx(0.25, abs=0.03)


def test_a_person_depends_on_its_number_alone() -> None:
    few, many = Sampler.of(small(3), LEDGER), Sampler.of(small(1000), LEDGER)
    assert few.draw(2, 0).person == many.draw(2, 0).person
    assert few.draw(2, 0).person != few.draw(2, 1).person
    assert few.draw(1, 0).person != few.draw(2, 0).person
    assert few.draw(2, 0).normal == many.draw(2, 0).normal
    other = Sampler.of(small(3, **{"seed = 3": "seed = 4"}), LEDGER)
    assert few.draw(2, 0).person != other.draw(2, 0).person


numbers = st.floats(0.1, 50)
shapes = st.one_of(
    st.builds(lambda a, b: Distribution("normal", (a, b), a - b, a + 2 * b), numbers, numbers),
    st.builds(lambda a, b: Distribution("lognormal", (a, b / 50), a / 2, a * 3), numbers, numbers),
    st.builds(lambda a, b: Distribution("uniform", (), a, a + b), numbers, numbers),
    st.builds(lambda a, b, c: Distribution("beta", (a, b), c, c + 1), numbers, numbers, numbers),
    st.builds(lambda a: Distribution("constant", (a,)), numbers),
)


@settings(max_examples=60, deadline=None)
@given(shapes, st.lists(st.floats(0, 1, exclude_max=True), min_size=2, max_size=8))
def test_quantiles_rise_and_stay_within_the_support(shape: Distribution, shares: list[float]) -> None:
    low, high = shape.support()
    values = [shape.at(share) for share in sorted(shares)]
    assert all(low <= value <= high for value in values)
    # a library inverts a distribution to rounding: neighbouring shares may come out a last bit the wrong way round
    assert all(b >= a - 1e-12 * abs(a) for a, b in pairwise(values))


def test_the_smallest_shares_of_a_beta_are_its_lower_end() -> None:
    # found by the search above: the library answers with no number there
    beta = Distribution("beta", (2.0, 4.0), 1.0, 2.0)
    assert beta.at(5e-324) == beta.at(0.0) == 1.0


@settings(deadline=None)
@given(st.lists(st.integers(1, 20), min_size=1, max_size=6), st.floats(0, 1, exclude_max=True))
def test_a_choice_takes_each_value_for_its_share(weights: list[int], share: float) -> None:
    shares = [weight / sum(weights) for weight in weights]
    shares[-1] = 1 - math.fsum(shares[:-1])
    choice = Distribution("choice", tuple(map(float, range(len(weights)))), shares=tuple(shares))
    where = choice.position(share)
    assert sum(shares[:where]) <= share + 1e-12
    assert share <= sum(shares[: where + 1]) + 1e-12


def test_truncation_matches_scipy() -> None:
    from scipy.stats import truncnorm

    ours = Distribution("normal", (60.0, 10.0), 50.0, 90.0)
    theirs = truncnorm((50 - 60) / 10, (90 - 60) / 10, loc=60, scale=10)
    for share in (0.01, 0.3, 0.5, 0.9, 0.999):
        assert ours.at(share) == pytest.approx(theirs.ppf(share), rel=1e-12)


def test_files_that_are_none() -> None:
    for text, message in (("", "is empty"), ("a = [", "not valid TOML"), ("x = 1", "unknown key 'x'")):
        with pytest.raises(InputError, match=message):
            parse_population(text, "f")
    with pytest.raises(InputError, match="did you mean 'healton-1991'"):
        load_population("healton-1990")
    with pytest.raises(InputError, match="no such file"):
        load_population("nowhere/p.toml")
