"""Federated and on-device learning (wu2022 §4.3, appendix C)."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonctl.errors import InputError
from tests.conftest import CATALOG, account

SITE = "name: t\nsite: {carbon_intensity: 429 g/kWh, pue: 1.5}\n"
BASE = "kind: federated, rounds: 1000, cohort: 1000, compute_time: 60 s"
WIFI = (
    "technology: wifi, download_bandwidth: 80 Mbps, upload_bandwidth: 40 Mbps, "
    "receive_power: 0.4 W, transmit_power: 1.6 W"
)
MOVES = f"{BASE}, model_size: 20 MB, connections: [{{{WIFI}, access_point: {{power: 7.5 W}}}}], network: {{intensity: 0.03 kWh/GB, year: 2020}}"


def run(activity: str, more: str = ""):
    return account(f"{SITE}{more}phases:\n  training:\n    - {{{activity}}}\n")


def said(activity: str) -> str:
    with pytest.raises(InputError) as error:
        run(activity)
    return str(error.value)


def energies(activity: str, more: str = "") -> dict[str, float]:
    entries = run(activity, more).entries
    return {e.item: e.energy_kwh for e in entries if e.boundary == "operational"}


def test_computation_alone_is_exact():
    result = run(BASE)
    assert result.total.energy_kwh == 50.0
    assert result.total.operational_kgco2e == 21.45
    assert [e.item for e in result.entries] == ["client compute", "client devices"]
    assert result.entries[0].ghg_scope == "3.11"
    assert result.entries[1].ghg_scope == "none"
    (power,) = [v for v in result.entries[0].inputs if v.name == "power"]
    assert (power.best, power.status, power.source) == (3.0, "default", "wu2022")


def test_every_part_by_hand():
    """A million clients: 20 MB each way, 2 s down and 4 s up."""
    found = energies(MOVES)
    assert found["client compute"] == pytest.approx(50)
    assert found["client radio"] == pytest.approx(1e6 * (2 * 0.4 + 4 * 1.6) / 3.6e6)
    assert found["access point"] == pytest.approx(1e6 * 6 * 7.5 / 3.6e6)
    assert found["network"] == pytest.approx(1e6 * 0.04 * 0.03)
    assert "PUE overhead" not in found


def test_drop_outs_work_in_part_and_do_not_upload():
    found = energies(MOVES + ", over_selection: 1.3, dropout: 20 %, dropout_work: 50 %")
    selected = 1.3e6
    assert found["client compute"] == pytest.approx(selected * 0.9 * 60 * 3 / 3.6e6)
    assert found["client radio"] == pytest.approx(selected * (2 * 0.4 + 0.8 * 4 * 1.6) / 3.6e6)
    assert found["network"] == pytest.approx(selected * 1.8 * 0.02 * 0.03)
    upper = energies(MOVES + ", dropout: 20 %")
    assert upper["client compute"] == pytest.approx(50)


def test_sizes_and_compression():
    by_size = energies(MOVES)
    by_parameters = energies(
        MOVES.replace("model_size: 20 MB", "parameters: 5M, bytes_per_parameter: 4 B")
    )
    assert by_parameters == pytest.approx(by_size)
    packed = energies(MOVES + ", upload_compression: 4, download_compression: 2")
    assert packed["network"] == pytest.approx(by_size["network"] * (1 / 4 + 1 / 2) / 2)


def test_times():
    samples = energies(BASE.replace("compute_time: 60 s", "samples: 400, time_per_sample: 150 ms"))
    assert samples["client compute"] == pytest.approx(50)
    lognormal = energies(BASE.replace("compute_time: 60 s", "compute_p50: 60 s, compute_p99: 60 s"))
    assert lognormal["client compute"] == pytest.approx(50)


def test_access_points_in_three_ways():
    def point(how: str) -> float:
        return energies(MOVES.replace("{power: 7.5 W}", f"{{{how}}}"))["access point"]

    assert point("energy: 20 nJ/bit") == pytest.approx(1e6 * 2 * 160e6 * 20e-9 / 3.6e6)
    linear = point("max_power: 10 W, idle_power: 8 W, capacity: 100 Mbps")
    assert linear == pytest.approx(1e6 * 2 * 160e6 * (2 / 100e6) / 3.6e6)


def test_the_network_element_by_element():
    """Vishwanath's path: switches 31.7, routers 37.4 and 12.6 nJ/bit."""
    hops = "{edge-switch: 1, gateway: 1, edge-router: 3, core-router: 5}"
    how = f"network: {{model: vishwanath-path, hops: {hops}, energy: {{gateway: 40 nJ/bit}}}}"
    found = energies(MOVES.replace("network: {intensity: 0.03 kWh/GB, year: 2020}", how))
    bits = 1e6 * 2 * 160e6
    for element, nj in (
        ("edge-switch", 31.7),
        ("gateway", 40),
        ("edge-router", 3 * 37.4),
        ("core-router", 5 * 12.6),
    ):
        assert found[f"network: {element}"] == pytest.approx(bits * nj * 1e-9 / 3.6e6)
    assert {e.ghg_scope for e in run(MOVES).entries if e.item.startswith("network")} == {"3.1"}


