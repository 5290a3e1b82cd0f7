"""Finds facts in hardware_db, each where it is asked for and not before."""

import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from carbonctl.catalog import (
    defaults,
    everyday,
    instance_names,
    instances,
    records,
)
from carbonctl.catalog.counting import DeviceUnit, unit_of
from carbonctl.catalog.defaults import Defaults
from carbonctl.catalog.electricity import Electricity
from carbonctl.catalog.everyday import Everyday
from carbonctl.catalog.instances import Instance, Instances
from carbonctl.catalog.priors import TABLE as PRIORS
from carbonctl.catalog.priors import Priors
from carbonctl.catalog.records import Device, Host
from carbonctl.catalog.shelf import Shelf, load
from carbonctl.numbers.values import Value
from carbonctl.spec.file_names import FilePath
from carbonctl.text import did_you_mean, fold

if TYPE_CHECKING:
    from carbonctl.catalog.fab_factors import FabFactors
    from carbonctl.catalog.hourly.series import HourlyGrid, Series
    from carbonctl.catalog.levers import PublishedLever
    from carbonctl.catalog.model_factors import ModelFactors
    from carbonctl.catalog.model_rows import ClosedModel, MediaModel
    from carbonctl.catalog.models import Models, NamedModel
    from carbonctl.catalog.networks import Radio
    from carbonctl.catalog.vcpu_power import VcpuPower
    from carbonctl.spec.hours import HourlyFile

DEVICES = ("accelerators", "cpus", "phones")
HOSTS = ("hosts",)


