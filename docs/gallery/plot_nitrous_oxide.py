"""Homocysteine and methylation after nitrous oxide.

One exposure to an inspired fraction of 0.5, for 1, 4 or 12 hours, in a replete person. The methylation potential is relative to
a replete tissue (1).
"""

import matplotlib.pyplot as plt
import numpy as np

from remyelin import Ledger
from remyelin.cobalamin import Exposure, NitrousOxide, Parameters, constant, simulate

parameters = Parameters.from_ledger(Ledger.shipped())
days = np.arange(-1.0, 15.0, 0.05)
figure, axes = plt.subplots(1, 2, figsize=(10, 3.4), layout="constrained")
for hours in (1, 4, 12):
    gas = NitrousOxide(start=0.0, stop=hours / 24, hours_per_day=24, inspired_fraction=0.5)
    person = Exposure(age=30, food_intake=constant(5.0), meals_per_day=3, nitrous_oxide=(gas,))
    course = simulate(person, days, parameters)
    axes[0].plot(days, course["homocysteine"], label=f"{hours} h")
    axes[1].plot(days, course["methylation"].sel(compartment="central"))
axes[0].set(xlabel="days", ylabel="plasma homocysteine, umol/L")
axes[1].set(xlabel="days", ylabel="methylation potential of cord and brain", ylim=(0, None))
axes[0].legend(frameon=False)
plt.show()