def test_a_base_station_has_two_directions():
    how = "network: {model: vishwanath-path, hops: {base-station: 1}}"
    found = energies(MOVES.replace("network: {intensity: 0.03 kWh/GB, year: 2020}", how))
    assert found["network: base-station"] == pytest.approx(
        1e6 * 160e6 * (12400 + 82820) * 1e-9 / 3.6e6
    )


def test_schiens_equipment_has_its_multipliers():
    segments = CATALOG.segments("schien-path")
    router = segments["edge-router"]["up"]
    per_bit = 40e-9 * 2 * 6.67 * 1.99
    assert router.best == pytest.approx(per_bit * 8e9 / 3.6e6)
    assert router.low == pytest.approx(router.best * 16 / 40)


def test_kinds_of_client_with_shares():
    kinds = (
        "clients: [{device: google/pixel-7, share: 60 %, power: 2 W}, "
        "{name: old, share: 40 %, power: 4 W, charging_efficiency: 80 %, device_embodied: 50 kg}]"
    )
    result = run(f"{BASE}, {kinds}")
    found = {(e.item, e.boundary): e for e in result.entries}
    assert found["client compute (google/pixel-7)", "operational"].energy_kwh == pytest.approx(20)
    assert found["client compute (old)", "operational"].energy_kwh == pytest.approx(
        50 * 0.4 / 3 * 4 / 0.8
    )
    hours = 1e6 / 60
    assert found["client devices (old)", "embodied"].kgco2e == pytest.approx(
        0.4 * hours * 50 / (3 * 8760)
    )
    pixel = found["client devices (google/pixel-7)", "embodied"]
    assert pixel.kgco2e == pytest.approx(0.6 * hours * 60.9 / (3 * 8760))
    assert result.complete


def test_a_known_device_gives_power_and_radio():
    moves = f"{BASE}, device: Pixel 7, model_size: 20 MB, connections: [{{technology: wifi, download_bandwidth: 80 Mbps, upload_bandwidth: 40 Mbps}}]"
    found = energies(moves)
    assert found["client radio"] == pytest.approx(1e6 * (2 * 0.3626 + 4 * 1.739) / 3.6e6)
    assert found["client compute"] == pytest.approx(50 * 1.578 / 3)


