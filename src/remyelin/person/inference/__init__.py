"""Inference about one person: likelihood of a record, sampler, posterior, forecast."""

from remyelin.person.inference.answer import answer, save, to_dataset, to_netcdf
from remyelin.person.inference.forecast import Forecast, forecast
from remyelin.person.inference.posterior import Posterior, fit_person

__all__ = ["Forecast", "Posterior", "answer", "fit_person", "forecast", "save", "to_dataset", "to_netcdf"]
