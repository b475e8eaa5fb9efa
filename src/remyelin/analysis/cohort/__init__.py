"""Cohorts: populations of persons, their courses computed by many workers, beside the published series.

``load_population(name)`` reads who is in it, ``run_cohort(population, folder)`` computes it, ``Results`` reads
what was found.
"""

from remyelin.analysis.cohort.cluster import Dask
from remyelin.analysis.cohort.comparison import compare
from remyelin.analysis.cohort.executors import Executor, Processes, Serial, executor
from remyelin.analysis.cohort.files import load_population, parse_population, shipped_populations
from remyelin.analysis.cohort.overview import summary
from remyelin.analysis.cohort.population import Population
from remyelin.analysis.cohort.results import Results
from remyelin.analysis.cohort.run import Cohort, Stopped, run_cohort
from remyelin.analysis.cohort.sampling import Sampler

__all__ = [
    "Cohort",
    "Dask",
    "Executor",
    "Population",
    "Processes",
    "Results",
    "Sampler",
    "Serial",
    "Stopped",
    "compare",
    "executor",
    "load_population",
    "parse_population",
    "run_cohort",
    "shipped_populations",
    "summary",
]