def test_connections_with_shares():
    two = (
        f"connections: [{{{WIFI}, share: 75 %}}, {{technology: cellular, share: 25 %, download_bandwidth: 40 Mbps, "
        "upload_bandwidth: 10 Mbps, receive_power: 0.6 W, transmit_power: 1.1 W, network: {intensity: 0.1 kWh/GB}}]"
    )
    found = energies(f"{BASE}, model_size: 20 MB, {two}, network: {{intensity: 0.03 kWh/GB}}")
    assert found["client radio (wifi)"] == pytest.approx(0.75e6 * (2 * 0.4 + 4 * 1.6) / 3.6e6)
    assert found["client radio (cellular)"] == pytest.approx(0.25e6 * (4 * 0.6 + 16 * 1.1) / 3.6e6)
    assert found["network (wifi)"] == pytest.approx(0.75e6 * 0.04 * 0.03)
    assert found["network (cellular)"] == pytest.approx(0.25e6 * 0.04 * 0.1)


def test_the_server_is_a_system_with_pue_and_homes_have_none():
    server = "server: {power: 100 W, devices: 2, wall_time: 50 h, host_power: 0 W, embodied: 1 t}"
    result = run(f"{BASE}, {server}, device_embodied: 0 kg")
    found = {(e.item, e.boundary): e for e in result.entries}
    assert found["server: devices", "operational"].energy_kwh == pytest.approx(10)
    assert found["PUE overhead", "operational"].energy_kwh == pytest.approx(5)
    assert found["server: devices", "operational"].ghg_scope == "2"
    assert result.total.embodied_kgco2e == pytest.approx(100 * 1000 / (4 * 8760 * 0.45))
    groups = result.groups("part")
    assert groups["server"].energy_kwh == pytest.approx(10)
    assert groups["computation"].energy_kwh == pytest.approx(50)


def test_a_server_of_which_little_is_said_takes_its_class():
    """It is accounted as the same machine is on its own, in the phase of the clients."""
    machine = "device: nvidia/t4, devices: 1, wall_time: 10 h"
    found = energies(f"{BASE}, server: {{{machine}}}")
    alone = energies(f"kind: compute, {machine}")
    assert found["server: devices"] == pytest.approx(alone["devices"])
    assert found["server: host"] == pytest.approx(alone["host"])
    assert alone["host"] > 0


def test_a_named_system_can_be_the_server():
    systems = "systems: {agg: {power: 100 W, host_power: 0 W, embodied: 0 kg}}\n"
    found = energies(f"{BASE}, server: {{system: agg, device_time: 10 device-h}}", systems)
    assert found["server: devices"] == pytest.approx(1)
    assert "no system is named `ag`" in said(
        f"{BASE}, server: {{system: ag, device_time: 1 device-h}}"
    )


def test_clients_live_on_several_grids():
    split = "client_site: [{carbon_intensity: 600 g/kWh, share: 25 %}, {carbon_intensity: 200 g/kWh, share: 75 %}]"
    server = "server: {power: 100 W, devices: 1, wall_time: 10 h, host_power: 0 W, embodied: 0 kg}"
    result = run(f"{BASE}, {split}, {server}")
    assert result.total.operational_kgco2e == pytest.approx(
        50 * (0.25 * 0.6 + 0.75 * 0.2) + 1.5 * 0.429
    )
    assert {"client compute @ site 1", "server: devices"} <= {e.item for e in result.entries}


def test_only_the_clients_site_is_needed_where_there_is_no_server():
    text = f"name: t\nphases: {{training: [{{{BASE}, client_site: {{grid: FR}}}}]}}\n"
    assert account(text).total.energy_kwh == 50
    with pytest.raises(InputError, match="no carbon intensity"):
        account(text.replace(", client_site: {grid: FR}", ""))


def test_what_is_not_counted_is_said():
    warnings = " ".join(run(BASE).warnings)
    assert "not counted, as nothing is given: communication" in warnings
    assert "the server (`server`)" in warnings
    assert "embodied carbon of the client devices is unknown" in warnings
    assert "access points" in " ".join(
        run(MOVES.replace(", access_point: {power: 7.5 W}", "")).warnings
    )
    dated = run(MOVES + ", site: {year: 2024}").warnings
    assert any("network.intensity: the figure is of 2020" in w for w in dated)


# --- properties ---

numbers = st.floats(0.1, 50)


