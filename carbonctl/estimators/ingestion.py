"""``kind: ingestion``: servers that read and preprocess data as fast as training needs it."""

from pydantic import Field

from carbonctl.estimators.base import ActivityContext, ActivityData, repeated
from carbonctl.estimators.compute import Loaded, at_work
from carbonctl.factors import schedule
from carbonctl.numbers.quantities import of
from carbonctl.numbers.values import Value
from carbonctl.spec import fields as f
from carbonctl.spec.model import MachineTime


class Ingestion(Loaded):
    """Bandwidth-driven preprocessing: as many servers as the bandwidth takes."""

    bandwidth: f.Bandwidth = Field(description="data that training takes in, per time")
    server_bandwidth: f.PositiveBandwidth = Field(
        description="data that one system delivers, per time"
    )
    duration: f.Duration = Field(description="how long they run")

    @property
    def machine_time(self) -> MachineTime:
        """How long they run."""
        return MachineTime("duration", self.duration)


MODEL = Ingestion


def activity_data(activity: Ingestion, setting: ActivityContext) -> ActivityData:
    """Return what the preprocessing servers draw and occupy.

    Their number is the bandwidth over that of one server, rounded up.
    """
    setting.one_size("bandwidth")
    bandwidth, each = activity.bandwidth, activity.server_bandwidth
    number = schedule.whole_number(bandwidth.number, each.number)
    note = "bandwidth over server_bandwidth, rounded up"
    servers = Value(
        number, "", "derived", None, f"{setting.path}.server_bandwidth", name="servers", note=note
    )
    per = setting.require_machine().devices_per_system
    once = (of(servers) * per * activity.duration).beside(bandwidth, each)
    return at_work(activity, repeated(activity, setting.path, once), setting)
