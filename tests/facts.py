"""What hardware_db holds, and its extremes: ``make facts`` prints it after the tests."""

from collections import Counter

from carbonctl.catalog import Catalog

catalog = Catalog()
devices = list(catalog.devices.all())
hosts = list(catalog.hosts.all())


def extremes(title: str, values: dict[str, float], unit: str, most: int = 3) -> None:
    """Print the lowest and the highest values, which are the ones to doubt first."""
    ordered = sorted(values.items(), key=lambda item: item[1])
    shown = [f"{name} {value:.3g}" for name, value in (*ordered[:most], *ordered[-most:])]
    print(f"{title} [{unit}], {len(ordered)} known: {', '.join(shown)}")


kinds = Counter(record.kind for record in (*devices, *hosts))
print(f"hardware_db {catalog.version}:", ", ".join(f"{n} {kind}" for kind, n in kinds.items()))
print(
    f"{len(catalog.zones)} grids, {len(catalog.regions)} cloud regions, {len(catalog.sources)} sources"
)
print(f"{sum(r.embodied is not None for r in devices)} devices and "
      f"{sum(r.embodied is not None for r in hosts)} hosts with an embodied figure")  # fmt: skip
areas = {
    d.id: sum(die.area.best * die.count for die in d.dies)
    for d in devices
    if d.dies and all(die.area for die in d.dies)
}
power = {d.id: d.rated_power.best for d in devices if d.rated_power}
extremes("power per die area", {i: power[i] / a for i, a in areas.items() if i in power}, "W/mm2")
peak = {d.id: d.peak["bf16"].best for d in devices if "bf16" in d.peak}
extremes("BF16 per watt", {i: p / power[i] for i, p in peak.items() if i in power}, "TFLOPS/W")
stacks = {
    d.id: d.memory.capacity.best / d.memory.stacks
    for d in devices
    if d.memory and d.memory.capacity and d.memory.stacks
}
extremes("memory per stack", stacks, "GB")
extremes(
    "power per core",
    {d.id: power[d.id] / d.cores.best for d in devices if d.cores and d.id in power}, "W",
)  # fmt: skip
extremes("embodied of hosts", {h.id: h.embodied.value.best for h in hosts if h.embodied}, "kgCO2e")
