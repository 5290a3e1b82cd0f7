"""Random workloads of every kind: shapes, which are workloads without their figures, and rows.

A shape is a tree of keys, words and ids in which each figure that varies is a `Figure`. A row
gives all of them numbers. `text` is the workload of one row, and `filled` that of many rows at
once, with columns in place of the figures.
"""

import json
import math
from collections.abc import Callable, Sequence
from random import Random
from typing import Any, NamedTuple

from carbonctl.numbers.columns import Column
from carbonctl.spec.filled import fill
from carbonctl.spec.tree import Map, Seq, parse

PHASES = ("data", "experimentation", "training", "inference")
GPUS = (
    "nvidia/a100-sxm4-80gb", "nvidia/h100-sxm5-80gb", "nvidia/v100-sxm2-32gb", "nvidia/t4",
    "nvidia/k80", "amd/mi250x", "google/tpu-v4", "nvidia/gh200-96gb", "nvidia/a100-pcie-40gb",
    "NVIDIA A100-SXM4-80GB MIG 3g.40gb", "intel/flex-140", "google/tpu-v3", "nvidia/rtx-4090",
    "nvidia/jetson-agx-orin-64gb", "amd/mi300x", "nvidia/l40",
)  # fmt: skip
MODEL_DEVICES = ("nvidia/h100-sxm5-80gb", "nvidia/b200", "nvidia/a100-sxm4-80gb", "amd/mi300x")
MODELS = ("llama-3.1-8b", "Qwen/Qwen3-30B-A3B", "Qwen/Qwen3-32B", "gpt-oss-20b", "mistral-7b")
CPUS = ("amd/epyc-7742", "intel/xeon-platinum-8380", "amd/epyc-7351p", "ampere/altra-q80-30")
HOSTS = (
    "nvidia/dgx-a100-80gb",
    "nvidia/dgx-h100",
    "dell/poweredge-r740",
    "archetype/rack-server-teads",
)
PHONES = ("google/pixel-6", "apple/iphone-13", "fairphone/fairphone-4", "google/pixel-3")
GRIDS = ("FR", "US", "DE", "world", "PL", "gcp/us-central1", "aws/eu-west-1", "azure/northeurope")
TASKS = (
    "language-model", "vision", "diffusion", "speech", "recommendation", "other", "benchmark",
    "notebook", "evaluation", "idle",
)  # fmt: skip
FACILITIES = ("hyperscale", "colocation", "hpc", "enterprise", "office", "home")
PROVIDERS = ("aws", "azure", "google", "meta", "other")
CLASS_ENDS = (4.0, 5.0, 8.0, 9.0, 64.0, 65.0)  # numbers of devices at which classes of use end
DEVICE_HOURS = ("device-h", "k device-h", "device-days", "node-h")

Sampler = Callable[[Random], list[float]]


class Figure(NamedTuple):
    """A quantity with numbers of a row: its text around them, and which ones they are."""

    pattern: str
    group: int
    places: tuple[int, ...]


class Shape(NamedTuple):
    """A workload without its figures."""

    seed: int
    tree: dict[str, Any]
    samplers: list[Sampler]

    def row(self, number: int) -> list[list[str]]:
        """Return the digits of one row, group by group."""
        rng = Random(f"{self.seed} {number}")
        return [list(map(_digits, sampler(rng))) for sampler in self.samplers]

    def text(self, row: list[list[str]]) -> str:
        """Return the workload of one row."""

        def written(node: Any) -> Any:
            if isinstance(node, Figure):
                return node.pattern.format(*(row[node.group][place] for place in node.places))
            if isinstance(node, dict):
                return {key: written(value) for key, value in node.items()}
            return [written(item) for item in node] if isinstance(node, list) else node

        return json.dumps(written(self.tree))

    def filled(self, rows: Sequence[list[list[str]]]) -> Any:
        """Return the tree of some rows at once: that of the first, with columns for figures."""
        tree = parse(self.text(rows[0]), "job.json")

        def columns(node: Figure) -> list[Column]:
            return [
                Column([float(row[node.group][place]) for row in rows]) for place in node.places
            ]

        def walk(shape: Any, node: Map | Seq) -> None:
            for key, value in shape.items() if isinstance(shape, dict) else enumerate(shape):
                if isinstance(value, Figure):
                    fill(node, key, *columns(value))
                elif isinstance(value, dict | list):
                    walk(value, node[key])

        walk(self.tree, tree)
        return tree


def _digits(number: float) -> str:
    return str(int(number)) if number == int(number) and abs(number) < 1e15 else repr(number)


def shape(seed: int) -> Shape:
    """Return a random shape."""
    maker = _Maker(seed)
    return Shape(seed, maker.workload(), maker.samplers)


