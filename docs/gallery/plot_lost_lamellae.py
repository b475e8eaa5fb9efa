"""Delay over five thinned internodes.

A 10 um fibre at 37 C; five internodes in the middle keep a share of their lamellae.
"""

import matplotlib.pyplot as plt
import numpy as np

from remyelin import Ledger
from remyelin.fibre import conduct, lose_lamellae, mrg

fibre = mrg(10.0, 51, temperature=37.0, ledger=Ledger.shipped())
shares = (0.03, 0.05, 0.1, 0.3)
arrival = conduct([fibre, *(lose_lamellae(fibre, range(23, 28), share) for share in shares)])["arrival"]
figure, axes = plt.subplots(figsize=(6.4, 3.2), layout="constrained")
for share, one in zip((1.0, *shares), arrival.to_numpy(), strict=True):
    axes.plot(np.arange(one.size), one, label=f"{share:.0%} of lamellae")
axes.set(xlabel="node", ylabel="arrival, ms")
axes.legend(frameon=False)
plt.show()
