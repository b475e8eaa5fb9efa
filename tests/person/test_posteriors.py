"""The shipped posterior and a saved fit as labelled arrays."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from remyelin import InputError, Ledger, fit_person, open_posterior
from remyelin.evidence.posterior import posterior
from remyelin.person.inference import forecast, save
from remyelin.person.record import parse_csv
from remyelin.person.traits import Spread

RECORD = """when,kind,name,value,unit,note
,person,age,68,y
,person,sex,female
,cause,pernicious anaemia
0 d,lab,b12,140,pg/mL
0 d,lab,mma,900,nmol/L
"""


def test_the_shipped_sets_are_those_of_the_ledger_with_their_units() -> None:
    found, ledger = open_posterior(), Ledger.shipped()
    sets = posterior().sets
    assert found.sizes == {"set": len(sets)}
    assert set(found.data_vars) == set(sets[0])
    for name, values in found.data_vars.items():
        np.testing.assert_array_equal(values, [one[str(name)] for one in sets])
        assert values.attrs["units"] == ledger.entry(str(name)).unit.replace("-", "1")
        low, high = values.attrs["valid_range"]
        assert (values >= low).all()
        assert (values <= high).all()
    assert found.to_dataframe().shape == (len(sets), len(sets[0]))


def test_a_saved_fit_reads_back_whole(tmp_path: Path) -> None:
    fitted = fit_person(parse_csv(RECORD, "example", Ledger.shipped()), rough=True, persons=20)
    save(fitted, forecast(fitted, workers=1), tmp_path / "posterior.nc")
    found = open_posterior(tmp_path)
    np.testing.assert_array_equal(found["weight"], fitted.weights)
    shipped = open_posterior()
    for place, member in zip(found["parameter_set"].to_numpy(), fitted.sample.draws.member, strict=True):
        one = {str(name): float(values[place]) for name, values in shipped.data_vars.items()}
        spread = Spread.from_ledger(Ledger.shipped().replace(one))
        np.testing.assert_array_equal(fitted.setting.spreads[member].deviation, spread.deviation)
    assert float(found["weight"].sum()) == pytest.approx(1.0)
    assert json.loads(found.attrs["answer"])["persons"] == found.sizes["person"]
    named = open_posterior(tmp_path / "posterior.nc")
    xr.testing.assert_identical(named, found)
    (tmp_path / "posterior.nc").unlink()  # the file is closed
    assert set(found["parameter_set"].to_numpy()) <= set(open_posterior()["set"].to_numpy())


@pytest.mark.parametrize("content", [None, b"", b"not netcdf"])
def test_a_file_of_something_else_is_refused_in_one_sentence(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "posterior.nc"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=r"posterior\.nc"):
        open_posterior(path)


def test_a_course_is_no_posterior(tmp_path: Path) -> None:
    xr.Dataset({"b12": ("time", [1.0])}).to_netcdf(tmp_path / "course.nc", engine="h5netcdf")
    with pytest.raises(InputError, match="not of a posterior"):
        open_posterior(tmp_path / "course.nc")