def total(text: str) -> float:
    return run(text).total.energy_kwh


@given(numbers)
def test_linear_in_rounds_and_cohort(factor):
    one = total(MOVES)
    assert total(MOVES.replace("rounds: 1000", f"rounds: {1000 * factor!r}")) == pytest.approx(
        one * factor
    )
    assert total(MOVES.replace("cohort: 1000", f"cohort: {1000 * factor!r}")) == pytest.approx(
        one * factor
    )


@given(numbers)
def test_communication_does_not_depend_on_computation(factor):
    found = energies(MOVES.replace("60 s", f"{60 * factor!r} s"))
    plain = energies(MOVES)
    for item in ("client radio", "access point", "network"):
        assert found[item] == plain[item]


def test_halving_the_bytes_halves_the_network():
    half, whole = energies(MOVES.replace("20 MB", "10 MB")), energies(MOVES)
    for item in ("client radio", "access point", "network"):
        assert half[item] == pytest.approx(whole[item] / 2)


@given(st.floats(2.01, 20))
def test_more_than_twice_the_clients_in_half_the_rounds_cost_more(factor):
    large = MOVES.replace("cohort: 1000", f"cohort: {1000 * factor!r}").replace(
        "rounds: 1000", "rounds: 500"
    )
    assert total(large) > total(MOVES)


def test_compare_shows_fewer_rounds_and_more_energy(inside):
    from tests.conftest import CONFIGS

    base, head = (str(CONFIGS / "federated" / f"fl-1-{size}.yaml") for size in ("small", "large"))
    done = inside("compare", base, head, "--fail-on", "phases.training.energy_kwh > +20%")
    assert done.code == 1
    assert "more (+" in done.out
    assert re.search(r"rounds +3,000 +→ 1,500", done.out)
    assert re.search(r"cohort +500 +→ 1,500", done.out)


# --- bad input ---


@pytest.mark.parametrize(
    ("activity", "message"),
    [
        ("kind: federated, rounds: 10, compute_time: 1 s", "`cohort` is missing"),
        ("kind: federated, rounds: 10, cohort: 5", "how long does a client compute?"),
        (BASE + ", compute_p50: 1 s, compute_p99: 2 s", "how long does a client compute?"),
        (BASE.replace("compute_time: 60 s", "compute_p50: 9 s, compute_p99: 2 s"), "p99 is below p50"),
        (BASE.replace("compute_time: 60 s", "compute_p50: 9 s"), "go together"),
        (BASE.replace("compute_time: 60 s", "samples: 9"), "samples and time_per_sample go together"),
        (BASE + ", network: {intensity: 1 kWh/GB}", "how much is moved?"),
        (BASE + ", parameters: 5M", "parameters and bytes_per_parameter go together"),
        (BASE + ", dropout_work: 50 %", "dropout_work needs `dropout`"),
        (BASE + ", dropout: 100 %", "a share below 1"),
        (BASE + ", over_selection: 0.9", "below 1"),
        (BASE + ", clients: [{share: 50 %}]", "the shares of the clients sum to 50 %"),
        (BASE + ", power: 3 W, clients: [{share: 100 %}]", "give `power` for each of the clients"),
        (BASE + ", clients: [{share: 40..60 %}, {share: 50 %}]", "one number, not a range"),
        (MOVES.replace("technology: wifi", "technology: wifi, share: 90 %"), "shares of the connections sum to 90 %"),
        (MOVES.replace("technology: wifi", "technology: 5g"), "`5g` is not one of wifi, cellular"),
        (MOVES.replace(", receive_power: 0.4 W", ""), "no power of a radio is known for a client of no known"),
        (MOVES.replace("{power: 7.5 W}", "{power: 7.5 W, energy: 1 nJ/bit}"), "give `power` (by time)"),
        (MOVES.replace("{power: 7.5 W}", "{max_power: 9 W}"), "capacity go together"),
        (MOVES.replace("{power: 7.5 W}", "{max_power: 9 W, idle_power: 10 W, capacity: 1 Gbps}"), "above max_power"),
        (MOVES.replace("{intensity: 0.03 kWh/GB, year: 2020}", "{hops: {edge-router: 1}}"), "hops need the energy"),
        (MOVES.replace("{intensity: 0.03 kWh/GB, year: 2020}", "{model: vishwanth-path, hops: {edge-router: 1}}"),
         "did you mean `vishwanath-path`?"),
        (MOVES.replace("{intensity: 0.03 kWh/GB, year: 2020}", "{model: vishwanath-path, hops: {gateway: 1}}"),
         "no energy of `gateway` is known; vishwanath-path has edge-switch"),
        (MOVES.replace("{intensity: 0.03 kWh/GB, year: 2020}", "{year: 2020}"), "give `intensity`"),
        (BASE + ", device: raspberry-pi/pi-4b", ""),
        (BASE + ", device: apple/watch-se-2", "no draw of apple/watch-se-2 at work is known"),
        ("kind: on_device, requests: 5", "what does a request take?"),
        ("kind: on_device, requests: 5 / day, energy_per_request: 1 J", "needs a `duration`"),
        ("kind: on_device, requests: 5, energy_per_request: 1 J, power: 1 W", "give energy_per_request, or power"),
        ("kind: on_device, requests: 5, energy_per_request: 1 J, embodied_per_request: 1 g, lifetime: 1 year",
         "lifetime has no use beside"),
    ],
)  # fmt: skip
def test_bad_input(activity, message):
    if not message:
        assert run(activity).total.energy_kwh > 0
        return
    text = said(activity)
    assert message in text
    assert text.startswith("job.yaml:")


