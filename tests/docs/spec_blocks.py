"""The reference of the spec: a table for each part of a workload, from `carbonctl.reference.spec_keys`."""

from carbonctl import estimators
from carbonctl.reference import schemas, spec_keys
from carbonctl.spec.model import Activity
from carbonctl.spec.parts import KINDS as PARTS
from carbonctl.spec.systems import Part, SystemFields
from tests.docs.blocks import Maker, code, plain, sentence, table

_HEADS = ("Key", "Example", "Unit", "Default", "What it says")
_ON_A_SYSTEM = ("system", "devices_per_system")
WORKLOAD = ("workload", "functional_unit", "reported", "uncertainty", "correlations")
LEVERS = ("levers",)
PROJECTION = ("projection", "optimisation", "hardware", "rebound")
SITE_FILE = ("generation", "scale", "site_battery", "flexibility", "servers", "grid_hourly", "plan")
OF_A_SITES_HOURS = (
    "grid_hourly", "marginal_hourly", "residual_intensity", "generation", "battery", "flexibility",
    "capacity", "servers", "export_limit",
)  # fmt: skip
PLACES = ("site", "construction")
HOURLY = ("grid_hourly", "generation", "scale", "site_battery", "flexibility", "servers")
SCHEDULES = ("schedule", "regions")
MACHINES = ("system", "accelerators")
OF_RUNS = ("faults", "early_stopping", "search")
OF_MODELS = ("rl",)
OF_FEDERATED = ("clients", "connections", "access_point", "network")


def rows(topic: str, without: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Return the rows of a topic's own keys."""
    return [_row(row) for row in spec_keys.page(topic).own if row["key"] not in without]


def _row(row: spec_keys.Row) -> tuple[str, ...]:
    said = row["description"]
    needed = said.startswith(spec_keys.REQUIRED)
    said = spec_keys.DEFAULT.sub("", said.removeprefix(spec_keys.REQUIRED)).lstrip("; ")
    default = "**required**" if needed else row["default"]
    return code(row["key"]), code(row["example"]), row["unit"], default, plain(said)


def section(topic: str, title: str = "", without: tuple[str, ...] = ()) -> str:
    """Return a section on one topic: what it is, and its keys."""
    about = spec_keys.page(topic).about.removeprefix(f"{topic}: ")
    keys = table(_HEADS, rows(topic, without))
    return f"### {title or f'`{topic}`'}\n\n{plain(sentence(about))}\n\n{keys}"


def sections(*topics: str) -> Maker:
    """Return what makes the sections on some topics."""
    return lambda: "\n".join(section(topic) for topic in topics)


def site_file() -> str:
    """Return the keys of a site's file; of `site`, those that hours are computed from."""
    others = tuple(row["key"] for row in spec_keys.page("site").own
                   if row["key"] not in OF_A_SITES_HOURS)  # fmt: skip
    first = [section("demand"), section("site", without=others)]
    titles = {"site_battery": "`battery`"}
    return "\n".join([*first, *(section(topic, titles.get(topic, "")) for topic in SITE_FILE)])


def explore_file() -> str:
    """Return the keys of a file of designs."""
    return table(_HEADS, rows("explore"))


def phases() -> str:
    """Return the four phases, each with what belongs to it."""
    found = schemas.build("spec")["properties"]["phases"]["properties"]
    rows = [(code(name), plain(one["description"])) for name, one in found.items()]
    return table(("Phase", "What belongs to it"), rows)


def federated() -> str:
    """Return the sections on the keys of federated learning; a server is a machine too."""
    own = section("server", without=(*SystemFields.model_fields, *_ON_A_SYSTEM))
    rest = "\nAlso the keys of [an activity on a system](#an-activity-on-a-system).\n"
    return f"{sections(*OF_FEDERATED)()}\n{own}{rest}"


def activity() -> str:
    """Return the keys of every activity, and of those on a system."""
    shared = {row["key"]: row for row in spec_keys.page("compute").shared}
    every = [_row(shared[key]) for key in Activity.model_fields]
    machine = [_row(shared[key]) for key in _ON_A_SYSTEM]
    return (
        "### Every activity\n\n"
        + table(_HEADS, every)
        + "\n### An activity on a system\n\n"
        + table(_HEADS, machine)
        + f"\nIt also takes {_listed(_of_system('compute'))}, before those of its "
        "[system](#system).\n\n" + section("repeat")
    )


def _of_system(kind: str) -> list[str]:
    """Return the keys of a system that a kind takes too."""
    return [
        row["key"] for row in spec_keys.page(kind).shared if row["key"] in SystemFields.model_fields
    ]


def kinds() -> str:
    """Return a section for each kind of activity."""
    return "\n".join(_kind(kind) for kind in estimators.KINDS)


def _kind(kind: str) -> str:
    page, whole = spec_keys.page(kind), _of_system("compute")
    text = f"### `{kind}`\n\n{sentence(page.about.removeprefix(f'{kind}: '))}\n\n"
    text += table(_HEADS, rows(kind, tuple(Activity.model_fields)))
    taken = _of_system(kind)
    if taken == whole:
        return text + "\nAlso the keys of [an activity on a system](#an-activity-on-a-system).\n"
    if taken:
        return text + f"\nAlso {_listed([*_ON_A_SYSTEM, *taken])}, for its hardware.\n"
    return text


def _listed(keys: list[str]) -> str:
    *first, last = (f"`{key}`" for key in keys)
    return f"{', '.join(first)} and {last}" if first else last


def parts() -> str:
    """Return a section for each kind of part; kinds with the same keys share one."""
    alike: dict[tuple[tuple[str, ...], ...], list[str]] = {}
    for kind in PARTS:
        alike.setdefault(tuple(rows(kind, tuple(Part.model_fields))), []).append(kind)
    every = [row for row in spec_keys.page("logic").own if row["key"] in Part.model_fields]
    text = "### Every part\n\n" + table(_HEADS, [_row(row) for row in every])
    for keys, of in alike.items():
        said = [spec_keys.page(kind).about.removeprefix(f"{kind}: ") for kind in of]
        about = (
            said[0]
            if len(of) == 1
            else "\n".join(
                f"- `{kind}`: {one[:1].lower()}{one[1:]}"
                for kind, one in zip(of, said, strict=True)
            )
        )
        text += f"\n### {', '.join(f'`{kind}`' for kind in of)}\n\n{about}\n\n"
        text += table(_HEADS, list(keys))
    return text + "\n" + section("wafer")
