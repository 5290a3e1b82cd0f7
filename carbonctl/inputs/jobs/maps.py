"""The map of a table or a log: which columns hold what, and what stands behind the rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any, NamedTuple, TypeAlias

from carbonctl.errors import InputError, Problem
from carbonctl.inputs import reading
from carbonctl.inputs.jobs import keys, names, times
from carbonctl.inputs.jobs.logs import FORMATS
from carbonctl.inputs.jobs.table import BUILT_IN
from carbonctl.inputs.jobs.tree_reader import Loc, TreeReader
from carbonctl.spec import tree
from carbonctl.spec.model import PHASES
from carbonctl.spec.tree import Place
from carbonctl.spec.validation import nearest_key
from carbonctl.text import check_text, did_you_mean, few_searches

TABLE = "table"  # the format of a table that carbonctl reads by the names of its columns
Figures: TypeAlias = Mapping[str, Any]

# Keys of a log's own map, whose format reads them.
_OF_LOGS: dict[str, tuple[str, ...]] = {
    "partitions": ("gpu", "cores", "memory"),
    "nodes": ("gpu", "cores", "memory"),
}
_CPU = ("power_per_core", "embodied", "cores")


class MappedColumn(NamedTuple):
    """A column that a map or a flag names, with the unit of its numbers and its place in the map.

    Attributes
    ----------
    column : str
        As the header has it.
    unit : str, optional
        Of its numbers.
    place : Place, optional
        In the map; none of a flag.
    """

    column: str
    unit: str | None = None
    place: Place | None = None


class Rule(NamedTuple):
    """Patterns of columns that all fit, and the phase that such rows belong to."""

    where: Mapping[str, str]
    phase: str = ""
    place: Place | None = None


@dataclass(frozen=True)
class Map:
    """What a map says. Figures stay texts: the account reads them as those of a workload.

    Attributes
    ----------
    file : str
        What messages call it.
    format : str, optional
        The format of the input: one of `FORMATS`, or `TABLE`.
    columns : mapping
        The columns of fields, by the name of the field: `names.Field.name`.
    tags : mapping
        The columns of tags; one named day, month, quarter or year is that of a time column.
    devices : mapping
        By name, the id of a device or figures of one's own; ``gpus`` means the same.
    regions : mapping
        By name, a grid.
    instances : mapping
        By name, the id of an instance or figures of one's own.
    defaults : mapping
        Keys of the spec that hold where a row has none, ``site`` a mapping of its own.
    phases : tuple of Rule
        The first that fits decides.
    drop : tuple of Rule
        Rows that any of them fits are left out.
    timezone : tzinfo, optional
        Of times without one, and of days and months.
    raw : mapping
        All of it as YAML gives it, for formats of logs.
    """

    file: str = ""
    format: str | None = None
    columns: Mapping[str, MappedColumn] = field(default_factory=dict)
    tags: Mapping[str, MappedColumn] = field(default_factory=dict)
    devices: Mapping[str, str | Figures] = field(default_factory=dict)
    regions: Mapping[str, str] = field(default_factory=dict)
    instances: Mapping[str, str | Figures] = field(default_factory=dict)
    defaults: Figures = field(default_factory=dict)
    phases: tuple[Rule, ...] = ()
    drop: tuple[Rule, ...] = ()
    timezone: tzinfo | None = None
    raw: Mapping[str, Any] = field(default_factory=dict)


EMPTY = Map()


def read_map(path: str) -> Map:
    """Return the map in a file, or in standard input for ``-``.

    Raises
    ------
    InputError
        With every problem that can be found at once.
    """
    data, name = reading.read(path)
    return parse_map(tree.decode(data, name), name)


def parse_map(text: str, file: str, first: int = 1) -> Map:
    """Return the map in a text; ``file`` is what messages call it, ``first`` the text's line.

    Raises
    ------
    InputError
        With every problem that can be found at once.
    """
    problems: list[Problem] = []
    root = tree.parse(text, file, problems=problems, first=first)
    if not isinstance(root, tree.Map):
        message = "a map is a mapping such as {map: {device: gpu, wall_time: hours}}"
        raise InputError([*problems, Problem(file, first, 1, message)])
    with few_searches():
        reader = _Reader(root, file, problems)
        known = reader.read()
    if problems:
        raise InputError(problems)
    return known


class _Reader(TreeReader):
    """Reads one map."""

    def read(self) -> Map:
        """Return the map; it holds where there are no problems."""
        self.unknown((), self.root, _KEYS)
        self.nulls()
        return Map(
            self.file,
            self.format(),
            self.columns(),
            self.tags(),
            {**self.machines("devices"), **self.machines("gpus", "devices")},
            self.regions(),
            self.machines("instances"),
            self.defaults(),
            self.phases(),
            self.drop(),
            self.timezone(),
            self.of_log(),
        )

    def format(self) -> str | None:
        name = self.text(("from",), self.root.get("from"), "slurm")
        known = (TABLE, *FORMATS)
        if name is not None and name not in known:
            close = did_you_mean(name, known) or f"; there are {', '.join(known)}"
            self.problem(("from",), f"unknown format `{name}`{close}")
        return name

    def columns(self) -> dict[str, MappedColumn]:
        columns: dict[str, MappedColumn] = {}
        said: dict[str, str] = {}
        for key, node in self.part("map", "{device: gpu, wall_time: hours}").items():
            loc = ("map", key)
            try:
                wanted = names.field_named(key)
            except ValueError as error:
                self.problem(loc, str(error), key=True)
                continue
            if wanted.name in columns:
                before = said[wanted.name]
                self.problem(loc, f"`{key}` is the same field as `{before}`; give one", key=True)
            column = self.column(loc, node, wanted)
            if column is not None:
                columns[wanted.name] = column
                said[wanted.name] = key
        return columns

    def column(self, loc: Loc, node: Any, wanted: names.Field) -> MappedColumn | None:
        """Return a column by its name, or by name and unit."""
        if not isinstance(node, tree.Map):
            name = self.text(loc, node, "start")
            return MappedColumn(name, None, node.place) if name is not None else None
        self.unknown(loc, node, ("column", "unit"))
        name = self.text((*loc, "column"), node.get("column"), "start")
        if "column" not in node:
            self.problem(loc, f"`column` is missing in {loc[-1]}")
        unit = self.text((*loc, "unit"), node.get("unit"), "h")
        dimension = wanted.dimension
        if unit is not None and dimension is None:
            self.problem((*loc, "unit"), f"{wanted.key} is no number and has no unit")
        elif unit is not None and dimension is not None:
            self.checked((*loc, "unit"), lambda: names.factor(unit, dimension))
        return None if name is None else MappedColumn(name, unit, node["column"].place)

    def tags(self) -> dict[str, MappedColumn]:
        tags = {}
        for tag, node in self.part("tags", "{team: dept, month: start}").items():
            try:
                check_text(tag, "a tag")
            except ValueError as error:
                self.problem(("tags", tag), str(error), key=True)
            if tag in BUILT_IN:
                why = "is no tag: it follows from the account; call the tag something else"
                self.problem(("tags", tag), f"`{tag}` {why}", key=True)
            name = self.text(("tags", tag), node, "start")
            if name is not None:
                tags[tag] = MappedColumn(name, None, node.place)
        return tags

    def machines(self, key: str, same_as: str = "") -> dict[str, str | Figures]:
        """Return the ids or figures of devices or instances."""
        machines: dict[str, str | Figures] = {}
        others = self.root.get(same_as) if same_as else None
        for name, node in self.part(key, "{A100: nvidia/a100-sxm4-80gb}").items():
            loc = (key, name)
            if isinstance(others, tree.Map) and name in others:
                self.problem(loc, f"`{name}` is in `{same_as}` already; give it once", key=True)
            if isinstance(node, tree.Map):
                self.unknown(loc, node, keys.of_systems())
                machines[name] = node
            elif text := self.text(loc, node, "nvidia/l4, or a mapping of figures"):
                machines[name] = text
        return machines

    def regions(self) -> dict[str, str]:
        example = "{par: FR, iad: aws/us-east-1}"
        regions = self.part("regions", example).items()
        texts = {name: self.text(("regions", name), node, "FR") for name, node in regions}
        return {name: text for name, text in texts.items() if text is not None}

    def defaults(self) -> Figures:
        given = self.part("defaults", "{load: 85 %, site: {pue: 1.2}}")
        site = dict(self.site(("site",), self.root.get("site")))
        defaults: dict[str, Any] = {}
        known = keys.of_activities()
        for key, value in given.items():
            loc = ("defaults", key)
            inside = key.removeprefix("site.")
            if key == "site":
                nested: Mapping[str, Any] = self.site(loc, value)
            elif inside != key and inside in keys.of_sites():
                nested = {inside: value}
            else:
                nested = {}
                if key not in known:
                    in_site = f"; write `site: {{{key}: …}}`" if key in keys.of_sites() else ""
                    close = in_site or nearest_key(key, list(known))
                    self.problem(loc, f"unknown key `{key}`{close}", key=True)
                defaults[key] = value
            for name in nested.keys() & site.keys():
                self.problem(loc, f"`site.{name}` is given twice; give it once", key=True)
            site |= nested
        self.default_phase(given.get("phase"))
        return {**defaults, "site": site} if site else defaults

    def site(self, loc: Loc, node: Any) -> tree.Map:
        site = self.mapping(loc, node, "{grid: FR, pue: 1.2}")
        self.unknown(loc, site, keys.of_sites())
        return site

    def default_phase(self, node: Any) -> None:
        if node is not None:
            self.phase(("defaults", "phase"), node)

    def phase(self, loc: Loc, node: Any) -> str:
        text = self.text(loc, node, "training") or ""
        if text and text not in PHASES:
            close = did_you_mean(text, PHASES) or f"; there are {', '.join(PHASES)}"
            self.problem(loc, f"unknown phase `{text}`{close}")
        return text

    def phases(self) -> tuple[Rule, ...]:
        rules = []
        for place, node in self.items("phases", "{where: {queue: dev-*}, phase: experimentation}"):
            loc = ("phases", place)
            self.unknown(loc, node, ("where", "phase"))
            if "phase" not in node:
                self.problem(loc, "`phase` is missing in an item of phases")
            where = self.patterns((*loc, "where"), node.get("where"))
            rules.append(Rule(where, self.phase((*loc, "phase"), node.get("phase")), node.place))
        return tuple(rules)

    def drop(self) -> tuple[Rule, ...]:
        rules = []
        for place, node in self.items("drop", "{state: PENDING}"):
            if not node:
                self.problem(("drop", place), "an empty mapping would drop every row")
            rules.append(Rule(self.patterns(("drop", place), node), "", node.place))
        return tuple(rules)

    def patterns(self, loc: Loc, node: Any) -> dict[str, str]:
        patterns = {}
        for column, pattern in self.mapping(loc, node, "{queue: dev-*}").items():
            text = self.text((*loc, column), pattern, "dev-*")
            if text is not None:
                patterns[column] = text
        return patterns

    def timezone(self) -> tzinfo | None:
        name = self.text(("timezone",), self.root.get("timezone"), "Europe/Paris")
        if name is None:
            return None
        zone: tzinfo | None = self.checked(("timezone",), lambda: times.zone(name))
        return zone

    def of_log(self) -> Mapping[str, Any]:
        """Return all of the map, with the keys of logs checked."""
        for key, known in _OF_LOGS.items():
            for name, node in self.part(key, "{debug: {gpu: v100}}").items():
                self.unknown((key, name), self.mapping((key, name), node, "{gpu: v100}"), known)
        self.unknown(("cpu",), self.part("cpu", "{power_per_core: 7.5 W}"), _CPU)
        return self.root


_KEYS = (
    "map", "tags", "devices", "gpus", "regions", "instances", "defaults", "site", "phases",
    "drop", "timezone", "from", "cpu", *_OF_LOGS,
)  # fmt: skip