# --- on the device ---


def test_on_device():
    result = run(
        "kind: on_device, device: google/pixel-7, requests: 1e6, time_per_request: 0.36 s, power: 2 W, charging_efficiency: 80 %"
    )
    compute, devices = result.entries
    assert compute.energy_kwh == pytest.approx(1e6 * 0.36 * 2 / 0.8 / 3.6e6)
    assert devices.kgco2e == pytest.approx(100 * 60.9 / (3 * 8760))
    assert math.isclose(result.total.operational_kgco2e, compute.energy_kwh * 0.429)
    by_energy = run(
        "kind: on_device, requests: 1e6 / day, duration: 10 days, energy_per_request: 0.72 J, embodied_per_request: 1 mg"
    )
    assert by_energy.total.energy_kwh == pytest.approx(1e7 * 0.72 / 3.6e6)
    assert by_energy.total.embodied_kgco2e == pytest.approx(10)


# --- what reviews found ---


def test_clients_of_one_name_are_told_apart():
    kinds = "clients: [{device: google/pixel-7, share: 60 %}, {device: Pixel 7, share: 40 %, power: 2 W}]"
    result = run(f"{BASE}, {kinds}")
    assert len({entry.identity for entry in result.entries}) == len(result.entries)


@pytest.mark.parametrize("element", ["edge/router", "a.b", "x (y)", "²", "ünï", "7", "* 2"])
def test_names_of_hops_are_no_part_of_a_formula(element, inside, tmp_path):
    how = f'network: {{hops: {{"{element}": 2}}, energy: {{"{element}": 1..3 nJ/bit}}}}'
    activity = MOVES.replace("network: {intensity: 0.03 kWh/GB, year: 2020}", how)
    text = f"{SITE}phases:\n  training:\n    - {{{activity}}}\n"
    (tmp_path / "job.yaml").write_text(text)
    (tmp_path / "more.yaml").write_text(text.replace("rounds: 1000", "rounds: 1100"))
    assert inside("explain", str(tmp_path / "job.yaml")).code == 0
    done = inside("compare", str(tmp_path / "job.yaml"), str(tmp_path / "more.yaml"), "-f", "json")
    assert done.code == 0
    assert f"network: {element}" in {e.item for e in account(text).entries}