def sampler(
    low: float, high: float, *, whole: bool = False, edges: Sequence[float] = ()
) -> Sampler:
    """Return what draws a number between two ends, and now and then one that is special."""

    def one(rng: Random) -> list[float]:
        if edges and rng.random() < 0.15:
            return [rng.choice(edges)]
        if whole:
            return [float(rng.randint(int(low), int(high)))]
        if low > 0 and high / low > 100:
            return [float(f"{10 ** rng.uniform(math.log10(low), math.log10(high)):.5g}")]
        return [float(f"{rng.uniform(low, high):.5g}")]

    return one


def _ends(draw: Sampler, rng: Random) -> list[float]:
    """Return two numbers in order, which are now and then the same."""
    first, second = draw(rng), draw(rng)
    while first == second and rng.random() < 0.9:
        second = draw(rng)
    return sorted([*first, *second])


class _Maker:
    """Makes one shape."""

    def __init__(self, seed: int) -> None:
        self.rng = Random(seed)
        self.samplers: list[Sampler] = []
        self.systems: dict[str, Any] = {}
        self.sites: dict[str, Any] = {}

    def chance(self, part: float) -> bool:
        return self.rng.random() < part

    def choice(self, *options: Any) -> Any:
        return self.rng.choice(options)

    def group(self, draw: Sampler) -> int:
        self.samplers.append(draw)
        return len(self.samplers) - 1

    def quantity(
        self, low: float, high: float, *units: str, whole: bool = False, ranged: bool = True,
        edges: Sequence[float] = (),
    ) -> Any:  # fmt: skip
        """Return a figure, a fixed text, a range, or a mapping of best, low and high."""
        unit = f" {self.choice(*units)}".rstrip() if units else ""
        unit = unit.replace(" k ", "k ").replace(" M ", "M ")
        draw = sampler(low, high, whole=whole, edges=edges)
        form = self.rng.random()
        if form < 0.15:
            return _digits(draw(self.rng)[0]) + unit
        if form < 0.6 or not ranged:
            return Figure(f"{{}}{unit}", self.group(draw), (0,))
        if form < 0.85:
            two = self.group(lambda rng: _ends(draw, rng))
            return Figure(f"{{}}..{{}}{unit}", two, (0, 1))
        three = self.group(lambda rng: sorted([*draw(rng), *draw(rng), *draw(rng)]))
        keys = {"low": 0, "best": 1, "high": 2}
        if self.chance(0.2):
            del keys[self.choice("low", "high")]
        found: dict[str, Any] = {k: Figure(f"{{}}{unit}", three, (at,)) for k, at in keys.items()}
        return {**found, **({"source": "ours"} if self.chance(0.3) else {})}

    def share(self, *, edges: Sequence[float] = (0.0, 100.0), low: float = 1) -> Any:
        return self.quantity(low, 100, "%", edges=edges)

    def fixed_shares(self, count: int) -> list[Any]:
        """Return shares that sum to one in every row."""
        if self.chance(0.4):
            return [f"{100 / count!r} %"] * count

        def draw(rng: Random) -> list[float]:
            weights = [rng.randint(1, 9) for _ in range(count)]
            return [100 * weight / sum(weights) for weight in weights]

        group = self.group(draw)
        return [Figure("{} %", group, (place,)) for place in range(count)]

    def some(self, options: dict[str, tuple[float, Callable[[], Any]]]) -> dict[str, Any]:
        """Return some of some keys, each with its chance."""
        return {key: make() for key, (part, make) in options.items() if self.chance(part)}

    # Sites

    def supply(self) -> dict[str, Any]:
        draw = self.rng.random()
        if draw < 0.45:
            found = {"grid": self.choice(*GRIDS)}
            return {**found, **self.some({"year": (0.2, lambda: self.choice("2019", "2023"))})}
        if draw < 0.6:
            first, second = self.choice(("60 %", "40 %"), ("55..65 %", "35..45 %"))
            if self.chance(0.05):  # the account writes the shares of a mix into a note
                first, second = self.fixed_shares(2)
            return {"grid": {"hydro": first, self.choice("gas", "coal"): second}}
        found = {"carbon_intensity": self.quantity(1, 900, "g/kWh", "lb/MWh", edges=(0.0,))}
        return {**found, **self.some({"basis": (0.3, lambda: self.choice("direct", "life-cycle"))})}

    def market(self) -> dict[str, Any]:
        draw = self.rng.random()
        intensity = lambda: self.quantity(0, 700, "g/kWh")  # noqa: E731
        if draw < 0.5:
            return {}
        if draw < 0.65:
            return {"market_intensity": intensity()}
        found = {"carbon_free_energy": self.share()} if self.chance(0.8) else {}
        more = {"residual_intensity": (0.5, intensity)}
        if found:
            more["contract_intensity"] = (0.4, intensity)
        return {**found, **self.some(more)}

    def construction(self) -> dict[str, Any]:
        found = {"per_capacity": self.quantity(100, 3000, "kg/kW")} if self.chance(0.5) else {
            "per_area": self.quantity(100, 2000, "kg/m2"), "area": self.quantity(0.2, 3, "m2/kW"),
        }  # fmt: skip
        use = {"utilization": (0.5, lambda: self.share(edges=(100.0,)))}
        return {**found, "lifetime": self.quantity(10, 60, "years"), **self.some(use)}

    def site(self) -> dict[str, Any]:
        found = {**self.supply(), **self.market()}
        building = {
            "pue": (0.6, lambda: self.quantity(1, 2.5, edges=(*[1.0] * 19, 4.5))),
            "construction": (0.15, self.construction),
        }
        if self.chance(0.15):
            found["operator"], building = "client", {}
        elif self.chance(0.3):
            found["operator"] = self.choice("own", "colocation", "cloud")
        return {**found, **self.some(building), **self.some({
            "facility": (0.2, lambda: self.choice(*FACILITIES)),
            "provider": (0.2, lambda: self.choice(*PROVIDERS)),
            "losses": (0.25, lambda: self.quantity(0, 30, "%", edges=(0.0,))),
            "wue": (0.25, lambda: self.quantity(0, 3, "L/kWh")),
            "water_intensity": (0.3, lambda: self.quantity(0, 8, "L/kWh")),
        })}  # fmt: skip

    def site_ref(self, *, split: bool = True) -> Any:
        draw = self.rng.random()
        if draw < 0.5:
            return self.site()
        if draw < 0.75 or not split:
            return self.named_site()
        places = [{**self.site(), "operator": "cloud"}, {"site": self.named_site()},
                  {"grid": self.choice(*GRIDS)}][: self.rng.randint(1, 3)]  # fmt: skip
        return [{**place, "share": share}
                for place, share in zip(places, self.fixed_shares(len(places)), strict=True)]  # fmt: skip

    def named_site(self) -> str:
        name = self.choice("dublin", "oregon", "lab")
        if name not in self.sites:
            self.sites[name] = self.site()
        return name

    # Machines

    def power(self, *, of_all: bool) -> dict[str, Any]:
        draw = self.rng.random()
        watts = lambda: self.quantity(20, 350, "W", edges=(0.0,))  # noqa: E731
        if draw < 0.45:
            return {}
        if draw < 0.65:
            return {"rated_power": self.quantity(100, 700, "W")}
        scopes = ("device", "system", "wall", *(("all",) if of_all else ()))
        scope = self.some({"power_scope": (0.5, lambda: self.choice(*scopes))})
        return {"power": watts(), **scope}

    def around(self, held: bool = False) -> dict[str, Any]:
        """Return the rest of a node; ``held`` says that its watts are in those of devices."""
        draw = self.rng.random()
        if draw < 0.4 or (held and draw < 0.98):
            return {}
        rest = {"host_power": self.quantity(50, 2000, "W", edges=(0.0,))} if draw < 0.75 else {
            "host_overhead": self.quantity(1, 2, edges=(1.0,))
        }  # fmt: skip
        if self.chance(0.3):
            rest["cpu"] = self.choice(*CPUS)
            rest |= self.some({"cpus": (0.6, lambda: self.quantity(1, 4, whole=True))})
        if self.chance(0.4):
            rest["memory"] = self.quantity(16, 2048, "GB", "GiB")
            rest |= self.some({"dram_power": (0.5, lambda: self.quantity(0.1, 0.6, "W/GB"))})
        if self.chance(0.3):
            rest["storage"] = self.quantity(1, 100, "TB")
            rest |= self.some({
                "storage_medium": (0.5, lambda: self.choice("ssd", "hdd")),
                "storage_power": (0.5, lambda: self.quantity(0.5, 6, "W/TB")),
            })  # fmt: skip
        return rest

    def watts(self, *, of_all: bool, known: bool = True) -> dict[str, Any]:
        found = self.power(of_all=of_all)
        while not known and not found:
            found = self.power(of_all=of_all)
        held = found.get("power_scope") in ("system", "wall")
        return {**found, **self.around(held), **self.idle()}

    def embodied(self, *, parts: bool) -> dict[str, Any]:
        draw = self.rng.random()
        if draw < 0.3:
            return {"embodied": self.quantity(100, 9000, "kg", "lb", edges=(0.0,))}
        if draw < 0.6:
            return self.some({
                "device_embodied": (0.8, lambda: self.quantity(10, 400, "kg")),
                "host_embodied": (0.7, lambda: self.quantity(100, 3000, "kg")),
            })  # fmt: skip
        return {"parts": self.parts()} if parts and draw < 0.72 else {}

    def life(self) -> dict[str, Any]:
        return self.some({
            "lifetime": (0.4, lambda: self.quantity(1, 8, "years", edges=(*[4.0] * 18, 0.1, 40.0))),
            "utilization": (0.4, lambda: self.share(edges=(100.0,))),
        })  # fmt: skip

    def parts(self) -> list[Any]:
        kinds = [self.logic, self.memory, self.measured, self.measured]
        found = [self.rng.choice(kinds)() for _ in range(self.rng.randint(1, 3))]
        if self.chance(0.3):
            found = [{"parts": found, "name": "tray", "count": self.quantity(1, 9, whole=True)}]
        return found

    def logic(self) -> dict[str, Any]:
        found: dict[str, Any] = {"kind": "logic"}
        if self.chance(0.6):
            found["area"] = self.quantity(10, 900, "mm2")
        else:
            found |= {key: self.quantity(3, 30, "mm", ranged=False) for key in ("width", "height")}
            found |= self.some({"wafer": (0.5, lambda: {"edge": self.quantity(0, 6, "mm")})})
        if self.chance(0.3):
            found["carbon_per_area"] = self.quantity(0.5, 4, "kg/cm2")
        else:
            found["node"] = self.choice("7 nm", "5 nm", "28 nm", "9 nm")
            found |= self.some({
                "fab_intensity": (0.4, lambda: self.quantity(10, 800, "g/kWh")),
                "abatement": (0.1, lambda: self.quantity(95, 99, "%", edges=(95.0, 97.0, 99.0))),
            })  # fmt: skip
        models = [
            "fixed",
            "poisson",
            "murphy",
            *(["negative-binomial"] if self.chance(0.7) else []),
        ]
        model = self.rng.choice(models)
        if model == "fixed":
            found |= self.some({"yield": (0.6, lambda: self.share(low=50, edges=(100.0,)))})
        else:
            found |= {
                "yield_model": model,
                "defect_density": self.quantity(0, 0.4, "/cm2", edges=(0.0,)),
            }
        return {**found, **self.some({
            "count": (0.3, lambda: self.quantity(1, 9, whole=True)),
            "packages": (0.3, lambda: self.quantity(0, 2, whole=True)),
            "package_carbon": (0.3, lambda: self.quantity(50, 400, "g")),
        })}  # fmt: skip

    def memory(self) -> dict[str, Any]:
        kind, process = self.choice(("dram", "ddr4 10 nm"), ("hbm", "hbm3"), ("ssd", "nand 10 nm"))
        found = {"kind": kind, "capacity": self.quantity(16, 4000, "GB")}
        if self.chance(0.5):
            return {
                **found,
                "process": process,
                **self.some({"yield": (0.3, lambda: self.share(low=50))}),
            }
        figure = self.quantity(0.01, 1, "kg/GB")
        return {
            **found,
            "carbon_per_capacity": figure,
            "includes": self.choice("none", "both", "yield"),
        }

    def measured(self) -> dict[str, Any]:
        kind = self.choice("power-supply", "enclosure", "battery", "other", "board", "transport")
        found: dict[str, Any] = {"kind": kind}
        if kind == "other":
            return {**found, "embodied": self.quantity(1, 90, "kg")}
        if kind == "battery":
            figure = {"carbon_per_energy": self.quantity(20, 200, "kg/kWh")}
            return {**found, "energy": self.quantity(5, 90, "Wh"), **figure}
        if kind == "board":
            return {
                **found,
                "area": self.quantity(20, 900, "cm2"),
                "carbon_per_area": self.quantity(0.01, 0.3, "kg/cm2"),
            }
        found["mass"] = self.quantity(0.2, 20, "kg")
        if kind == "transport":
            figure = {"carbon_per_mass_distance": self.quantity(0.01, 1, "kg/t-km")}
            return {**found, "distance": self.quantity(100, 9000, "km"), **figure}
        return {**found, "carbon_per_mass": self.quantity(1, 30, "kg/kg")}

    def system(self) -> dict[str, Any]:
        draw = self.rng.random()
        if draw < 0.12:
            return {"accelerators": self.accelerators(), **self.around(), **self.life()}
        if draw < 0.2:
            host = {"host": self.choice(*HOSTS), "power": self.quantity(200, 3000, "W")}
            return {**host, **self.embodied(parts=False), **self.life()}
        found: dict[str, Any] = {}
        if draw < 0.4:
            found["device"] = self.choice(*CPUS)
            found |= self.some({
                "devices": (0.7, lambda: self.quantity(1, 4, whole=True, ranged=self.chance(0.2))),
                "share": (0.3, lambda: self.share(edges=(100.0,))),
            })  # fmt: skip
        else:
            found |= self.some({
                "device": (0.9, lambda: self.choice(*GPUS)),
                "host": (0.3, lambda: self.choice(*HOSTS)),
                "devices": (0.6, lambda: self.quantity(1, 16, whole=True, edges=(4.0, 8.0), ranged=self.chance(0.2))),
                "cooling": (0.3, lambda: self.choice("air", "liquid")),
            })  # fmt: skip
        return {**found, **self.watts(of_all=True), **self.embodied(parts=True), **self.life()}

    def idle(self) -> dict[str, Any]:
        return self.some({"idle_power": (0.4, lambda: self.quantity(1, 120, "W"))})

    def accelerators(self) -> list[Any]:
        found = []
        for device in self.rng.sample(GPUS[:5], 2):
            count = self.rng.choice(
                ["4", "8", "2", "1", self.quantity(1, 8, whole=True, ranged=False)]
            )
            one = {"device": device, "devices": count, **self.idle()}
            found.append({**one, **self.some({
                "rated_power": (0.3, lambda: self.quantity(100, 500, "W")),
                "device_embodied": (0.4, lambda: self.quantity(20, 300, "kg")),
            })})  # fmt: skip
        return found

    def machine(self) -> dict[str, Any]:
        """Return the keys by which an activity says what it runs on."""
        draw = self.rng.random()
        if draw < 0.3:
            name = self.choice("pool", "node")
            if name not in self.systems:
                self.systems[name] = self.system()
            return {"system": name, **self.life()}
        if draw < 0.45:
            return {"system": self.system()}
        found = {"device": self.choice(*GPUS, *CPUS)} if draw < 0.9 else {}
        found |= self.some(
            {
                "devices_per_system": (
                    0.3,
                    lambda: self.quantity(1, 8, whole=True, ranged=self.chance(0.2)),
                )
            }
        )
        return {**found, **self.watts(of_all=False, known=draw < 0.9), **self.embodied(parts=False),
                **self.life()}  # fmt: skip

    def at_work(self) -> dict[str, Any]:
        """Return a machine, and how hard it works."""
        found = {**self.machine(), **self.some({"task": (0.4, lambda: self.choice(*TASKS))})}
        described = [found, found.get("system"), self.systems.get(str(found.get("system")))]
        draws = any("power" in one for one in described if isinstance(one, dict))
        draw = self.rng.random()
        if draw < 0.3 and (not draws or self.chance(0.05)):
            return {**found, "load": self.share()}
        if draw < 0.55 and (not draws or self.chance(0.05)):
            found.setdefault("idle_power", self.quantity(1, 60, "W"))
            found["busy"] = self.share()
        if self.chance(0.15):
            found.setdefault("idle_power", self.quantity(1, 60, "W"))
            found["pool_idle"] = "yes"
        return found

    def time(self) -> dict[str, Any]:
        if self.chance(0.5):
            return {"device_time": self.quantity(1, 1e6, *DEVICE_HOURS, edges=(0.0,))}
        return {"devices": self.quantity(1, self.choice(16, 100, 4096), "", "devices", "nodes", whole=True, edges=CLASS_ENDS),
                "wall_time": self.quantity(0.1, 2000, "h", "days")}  # fmt: skip

    # Activities

    def repeat(self) -> dict[str, Any]:
        if self.chance(0.75):
            return {}
        every = self.quantity(1, 60, "days", edges=(7.0, 30.0))
        return {"repeat": {"every": every, "for": self.quantity(90, 1000, "days", edges=(365.0,))}}

    def of_runs(self) -> dict[str, Any]:
        """Return what stops runs, and how many of them a search makes."""
        percent = lambda: self.quantity(0, 100, "%", edges=(0.0, 100.0))  # noqa: E731
        search = {"configurations": self.quantity(1, 300, whole=True, edges=(27.0, 81.0))}
        search |= self.some({"halving": (0.5, lambda: self.choice("2", "3", "4"))})
        return self.some({
            "early_stopping": (0.15, lambda: {"stopped": percent(), "after": percent()}),
            "search": (0.15, lambda: search),
        })  # fmt: skip

    def faults(self, *, of_run: bool) -> dict[str, Any]:
        found = {
            "mtbf": self.quantity(1e4, 1e6, "h"),
            "checkpoint_time": self.quantity(0.5, 10, "min"),
        }
        if of_run:
            found["devices"] = self.quantity(1, 512, "", "devices", whole=True)
        return {**found, **self.some({
            "checkpoint_every": (0.4, lambda: self.choice("best", self.quantity(10, 300, "min"))),
            "restart_time": (0.6, lambda: self.quantity(1, 30, "min")),
        })}  # fmt: skip

    def compute(self) -> dict[str, Any]:
        found = {**self.time(), **self.at_work(), **self.of_runs()}
        if self.chance(0.25):
            found["faults"] = self.faults(of_run="devices" not in found)
        else:
            found |= self.some({"restarts": (0.3, self.share)})
        return {**found, **self.some({"mode": (0.2, lambda: self.choice("online", "offline"))})}

    def experiments(self) -> dict[str, Any]:
        hours = lambda low, high: self.quantity(low, high, "device-h", "device-days")  # noqa: E731
        draw = self.rng.random()
        if draw < 0.2:
            found: dict[str, Any] = {"durations": [hours(1, 50) for _ in range(3)]}
        elif draw < 0.6:
            found = {"runs": self.quantity(1, 900), "mean": hours(1, 90)}
        else:
            unit = self.choice("device-h", "device-days")
            found = {"runs": self.quantity(1, 900), "p50": self.quantity(1, 20, unit),
                     "p99": self.quantity(18, 3000, unit)}  # fmt: skip
        found |= {**self.at_work(), **self.of_runs(), **self.some({
            "failed": (0.3, lambda: self.quantity(0, 60, "%", edges=(0.0,))),
            "faults": (0.25, lambda: self.faults(of_run=True)),
        })}  # fmt: skip
        if "search" not in found:
            found |= self.some({"search_multiplier": (0.3, lambda: self.quantity(1, 20))})
        return found

    def asked(self) -> dict[str, Any]:
        if self.chance(0.5):
            return {"requests": self.quantity(1e3, 1e9, edges=(0.0,))}
        return {"requests": self.quantity(10, 1e6, "/ h", "/ day", "k / s"),
                "duration": self.quantity(1, 400, "days")}  # fmt: skip

    def serving(self) -> dict[str, Any]:
        draw = self.rng.random()
        if draw < 0.3:
            found = {
                "fleet": self.quantity(1, 90, whole=True),
                "duration": self.quantity(1, 400, "days"),
            }
            found |= self.at_work()
            found.pop("pool_idle", None)
            return {**found, **({"autoscaling": self.share()} if "busy" in found else {})}
        each = {"device_time_per_request": self.quantity(0.01, 9, "device-s")} if self.chance(0.5) else {
            "throughput": self.quantity(1, 500, "/ s", "/ h")
        }  # fmt: skip
        if draw < 0.65:
            return {**self.asked(), **each, **self.at_work()}
        found = {**self.asked(), "energy_per_request": self.quantity(0.01, 20, "Wh", "kJ", edges=(0.0,)),
                 "energy_boundary": self.choice("chip", "node", "facility")}  # fmt: skip
        if self.chance(0.4):
            return {
                **found,
                **self.some({"embodied_per_request": (0.6, lambda: self.quantity(0.01, 2, "g"))}),
            }
        return {
            **found,
            **self.machine(),
            **(each if self.chance(0.5) else self.some({"load": (0.4, self.share)})),
        }

    def language_model(self) -> dict[str, Any]:
        if self.chance(0.75):
            return {"model": self.choice(*MODELS)}
        found = {"parameters": self.quantity(1e9, 4e10, ranged=False)}
        return {**found, **self.some({"active_parameters": (0.3, lambda: "1e9")})}

    def model_machine(self) -> dict[str, Any]:
        """Return a machine of one kind of whole device, which a model can run on."""
        found = {"device": self.choice(*MODEL_DEVICES), **self.embodied(parts=False), **self.life()}
        return {**found, **self.around(), **self.some({
            "power": (0.15, lambda: self.quantity(100, 350, "W")),
            "idle_power": (0.2, lambda: self.quantity(20, 90, "W")),
        })}  # fmt: skip

    def llm_serving(self) -> dict[str, Any]:
        fixed = self.chance(0.6)  # with ranges, the devices are not to depend on these
        asked = self.asked()
        found = {**asked, "output_tokens": self.quantity(20, 1500, ranged=fixed)}
        found |= self.some({"input_tokens": (0.8, lambda: self.quantity(0, 2000, ranged=fixed))})
        if self.chance(0.15):
            return {**found, "model": self.choice("gpt-4o", "gemini-apps"), **self.some({
                "embodied_per_request": (0.6, lambda: self.quantity(0.01, 2, "g")),
            })}  # fmt: skip
        found |= {**self.language_model(), **self.model_machine()}
        found |= self.some({
            "cached_input": (0.3, lambda: self.quantity(0, 100, "%", ranged=fixed)),
            "precision": (0.4, lambda: self.choice("bf16", "fp8", "int4", "nvfp4")),
            "kv_precision": (0.2, lambda: "fp8"),
            "batch": (0.6, lambda: self.quantity(1, 64, ranged=fixed)),
        })  # fmt: skip
        if fixed:
            found["devices"] = self.choice("4", "8", "16", "32")
            found.setdefault("batch", self.quantity(1, 64))
        fleet = {"fleet": self.quantity(200, 90000, whole=True)} if "duration" in found else {}
        found |= self.choice({}, {"busy": self.share(low=5)}, {"mode": "offline"}, fleet)
        rates = {"speedup": self.quantity(1, 3)}, {"tokens_per_s": self.quantity(200, 5000, "/ s")}
        return {**found, **self.choice({}, {}, *rates)}

    def llm_training(self) -> dict[str, Any]:
        found = {**self.language_model(), **self.model_machine(),
                 "devices": self.quantity(64, 4096, whole=True, ranged=False)}  # fmt: skip
        if self.chance(0.2):
            return {**found, "rl": {
                "prompts": self.quantity(1e3, 1e5), "samples": self.quantity(1, 16),
                "output_tokens": self.quantity(100, 3000, ranged=False), "batch": self.quantity(1, 64, ranged=False),
                **self.some({"reference_model": (0.5, lambda: "yes")}),
                **self.some({"input_tokens": (0.7, lambda: self.quantity(10, 900, ranged=False))}),
            }}  # fmt: skip
        found |= {"tokens": self.quantity(1e6, 1e12), **self.some({
            "epochs": (0.4, lambda: self.quantity(1, 5)),
            "method": (0.5, lambda: self.choice("full", "lora", "qlora")),
            "sequence": (0.4, lambda: self.quantity(512, 8000)),
            "recompute": (0.4, lambda: self.choice("none", "selective", "full")),
        })}  # fmt: skip
        if self.chance(0.5):
            found[self.choice("mfu", "hfu")] = self.quantity(20, 60, "%")
            found |= self.some({
                "exposed_communication": (0.4, lambda: self.quantity(5, 40, "%")),
                "restarts": (0.4, self.share),
            })  # fmt: skip
        return found

    def media_serving(self) -> dict[str, Any]:
        whole = lambda low, high: self.quantity(low, high, whole=True, ranged=False)  # noqa: E731
        model = {"model": self.choice("flux", "sana-1.5", "wan2.1-14b")} if self.chance(0.6) else {
            "parameters": self.quantity(1e9, 2e10, ranged=False), "layers": whole(20, 60),
            "model_width": whole(1000, 4000),
        }  # fmt: skip
        found = {**self.asked(), **model, **self.model_machine(), "width": whole(256, 1024),
                 "height": whole(256, 1024), "steps": whole(4, 50)}  # fmt: skip
        return {**found, **self.some({
            "frames": (0.3, lambda: whole(8, 81)), "guidance": (0.3, lambda: self.choice("1", "2")),
            "batch": (0.4, lambda: whole(1, 16)), "devices": (0.4, lambda: self.choice("2", "8")),
        })}  # fmt: skip

    def storage(self) -> dict[str, Any]:
        return {"capacity": self.quantity(1, 900, "TB", "PB"), "duration": self.quantity(1, 60, "months"), **self.some({
            "medium": (0.5, lambda: self.choice("ssd", "hdd")),
            "replication": (0.4, lambda: self.quantity(1, 4)),
            "fill": (0.3, lambda: self.share(edges=(100.0,))),
            "power": (0.3, lambda: self.quantity(0.4, 8, "W/TB")),
            "embodied": (0.3, lambda: self.quantity(1, 200, "kg/TB")),
            "lifetime": (0.3, lambda: self.quantity(2, 9, "years")),
        })}  # fmt: skip

    def transfer(self) -> dict[str, Any]:
        found = {
            "volume": self.quantity(1, 900, "TB", "GB"),
            "intensity": self.quantity(0.001, 0.2, "kWh/GB"),
        }
        return {
            **found,
            **self.some({"intensity_year": (0.5, lambda: self.choice("2015", "2022"))}),
        }

    def ingestion(self) -> dict[str, Any]:
        return {"bandwidth": self.quantity(1, 90, "GB/s", edges=(12.0,)), "duration": self.quantity(1, 900, "h"),
                "server_bandwidth": self.quantity(0.5, 12, "GB/s", edges=(4.0,)), **self.at_work()}  # fmt: skip

    def energy(self) -> dict[str, Any]:
        found = {"energy": self.quantity(1, 1e5, "kWh", "MWh", edges=(0.0,))}
        found |= self.some({"includes_pue": (0.3, lambda: "yes")})
        if self.chance(0.4):
            hardware = {"device": self.choice(*GPUS), **self.life()}
            return {**found, **self.time(), **hardware}
        return {
            **found,
            **self.some({"embodied": (0.6, lambda: self.quantity(0.1, 90, "kg", edges=(0.0,)))}),
        }

    def client(self) -> dict[str, Any]:
        return self.some({
            "device": (0.7, lambda: self.choice(*PHONES)),
            "power": (0.5, lambda: self.quantity(0.5, 9, "W")),
            "device_embodied": (0.4, lambda: self.quantity(20, 90, "kg")),
            "lifetime": (0.3, lambda: self.quantity(1, 6, "years")),
            "utilization": (0.3, lambda: self.share(edges=(100.0,))),
            "charging_efficiency": (0.4, lambda: self.share(low=50, edges=(100.0,))),
        })  # fmt: skip

    def on_device(self) -> dict[str, Any]:
        found = {**self.asked(), **self.client()}
        found |= self.some({"client_site": (0.3, self.site_ref)})
        if self.chance(0.5):
            found.pop("power", None)
            found["energy_per_request"] = self.quantity(0.1, 90, "J", "mWh")
        else:
            found["time_per_request"] = self.quantity(0.01, 30, "s")
        if "energy_per_request" in found or self.chance(0.3):
            for key in ("device_embodied", "lifetime", "utilization"):
                found.pop(key, None)
            found |= self.some({"embodied_per_request": (0.6, lambda: self.quantity(0.01, 2, "g"))})
        return found

    def access_point(self) -> dict[str, Any]:
        draw = self.rng.random()
        if draw < 0.4:
            return {"power": self.quantity(2, 20, "W")}
        if draw < 0.7:
            return {"energy": self.quantity(0.001, 0.1, "kWh/GB")}
        return {"max_power": self.quantity(9, 20, "W"), "idle_power": self.quantity(2, 8, "W"),
                "capacity": self.quantity(50, 900, "Mbit/s")}  # fmt: skip

    def network(self) -> dict[str, Any]:
        if self.chance(0.4):
            found = {"intensity": self.quantity(0.001, 0.2, "kWh/GB")}
            return {**found, **self.some({"year": (0.5, lambda: self.choice("2015", "2022"))})}
        hops = {
            name: self.quantity(1, 6) for name in ("edge-router", "core-router", "base-station")
        }
        if self.chance(0.5):
            return {"hops": hops, "model": "vishwanath-path"}
        return {
            "hops": hops,
            "energy": {name: self.quantity(0.0001, 0.02, "kWh/GB") for name in hops},
        }

    def connections(self) -> list[Any]:
        found = []
        for technology in ("wifi", "cellular")[: self.rng.randint(1, 2)]:
            one = {"technology": technology, "download_bandwidth": self.quantity(5, 200, "Mbit/s"),
                   "upload_bandwidth": self.quantity(1, 50, "Mbit/s"),
                   "receive_power": self.quantity(0.2, 2, "W"), "transmit_power": self.quantity(0.2, 3, "W")}  # fmt: skip
            found.append(
                {
                    **one,
                    **self.some(
                        {"access_point": (0.5, self.access_point), "network": (0.2, self.network)}
                    ),
                }
            )
        if all("network" in one for one in found):
            found[0].pop("network")
        if len(found) > 1:
            found = [
                {**one, "share": share}
                for one, share in zip(found, self.fixed_shares(2), strict=True)
            ]
        return found

    def federated(self) -> dict[str, Any]:
        found = {"rounds": self.quantity(10, 3000), "cohort": self.quantity(10, 9000)}
        draw = self.rng.random()
        if draw < 0.35:
            found["compute_time"] = self.quantity(1, 600, "s", "min")
        elif draw < 0.6:
            found |= {
                "compute_p50": self.quantity(5, 60, "s"),
                "compute_p99": self.quantity(55, 900, "s"),
            }
        else:
            found |= {
                "samples": self.quantity(10, 900),
                "time_per_sample": self.quantity(1, 90, "ms"),
            }
        if self.chance(0.3):
            shares = self.fixed_shares(2)
            found["clients"] = [{**self.client(), "share": share} for share in shares]
        else:
            found |= self.client()
        if self.chance(0.75):
            found |= {"model_size": self.quantity(1, 90, "MB")} if self.chance(0.5) else {
                "parameters": self.quantity(1e5, 1e8), "bytes_per_parameter": self.quantity(1, 8, "B")
            }  # fmt: skip
            found |= self.some({
                "download_compression": (0.3, lambda: self.quantity(1, 9)),
                "upload_compression": (0.3, lambda: self.quantity(1, 9)),
                "connections": (0.8, self.connections), "network": (0.6, self.network),
            })  # fmt: skip
        found |= self.some({
            "over_selection": (0.4, lambda: self.quantity(1, 2)),
            "dropout": (0.5, lambda: self.quantity(0, 40, "%", edges=(0.0,))),
            "server": (0.5, lambda: {**self.time(), **self.at_work()}),
            "client_site": (0.3, self.site_ref),
        })  # fmt: skip
        return {
            **found,
            **({"dropout_work": self.share()} if "dropout" in found and self.chance(0.5) else {}),
        }

    def activity(self, kind: str, name: str) -> dict[str, Any]:
        found = {"kind": kind, "name": name, **getattr(self, kind)(), **self.repeat()}
        return {**found, **self.some({"site": (0.25, self.site_ref)})}

    def workload(self) -> dict[str, Any]:
        kinds = [self.rng.choice(KINDS) for _ in range(self.rng.randint(1, 3))]
        phases: dict[str, Any] = {}
        for place, kind in enumerate(kinds):
            phase = self.choice(*PHASES)
            phases.setdefault(phase, []).append(self.activity(kind, f"{kind} {place}"))
        head = {"name": "t", "site": self.site_ref(), "phases": phases}
        head |= self.some({"phase_sites": (0.2, lambda: {self.choice(*phases): self.site_ref()})})
        if self.chance(0.2):
            head["functional_unit"] = {"name": "token", "amount": self.quantity(1, 1e9)}
        if self.chance(0.02):
            head["reported"] = {
                "energy": self.quantity(1, 1e5, "kWh"),
                "total": self.quantity(1, 90, "t"),
            }
        return {**head, **({"systems": self.systems} if self.systems else {}),
                **({"sites": self.sites} if self.sites else {})}  # fmt: skip


KINDS = (
    "compute", "experiments", "serving", "storage", "transfer", "ingestion", "energy",
    "federated", "on_device", "llm_serving", "llm_training", "media_serving",
)  # fmt: skip