class Catalog(Electricity):
    """The database that comes with carbonctl, behind the user's own folders.

    What looks up a name raises LookupError with the nearest ones where nothing has it; what
    reads a file, InputError with the place of each fault.

    Parameters
    ----------
    own : tuple of Path
        Folders of the form of hardware_db that take precedence over it.
    """

    def __init__(self, own: tuple[Path, ...] = ()) -> None:
        super().__init__(own)
        known = (self.folders, self.check_sources)
        self.devices: Shelf[Device] = Shelf("device", DEVICES, records.DEVICE, *known)
        self.hosts: Shelf[Host] = Shelf("host", HOSTS, records.HOST, *known)
        self._units: dict[str, DeviceUnit] = {}
        self._hourly: dict[tuple[Any, ...], HourlyGrid] = {}
        self._machines: dict[str, DeviceUnit | Host | Instance] = {}

    def device(self, name: str) -> Device:
        """Return the device with this id or alias."""
        return self.devices.find(name, self.hosts)

    def host(self, name: str) -> Host:
        """Return the host with this id or alias."""
        return self.hosts.find(name, self.devices)

    def unit(self, name: str) -> DeviceUnit:
        """Return what a name means as one device of a workload: a device, a part, several."""
        if name not in self._units:
            self._units[name] = unit_of(name, self.device)
        return self._units[name]

    def machine(self, name: str) -> DeviceUnit | Host | Instance:
        """Return what a machine can be described by: a device, a host or a cloud machine type.

        Raises
        ------
        LookupError
            With the nearest names.
        """
        if name not in self._machines:
            self._machines[name] = self._machine(name)
        return self._machines[name]

    def _machine(self, name: str) -> DeviceUnit | Host | Instance:
        if instance_names.looks_like_one(name) and self.devices.path(name) is None:
            return self.surrounding(name)
        try:
            return self.unit(name)
        except LookupError:
            host: Host | None = self.hosts.get(name)
            if host is None:
                raise
            return host

    def surrounding(self, name: str) -> Host | Instance:
        """Return the host or the cloud machine type of this name; a host's own takes precedence."""
        if not instance_names.looks_like_one(name) or self.hosts.path(name) is not None:
            return self.host(name)
        of_own = self.hosts.get(name) if len(self.folders) > 1 else None
        instance = None if of_own else self.instances.get(name)
        record = instance.host_record if instance else None
        host = of_own or (self.host(record) if record else None)
        if host is not None and any(fold(name) == fold(called) for called in host.names):
            return host
        return instance or self.instances.find(name)

    def instance(self, name: str) -> Instance:
        """Return the cloud machine type of this name, with or without its provider."""
        return self.instances.find(name)

    @cached_property
    def instances(self) -> Instances:
        """The cloud machine types."""
        return self.cited(Instances(self.folders), instances.TABLE)

    @cached_property
    def vcpu_power(self) -> "VcpuPower":
        """What a vCPU of cloud machines without accelerators draws, by its CPU."""
        from carbonctl.catalog.vcpu_power import TABLE, VcpuPower

        return self.cited(VcpuPower(self.folders), TABLE)

    @cached_property
    def models(self) -> "Models":
        """Language, image and video models; only what names one needs them."""
        from carbonctl.catalog.models import Models

        return self.cited(Models(self.folders), "models/*.csv")

    @cached_property
    def model_factors(self) -> "ModelFactors":
        """What such models are computed with."""
        from carbonctl.catalog.model_factors import ModelFactors

        return self.cited(ModelFactors(self.folders), "models/*.csv")

    def language_model(self, name: str) -> "NamedModel | ClosedModel":
        """Return the language model of this id or alias, or that of a config.json.

        Raises
        ------
        LookupError
            With the nearest names; where there is no such config.json.
        InputError
            Where a config.json is none of a model.
        """
        if isinstance(name, FilePath):
            from carbonctl.catalog import model_config, models

            model = model_config.language_model(name.file, str(name))
            return models.NamedModel(model, model.precision)
        return self.models.find(name)

    def hourly_grid(self, ref: "HourlyFile", grid: str | None) -> "HourlyGrid":
        """Return the intensity of a grid step by step.

        Parameters
        ----------
        ref : HourlyFile
            The file, and how it is to be read.
        grid : str or None
            The grid that it is of, for the factors of its plants.

        Raises
        ------
        InputError
            With every fault of the file.
        """
        from carbonctl.catalog.hourly.options import options_of
        from carbonctl.catalog.hourly.reading import read_grid

        options = options_of(ref)
        key = (ref.file.file, options, grid)
        if key not in self._hourly:
            self._hourly[key] = read_grid(ref.file.file, str(ref.file), options, self, grid)
        return self._hourly[key]

    def hourly_column(self, ref: "HourlyFile", wanted: str) -> "Series":
        """Return one series of a file: a demand, or the generation of a kind of plant.

        Raises
        ------
        InputError
            With every fault of the file.
        """
        from carbonctl.catalog.hourly.options import options_of
        from carbonctl.catalog.hourly.reading import read_column

        return read_column(ref.file.file, str(ref.file), options_of(ref), wanted)

    def media_model(self, name: str) -> "MediaModel":
        """Return the model of images or videos of this id or alias.

        Raises
        ------
        LookupError
            With the nearest names.
        """
        return self.models.find_media(name)

    def check(self, what: str, *names: str) -> None:
        """Raise ValueError where there is nothing of some names.

        Parameters
        ----------
        what : str
            What looks it up: `device`, `machine`, `surrounding`, `host`, `instance`, `zone`,
            `plants`, `lever`, `fab_place`, `language_model`, `media_model`; or of the factors of
            fabs `wafer`, `factor`, `wafer_source`.
        *names : str
            What it takes.
        """
        of = self if hasattr(type(self), what) else self.fab_factors
        try:
            getattr(of, what)(*names)
        except LookupError as error:
            raise ValueError(error.args[0]) from None

    def fab_place(self, name: str) -> str:
        """Return what the fab tables or the grids call a place or a kind of plant."""
        for known in (name, name.lower()):
            if self.fab_factors.intensity(known) is not None:
                return known
        return self.zone(name)

    @cached_property
    def fab_factors(self) -> "FabFactors":
        """What parts are computed with; only they need it."""
        from carbonctl.catalog.fab_factors import FabFactors

        return self.cited(FabFactors(self.folders), "fab/*.csv")

    def file_of(self, record: Device | Host) -> str:
        """Return the file of a record."""
        shelf = self.hosts if isinstance(record, Host) else self.devices
        return str(shelf.path(record.id) or record.id)

    def segments(self, model: str) -> dict[str, dict[str, Value]]:
        """Return energy per volume [kWh/GB] by element and direction of a model of the network.

        Raises
        ------
        LookupError
            With the models that there are.
        """
        if model not in self._segments:
            close = did_you_mean(model, self._segments)
            known = ", ".join(self._segments)
            raise LookupError(f"unknown model of the network `{model}`{close}; there are {known}")
        return self._segments[model]

    @cached_property
    def _segments(self) -> dict[str, dict[str, dict[str, Value]]]:
        from carbonctl.catalog import networks  # only federated learning needs it

        return self.cited(networks.segments(self.folders), "network/segments.csv")

    def radio(self, device: str, technology: str) -> "Radio | None":
        """Return the radio of a device by technology (wifi, cellular); None where unknown."""
        return self._radios.get((self.device(device).id, technology))

    @cached_property
    def _radios(self) -> "dict[tuple[str, str], Radio]":
        from carbonctl.catalog import networks

        return self.cited(networks.radios(self.folders), "network/radio.csv")

    def client_power(self, device: str) -> Value | None:
        """Return the draw of a client device at work [W]; None where it is unknown."""
        return self._client_powers.get(self.device(device).id)

    @cached_property
    def _client_powers(self) -> dict[str, Value]:
        from carbonctl.catalog import networks

        return self.cited(networks.client_powers(self.folders), "clients.csv")

    def lever(self, name: str) -> "PublishedLever":
        """Return the published lever of this id.

        Raises
        ------
        LookupError
            With the nearest ids.
        """
        if name not in self.levers:
            near = did_you_mean(name, self.levers) or "; `carbonctl levers --list` lists them"
            raise LookupError(f"no published lever `{name}`{near}")
        return self.levers[name]

    @cached_property
    def levers(self) -> "dict[str, PublishedLever]":
        """Levers that publications give factors for, by their ids."""
        from carbonctl.catalog import levers  # only who names one needs them

        return self.cited(levers.levers(self.folders), levers.TABLE)

    @cached_property
    def everyday(self) -> list[Everyday]:
        """Everyday things to compare an account with."""
        return self.cited(everyday.everyday(self.folders), "equivalences.csv")

    @cached_property
    def defaults(self) -> Defaults:
        """The figures that stand in where neither spec nor catalog has one."""
        figures: Defaults = load(self.folders[-1] / "defaults.yaml", defaults.DEFAULTS, {})
        for folder in reversed(self.folders[:-1]):
            path = folder / "defaults.yaml"
            if os.path.lexists(path):
                own: dict[str, Any] = load(path, defaults.OWN_DEFAULTS, {})
                self.check_sources(path)
                figures = figures._replace(**own)
        return figures

    @cached_property
    def priors(self) -> Priors:
        """The measured figures that stand in by class."""
        return self.cited(Priors(self.folders), PRIORS)