def test_homes_have_no_pue_and_no_contracts_whoever_owns_the_devices():
    owned = run(f"{BASE}, client_site: {{operator: own}}")
    assert [e.item for e in owned.entries] == ["client compute", "client devices"]
    assert owned.entries[0].ghg_scope == "2"
    green = account(
        "name: t\nsite: {carbon_intensity: 429 g/kWh, carbon_free_energy: 100 %}\n"
        f"phases: {{training: [{{{BASE}}}]}}\n"
    )
    assert green.total.operational_market_kgco2e == green.total.operational_kgco2e
    contract = run(f"{BASE}, client_site: {{carbon_free_energy: 100 %}}")
    assert contract.total.operational_market_kgco2e == 0


def test_losses_of_server_and_clients_are_two_entries():
    server = (
        "server: {rated_power: 100 W, devices: 1, wall_time: 10 h, host_power: 0 W, embodied: 0 kg}"
    )
    result = run(f"{BASE}, {server}, site: {{losses: 5 %}}")
    assert len({entry.identity for entry in result.entries}) == len(result.entries)
    scopes = {e.item: e.ghg_scope for e in result.entries if "losses" in e.item}
    assert scopes == {"grid losses": "3.3", "client: grid losses": "3.11"}


def test_years_of_all_networks_are_checked():
    two = MOVES.replace(
        "access_point:", "network: {intensity: 0.1 kWh/GB, year: 2005}, access_point:"
    )
    two = two.replace(", network: {intensity: 0.03 kWh/GB, year: 2020}", "")
    warnings = run(two + ", site: {year: 2024}").warnings
    assert any("connections.0.network.intensity: the figure is of 2005" in w for w in warnings)


def test_cellular_without_a_base_station_is_said():
    hops = "network: {model: vishwanath-path, hops: {edge-router: 3}}"
    activity = MOVES.replace("technology: wifi", "technology: cellular").replace(
        "network: {intensity: 0.03 kWh/GB, year: 2020}", hops
    )
    assert any("base stations" in warning for warning in run(activity).warnings)


def test_groups_tell_clients_from_their_server():
    server = "server: {device: nvidia/t4, devices: 1, wall_time: 10 h, host_power: 0 W, device_embodied: 0 kg, host_embodied: 0 kg}"
    result = run(f"{BASE}, device: google/pixel-7, client_site: {{grid: FR}}, {server}")
    assert set(result.groups("site")) == {"0.429 kgCO2e/kWh", "FR"}
    assert "nvidia/t4" in result.groups("system")


def test_keys_without_effect_on_the_device_are_refused():
    text = said("kind: on_device, requests: 1e6, energy_per_request: 1 J, lifetime: 3 years")
    assert "lifetime has no use beside energy_per_request alone" in text
    warnings = run(
        "kind: on_device, requests: 1e6, energy_per_request: 1 J, device: google/pixel-7"
    ).warnings
    assert any("give `time_per_request` with a `device`" in warning for warning in warnings)


def test_the_contract_of_a_named_client_site_is_its_own():
    head = "sites: {home: {grid: FR, carbon_free_energy: 100 %}}\n"
    named = run(f"{BASE}, client_site: home", head)
    assert named.total.operational_market_kgco2e == 0
    listed = run(f"{BASE}, client_site: [{{site: home, share: 100 %}}]", head)
    assert listed.total.operational_market_kgco2e == 0


@pytest.mark.parametrize(
    ("activity", "hint"),
    [
        (BASE.replace("60 s", "60"), "write `60 s`"),
        (MOVES.replace("80 Mbps", "80"), "write `80 Mbit/s`"),
        (MOVES.replace("80 Mbps", "80 Mb/s"), "write `Mbit` for bits, or `MB` for bytes"),
        ("kind: on_device, requests: 5, energy_per_request: 3", "write `3 Wh`"),
    ],
)
def test_a_missing_unit_is_named_in_the_scale_of_its_field(activity, hint):
    assert hint in said(activity)
