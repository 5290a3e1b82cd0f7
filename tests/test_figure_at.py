"""Figures of entries with other numbers are those of an account with these numbers."""

import math

import pytest

from carbonctl.analysis.accounts import Accounts
from carbonctl.ledger.entry import SUMS
from carbonctl.ledger.terms import figure_at
from tests.conftest import CATALOG, CONFIGS, ROOT

SERVICE = ROOT / "tests/oracles/analysis/specs/service.yaml"


def accounts(path):
    return Accounts(path.read_bytes(), path.name, path.name, CATALOG)


def total(entries, key, numbers):
    boundary, column = SUMS[key]
    return math.fsum(
        figure_at(entry, column, numbers) for entry in entries if boundary in (None, entry.boundary)
    )


@pytest.mark.parametrize("key", ["total_kgco2e", "total_market_kgco2e", "energy_kwh"])
@pytest.mark.parametrize(
    ("file", "path", "text", "number"),
    [
        (SERVICE, "site.pue", "1.6", 1.6),
        (SERVICE, "site.carbon_intensity", "120 g/kWh", 0.12),
        (SERVICE, "site.carbon_free_energy", "10 %", 0.1),
        (SERVICE, "systems.pool.utilization", "80 %", 0.8),
        (SERVICE, "systems.pool.lifetime", "3 years", 26280.0),
        (SERVICE, "systems.pool.devices", "4", 4.0),
        (SERVICE, "phases.inference.answers.requests", "24e6 / day", 1e6),
        (CONFIGS / "quickstart.yaml", "site.pue", "1.05", 1.05),
        (CONFIGS / "quickstart.yaml", "phases.training.fine-tuning.utilization", "70 %", 0.7),
        (CONFIGS / "quickstart.yaml", "phases.training.fine-tuning.device_embodied", "99 kg", 99.0),
    ],
)  # fmt: skip
def test_a_figure_with_another_number_is_that_of_another_account(file, path, text, number, key):
    made = accounts(file)
    there = made.account((f"{path}={text}",))
    if path.endswith("device_embodied"):  # the method is of figures of the catalog alone
        made = Accounts(
            file.read_bytes(), file.name, file.name, CATALOG, (f"{path}=7 kg",)
        )  # fmt: skip
    here = made.account()
    assert total(here.booked, key, {path: number}) == pytest.approx(
        getattr(there.total, key), rel=1e-12
    )


def test_what_follows_by_a_kernel_follows():
    data = (
        b"name: x\nsite: {carbon_intensity: 1 kg/kWh, pue: 1}\nphases: {experimentation: [{name: s,"
        b" kind: experiments, runs: 5, p50: 10 GPU-h, p99: 40 GPU-h, power: 1 kW, embodied: 0 kg}]}"
    )
    made = Accounts(data, "x", "x", CATALOG)
    there = made.account(("experimentation.s.p99=80 GPU-h",)).total.total_kgco2e
    here = total(made.account().booked, "total_kgco2e", {"phases.experimentation.s.p99": 80.0})
    assert here == pytest.approx(there, rel=1e-12)
    assert there != pytest.approx(made.account().total.total_kgco2e, rel=0.01)


def test_an_entry_without_the_path_stays_to_the_last_digit():
    entries = accounts(SERVICE).account().booked
    assert [figure_at(entry, "kgco2e", {"site.wue": 2.0}) for entry in entries] == [
        entry.kgco2e for entry in entries
    ]


def test_arrays_go_through_it():
    np = pytest.importorskip("numpy")
    entries = accounts(SERVICE).account().booked
    pues = np.array([1.0, 1.25, 1.5])
    rows = sum(figure_at(entry, "kgco2e", {"site.pue": pues}) for entry in entries)
    for row, pue in zip(rows, pues.tolist(), strict=True):
        assert row == pytest.approx(total(entries, "total_kgco2e", {"site.pue": pue}), rel=1e-12)
