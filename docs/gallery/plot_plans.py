"""The same person under five plans.

The shipped scenario of pernicious anaemia found late: share of the fibres from leg to brain that conduct, with the 90 % band
of the treatment as given. No plan is advice, and treatment should not be delayed.
"""

import matplotlib.pyplot as plt

from remyelin import Ledger, load_case, run_course

course = run_course(load_case("pernicious-anaemia"), Ledger.shipped())
plans = ["as given", "none", "12 months earlier", "3 months later", "12 months later"]
course.plot.recovery("conducted", plans)
plt.show()
