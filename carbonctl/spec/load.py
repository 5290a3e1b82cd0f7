"""From text to a checked `Workload`, with every problem that can be found at once."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, Protocol

from carbonctl.errors import InputError, Problem
from carbonctl.numbers.intervals import plain_sum
from carbonctl.numbers.values import Value
from carbonctl.spec import overrides as sets
from carbonctl.spec.fields import Names
from carbonctl.spec.model import PHASES, Activity, SiteShare, Workload
from carbonctl.spec.paths import item_names
from carbonctl.spec.placing import place_values, placed
from carbonctl.spec.tree import Map, Node, Seq, copy_of, parse
from carbonctl.spec.validation import Checker, Loc, problem_at
from carbonctl.text import did_you_mean, few_searches, resembles

_SUPPLY = frozenset({"grid", "carbon_intensity", "grid_hourly"})
_SITE = frozenset(SiteShare.model_fields)
_MOST_SHOWN = 40  # names that a message lists


class Kinds(Protocol):
    """The kinds of activity that there are, and the model of each."""

    def names(self) -> Iterable[str]:
        """Return the names of all kinds."""

    def model(self, kind: str) -> type[Activity]:
        """Return the model of one kind."""


class Loaded(NamedTuple):
    """A checked workload with the tree that it came from.

    ``before`` is the workload without overrides, where these change a site.
    """

    workload: Workload
    tree: Map
    file: str
    before: Workload | None = None

    def problem(self, keys: Loc, path: str, message: str) -> Problem:
        """Return a problem at the value of some keys, or at the nearest thing above it."""
        fault = problem_at(self.tree, self.file, keys, message)
        return fault._replace(path=path)


def load(
    text: str,
    file: str,
    kinds: Kinds,
    names: Names,
    overrides: tuple[str, ...] = (),
    first: int = 1,
) -> Loaded:
    """Read and check one workload.

    Parameters
    ----------
    text : str
        YAML or JSON.
    file : str
        What messages call it.
    kinds : Kinds
        Gives the model of each kind of activity.
    names : Names
        Knows the ids of devices, hosts and grids.
    overrides : tuple of str
        ``PATH=VALUE``, later ones over earlier ones.
    first : int
        The line of the file at which the text begins.

    Raises
    ------
    InputError
        With all problems that can be found independently of each other.
    """
    problems: list[Problem] = []
    tree = parse(text, file, problems=problems, first=first)
    return load_tree(tree, problems, file, kinds, names, overrides, first)


def load_tree(
    tree: Node,
    problems: list[Problem],
    file: str,
    kinds: Kinds,
    names: Names,
    overrides: tuple[str, ...] = (),
    first: int = 1,
    edit: Callable[[Map], None] | None = None,
) -> Loaded:
    """Check a workload that was parsed already, with the problems found on the way, as `load`.

    ``edit`` changes the tree once overrides are applied.
    """
    if not isinstance(tree, Map):
        what = {Seq: "a list", type(None): "nothing"}.get(type(tree), "a single value")
        message = f"the file holds {what}; a workload is a mapping with `name` and `phases`"
        raise InputError([*problems, Problem(file, first, 1, message)])
    if "demand" in tree and "phases" not in tree:
        message = "this is a site's file, with `demand`; `carbonctl site` reads it"
        raise InputError([*problems, Problem(file, first, 1, message)])
    before = copy_of(tree) if overrides and sets.moves_sites(overrides) else None
    sets.apply(tree, overrides, file, names.provider)
    if edit is not None:
        edit(tree)
    with few_searches():
        check = _Check(tree, file, kinds, names)
        check.problems += problems
        workload = check.workload()
        return Loaded(workload, tree, file, before and _unchanged(before, file, kinds, names))


def _unchanged(tree: Map, file: str, kinds: Kinds, names: Names) -> Workload | None:
    """Return the workload without overrides; None where it is faulty without them."""
    try:
        return _Check(tree, file, kinds, names).workload()
    except InputError:
        return None


class _Check(Checker):
    """Validates one tree and collects its problems."""

    root: Map

    def __init__(self, tree: Map, file: str, kinds: Kinds, names: Names) -> None:
        super().__init__(tree, file, names)
        self.kinds = kinds

    def workload(self) -> Workload:
        phases = self.phases()
        self.sites()
        self.levers()
        self.projection()
        self.nulls()
        head = dict(self.with_checked(Workload, self.root, ()))
        if "phases" in head:
            head["phases"] = phases
        if "site" in head:
            head["site"] = self.with_checked(SiteShare, head["site"], ("site",))
        for key in ("sites", "phase_sites"):
            if type(head.get(key)) is Map:
                head[key] = {
                    name: self.with_checked(SiteShare, site, (key, name))
                    for name, site in head[key].items()
                }
        if isinstance(head.get("systems"), Map):
            head["systems"] = {
                name: self.with_parts(("systems", name), system)
                for name, system in head["systems"].items()
            }
        workload = self.validate(Workload, head, ())
        if workload is not None and not self.problems:  # else a fault may hide what it delivers
            self.deliver(workload)
        if self.problems:
            raise InputError(self.problems)
        assert workload is not None
        fields = vars(workload)
        for key in ("site", "sites", "phase_sites", "systems", "projection"):
            fields[key] = placed(fields[key], key, key)
        return workload

    def deliver(self, workload: Workload) -> None:
        """Take the amount of the functional unit from the activities, where it is not given.

        Those of inference count, where they say it; else those of training.
        """
        unit = workload.functional_unit
        if unit is None or unit.amount is not None:
            return
        amounts: dict[str, list[Any]] = {}
        for phase, _, _, activity in workload.activities():
            delivered = activity.delivered(unit.name)
            if delivered is not None:
                amounts.setdefault(phase, []).append(delivered.number)
        known = amounts.get("inference") or next(iter(amounts.values()), None)
        if known is None:
            at = ("functional_unit",)
            message = f"`amount` is missing: no activity says how many of `{unit.name}` there are"
            self.problem(at, message)
            return
        number = known[0] if len(known) == 1 else plain_sum(known)
        vars(unit)["amount"] = Value(number, "", "derived", name="amount")
        unit.model_fields_set.add("amount")

    def nulls(self) -> None:
        """Report keys without a value; only a phase may be empty."""
        if not self.root.nulls:
            return
        nodes: list[tuple[Loc, Any]] = [((), self.root)]
        seen: set[int] = set()
        while nodes:
            loc, node = nodes.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            items = node.items() if type(node) is Map else enumerate(node)
            for key, value in items:
                if type(value) is Map or type(value) is Seq:
                    nodes.append(((*loc, key), value))
                elif value is None and loc != ("phases",):
                    self.problem((*loc, key), f"`{key}` has no value; give one or take it out")

    def phases(self) -> dict[str, tuple[Activity, ...]]:
        phases = self.root.get("phases")
        if phases is None:
            return {}
        if not isinstance(phases, Map):
            wanted = ", ".join(PHASES)
            self.problem(("phases",), f"phases: a mapping of phases ({wanted}) is wanted here")
            return {}
        checked = {}
        for phase, items in phases.items():
            if phase not in PHASES:
                close = did_you_mean(phase, PHASES)
                message = f"unknown phase `{phase}`{close or '; there are ' + ', '.join(PHASES)}"
                self.problem(("phases", phase), message, key=True)
            checked[phase] = self.activities(("phases", phase), items)
        if not any(phases.values()):
            self.problem(("phases",), "phases: there is no activity in any phase")
        return checked

    def activities(self, at: Loc, items: Any) -> tuple[Activity, ...]:
        if items is None:
            return ()
        if not isinstance(items, Seq):
            self.problem(at, f"{at[-1]}: a list of activities is wanted here, each after a `-`")
            return ()
        said = "a second activity named `{}` in this phase"
        names = item_names(items)
        self.unique(at, names, said)
        checked = []
        for index, (name, item) in enumerate(zip(names, items, strict=True)):
            activity = self.activity((*at, index), item)
            if activity is not None:
                place_values(activity, f"phases.{at[-1]}.{name}")
                checked.append(activity)
        return tuple(checked)

    def activity(self, at: Loc, item: Any) -> Activity | None:
        if not isinstance(item, Map):
            if item is not None:
                self.problem(at, "an activity is a mapping such as {kind: compute, …}")
            return None
        kind = item.get("kind")
        if not isinstance(kind, str):
            known = ", ".join(self.kinds.names())
            if "kind" not in item or kind is not None:
                near = [key for key in item if resembles(key, "kind")]
                meant = f"; did you mean it by `{near[0]}`?" if near else ""
                self.problem(at, f"`kind` is missing: one of {known}{meant}")
            return None
        if kind not in self.kinds.names():
            close = did_you_mean(kind, self.kinds.names())
            known = ", ".join(self.kinds.names())
            self.problem((*at, "kind"), f"unknown kind `{kind}`{close}; there are {known}")
            return None
        self.system(at, item)
        for key in ("site", "client_site"):
            self.site((*at, key), item.get(key))
        self.supply(at, item)
        item = self.with_checked(Activity, self.described_systems(at, item), at)
        for key in ("site", "client_site"):
            if type(item.get(key)) in (Map, Seq):
                changed = self.with_checked(SiteShare, item[key], (*at, key))
                if changed is not item[key]:
                    item = copy_of(item)
                    item[key] = changed
        return self.validate(self.kinds.model(kind), item, at)

    def described_systems(self, at: Loc, item: Map) -> Map:
        """Return an activity with the parts of the systems in it checked."""
        checked = item
        for key in ("system", "server"):
            inner = checked.get(key)
            if isinstance(inner, Map):
                checked = copy_of(checked)
                checked[key] = (
                    self.with_parts((*at, key), inner)
                    if key == "system"
                    else self.described_systems((*at, key), inner)
                )
        return checked

    def with_parts(self, at: Loc, system: Any) -> Any:
        """Return a system with its parts checked, each by the model of its kind."""
        if not isinstance(system, Map) or system.get("parts") is None:
            return system
        from carbonctl.spec.part_lists import check_parts  # few systems have them

        where = (*at, "parts")
        parts, problems = check_parts(system["parts"], self.root, self.file, where, self.names)
        self.problems += problems
        checked = copy_of(system)
        checked["parts"] = parts
        return checked

    def levers(self) -> None:
        """Check that the names of levers are unique, and that those they exclude are there."""
        levers = self.root.get("levers")
        if not isinstance(levers, Seq):
            return
        named = [lever.get("name") if isinstance(lever, Map) else None for lever in levers]
        names = [name if isinstance(name, str) else None for name in named]
        self.unique(("levers",), names, "a second lever named `{}`")
        for place, lever in enumerate(levers):
            excluded = lever.get("excludes") if isinstance(lever, Map) else None
            for number, name in enumerate(excluded if isinstance(excluded, Seq) else ()):
                if isinstance(name, str) and name not in names:
                    known = [name for name in names if isinstance(name, str)]
                    close = did_you_mean(name, known) or f"; there are {', '.join(known)}"
                    said = f"no lever is named `{name}`{close}"
                    self.problem(("levers", place, "excludes", number), said)

    def projection(self) -> None:
        """Check that what a projection names is there, and that its names are unique."""
        if isinstance(self.root.get("projection"), Map):
            from carbonctl.spec.projection_names import check_names  # few workloads have it

            check_names(self, self.root)

    def sites(self) -> None:
        """Check that every site which is named is there."""
        refs: list[tuple[Loc, Any]] = [(("site",), self.root.get("site"))]
        of_phases = self.root.get("phase_sites")
        if isinstance(of_phases, Map):
            refs += [(("phase_sites", phase), ref) for phase, ref in of_phases.items()]
        for at, ref in refs:
            self.site(at, ref)

    def site(self, at: Loc, ref: Any) -> None:
        """Check the names of sites in one reference: a name, a site, or a list with shares."""
        if isinstance(ref, str):
            self.named("sites", "site", at, ref)
        for number, entry in enumerate(ref) if isinstance(ref, Seq) else ():
            if isinstance(entry, Map) and isinstance(entry.get("site"), str):
                self.named("sites", "site", (*at, number, "site"), entry["site"])

    def described(self, ref: Any) -> list[Map]:
        """Return the sites that a reference means, as the file writes them."""
        sites = self.root.get("sites")
        known = sites if isinstance(sites, Map) else {}
        if isinstance(ref, Seq):
            return [site for entry in ref for site in self.described(entry)]
        written = [ref] if isinstance(ref, Map) else []
        name = ref.get("site") if isinstance(ref, Map) else ref
        named = known.get(name) if isinstance(name, str) else None
        return [*written, named] if isinstance(named, Map) else written

    def supply(self, at: Loc, item: Map) -> None:
        """Check that a carbon intensity can be found, whatever else is wrong.

        A site with a key that is not known may mean one: that fault is enough.
        """
        whole = self.root.get("site")
        if isinstance(whole, Map) and not _SUPPLY.isdisjoint(whole):
            return
        of_phases = self.root.get("phase_sites")
        of_phase = of_phases.get(at[1]) if isinstance(of_phases, Map) else None
        refs = (item.get("client_site"), item.get("site"), of_phase, whole)
        sites = [site for ref in refs for site in self.described(ref)]
        if any(not (site.keys() <= _SITE and _SUPPLY.isdisjoint(site)) for site in sites):
            return
        if any(isinstance(ref, str | Seq) and not self.described(ref) for ref in refs):
            return  # a name that is not there is fault enough
        message = "no carbon intensity: give `grid` (FR, US, world, …) or `carbon_intensity`"
        self.problem(("site",), message)

    def system(self, at: Loc, item: Map) -> None:
        """Check that a system which is named is there."""
        name = item.get("system")
        if isinstance(name, str):
            self.named("systems", "system", (*at, "system"), name)
        server = item.get("server")
        if isinstance(server, Map):
            self.system((*at, "server"), server)

    def named(self, where: str, what: str, at: Loc, name: str) -> None:
        """Check that a name is one of those that a mapping of the file gives."""
        mapping = self.root.get(where)
        if not (isinstance(mapping, Map) and name in mapping):
            known = list(mapping) if isinstance(mapping, Map) else []
            shown = ", ".join([*known[:_MOST_SHOWN], *["…"] * (len(known) > _MOST_SHOWN)])
            there = f"; there are {shown}" if known else f"; `{where}` names none"
            if what == "site" and name.strip():
                there += f"; a grid is written {{grid: {name}}}"
            close = did_you_mean(name, known) or there
            self.problem(at, f"no {what} is named `{name}`{close}")
