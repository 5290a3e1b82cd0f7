"""What the kinds on language models share: which model, on which device, with which ranges."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from pydantic import model_validator

from carbonctl.errors import Caution
from carbonctl.estimators.base import ActivityContext, ActivityError
from carbonctl.estimators.machine import Group
from carbonctl.factors.model_service import joined_factors
from carbonctl.factors.model_shapes import DeviceRates, ModelShape, archetype
from carbonctl.numbers.intervals import Range, best, decide, least, most
from carbonctl.numbers.values import Status, Value
from carbonctl.spec import fields as f
from carbonctl.spec.systems import Spec, optional

if TYPE_CHECKING:
    from carbonctl.catalog.model_rows import ClosedModel

MEASURED = "mlenergy-v3"
_OTHER = "chuyishang-inference-energy"
_MANY_DEVICES = 16  # of a replica: beyond, engines run side by side, which the fit does not hold


class ModelFields(Spec):
    """Which language model it is."""

    model: f.LanguageModelId | None = optional(
        "id or alias of a language model, or the path of its config.json"
    )
    parameters: f.Parameters | None = optional("parameters in all, where no model is named")
    active_parameters: f.Parameters | None = optional(
        "parameters that a token passes, where experts are routed"
    )

    @model_validator(mode="after")
    def _one_model(self) -> Self:
        if self.model is not None and self.parameters is not None:
            raise ValueError("give `model` or `parameters`, not both")
        if self.model is None and self.parameters is None:
            raise ValueError("which model? give `model`, or `parameters`")
        if self.active_parameters is not None and self.parameters is None:
            raise ValueError("active_parameters needs `parameters`")
        return self


class Known(NamedTuple):
    """A model that an activity is on.

    Attributes
    ----------
    name : str
        What it is called.
    shape : ModelShape
        Its dimensions.
    precision : str
        Of its weights, as they are published; empty where its config.json does not tell it.
    source : str or None
        Who says its dimensions.
    asked : str
        Its name as the workload gives it, without that of its maker.
    note : str
        What else is to be known: why its precision is empty.
    digest : str
        Of its config.json; empty of others.
    """

    name: str
    shape: ModelShape
    precision: str
    source: str | None
    asked: str
    note: str = ""
    digest: str = ""

    @property
    def status(self) -> Status:
        """How well its dimensions are known."""
        return "archetype" if self.shape.is_archetype else "catalog"

    def unknown_on(self, device: str) -> str:
        """Return which unknown its figures on a device are; of a config.json by what it says."""
        name = f"config.json#{self.digest}" if self.digest else self.name
        return f"language model:{name}:{device}"


def known_model(activity: ModelFields, setting: ActivityContext) -> Known | ClosedModel:
    """Return the model that an activity is on: by its name, or by its parameters.

    Raises
    ------
    ActivityError
        Where its figures do not go together.
    """
    if activity.model is not None:
        named = setting.facts.language_model(activity.model)
        model = getattr(named, "model", None)
        if model is None:
            return named  # type: ignore[no-any-return]
        asked = model.name if activity.model == model.id else activity.model.rpartition("/")[2]
        source = model.source or None
        return Known(
            model.name, model.shape, named.precision, source, asked, model.note, model.digest
        )
    assert activity.parameters is not None
    parameters = activity.parameters
    active = activity.active_parameters or parameters
    for value in (parameters, active):
        if decide(value.low != value.high):
            message = "the shape of a model follows from one number; give no range"
            raise ActivityError.at(f"{setting.path}.{value.name}", message)
    if decide(active.best > parameters.best):
        message = "active_parameters exceeds parameters"
        raise ActivityError.at(f"{setting.path}.active_parameters", message)
    shape = archetype(parameters.best, active.best, setting.facts.model_factors.archetype)
    name = "a model of these parameters"
    return Known(name, shape, "bf16", None, name)


def known_precision(known: Known, path: str, give: str) -> str:
    """Return the precision of a model's weights.

    Parameters
    ----------
    path : str
        Of the activity.
    give : str
        What to do where it is not known.

    Raises
    ------
    ActivityError
        Where its config.json does not tell it.
    """
    if not known.precision:
        raise ActivityError.at(f"{path}.model", f"{known.note}: {give}")
    return known.precision


def beyond_context(tokens: Any, context: float) -> str:
    """Return what is wrong with a sequence that a model does not hold."""
    return f"{tokens:.12g} tokens exceed the context of {context:.12g}"


class Placed(NamedTuple):
    """The device that a model is on.

    Attributes
    ----------
    id, name : str
        Of its record.
    rates : DeviceRates
        What it can do.
    rated : Value
        Its rated power [W].
    peak : Value
        Its dense bf16 peak [FLOP/s].
    group : Group
        It in its machine.
    """

    id: str
    name: str
    rates: DeviceRates
    rated: Value
    peak: Value
    group: Group


def placed(setting: ActivityContext) -> Placed:
    """Return the device that a model is on.

    Raises
    ------
    ActivityError
        Where there is not one kind of whole device, or its record lacks what a model needs.
    """
    from carbonctl.catalog.model_factors import PEAKS, missing_rates, rates

    machine = setting.machine
    device = machine.device if machine is not None else None
    if machine is None or device is None or len(machine.groups) != 1:
        message = "on which device? give `device`, one kind that the catalog knows"
        raise ActivityError(setting.path, message)
    path = f"{machine.path}.device"
    if device.of_record != 1:
        message = f"name a whole device: what a part of {device.id} can do is not known"
        raise ActivityError.at(path, message)
    (group,) = machine.groups
    rated = group.rated_power or device.rated_power
    if rated is not None and rated.status == "archetype":  # of its class: nothing says its own
        rated = None
    device = device._replace(rated_power=rated)
    if lacking := missing_rates(device):
        keys = " and ".join(f"`{key}`" for key in lacking)
        hint = "; or give `rated_power`" if lacking == ["rated_power"] else ""
        hint += " instead of `power`" if hint and group.power is not None else ""
        message = f"the record of {device.id} has no {keys}: write a record of your own{hint}"
        raise ActivityError.at(path, message)
    assert rated is not None
    known = rates(device)._replace(rated_w=rated.best)
    recorded = next(device.peak[name] for name in PEAKS if name in device.peak)
    peak = recorded._replace(
        number=known.peak, unit="FLOP/s", path=path, name="peak", note="dense bf16 peak of a device"
    )
    return Placed(device.id, device.name, known, rated, peak, group)


def shape_cautions(known: Known, setting: ActivityContext) -> Iterable[Caution]:
    """Yield what is doubtful in a model."""
    if known.shape.is_archetype:
        said = "the shape of the model follows from its parameters; name a `model` for its own"
        yield Caution(said, f"{setting.path}.parameters")


def serving_cautions(
    device: Placed, setting: ActivityContext, devices: Any, assumed_batch: str = "", hint: str = ""
) -> Iterable[Caution]:
    """Yield what is doubtful in serving a language model on a device.

    Parameters
    ----------
    devices : float or column
        Of one replica.
    assumed_batch : str
        The key of a batch that is assumed; empty where it is given.
    hint : str
        What to give instead of rough figures of many devices.
    """
    if device.id not in setting.facts.model_factors.checked:
        said = f"{device.id}: no measurement of a language model on it was found; rough figures"
        yield Caution(said, f"{setting.path}.device")
    if assumed_batch:
        key = assumed_batch.rpartition(".")[2]
        instead = ", or `latency`" if assumed_batch == key else ""
        said = f"`{key}` is not given: an assumed one widens the range; give it{instead}"
        yield Caution(said, f"{setting.path}.{assumed_batch}")
    if decide(devices > _MANY_DEVICES):
        said = f"more than {_MANY_DEVICES} devices a replica: rough figures{hint}"
        yield Caution(said, f"{setting.path}.devices")


def source_of(known: Known, device: Placed) -> str:
    """Return who says the figures that follow from a model on a device."""
    of_device = _OTHER if device.rates.generation == "other" else ""
    keys = f"{MEASURED} {of_device} {known.source or ''}".split()
    return " ".join(dict.fromkeys(keys))


def joined(band: Range, figure: Callable[[Any], Any], middle: Any, axes: Iterable[Any]) -> Range:
    """Return a band that what is uncertain has joined, each thing by itself.

    Parameters
    ----------
    band : Range
        Factors around the best estimate.
    figure : callable
        Takes an end of one of the axes, and returns the figure there.
    middle : float or column
        The figure at the best estimates.
    axes : iterable of tuple
        The two ends of each thing that is uncertain.
    """
    low, high = band.low, band.high
    for ends in axes:
        ratios = [figure(end) / middle for end in ends]
        low = joined_factors(low, least(1.0, *ratios))
        high = joined_factors(high, most(1.0, *ratios))
    return Range(1.0, low, high)


def one_number(activity: Any, setting: ActivityContext, *keys: str) -> None:
    """Refuse ranges where one number is needed.

    Raises
    ------
    ActivityError
        Naming the key.
    """
    for key in keys:
        value: Value | None = getattr(activity, key)
        if value is not None and decide(value.low != value.high):
            raise ActivityError.at(f"{setting.path}.{key}", "give one number, not a range")


def check_most(activity: Any, setting: ActivityContext, **most: int) -> None:
    """Refuse numbers above what can be meant.

    Raises
    ------
    ActivityError
        Naming the key.
    """
    for key, limit in most.items():
        value: Value | None = getattr(activity, key)
        if value is not None and decide(value.high > limit):
            raise ActivityError.at(f"{setting.path}.{key}", f"at most {limit} can be given")


def number(value: Value | None, default: float) -> Any:
    """Return the best estimate of a value, or a default."""
    return default if value is None else best(value.number)
