"""Capacity of tables and indexes: provisioned, scaled, on demand, warm."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field, model_validator

from cfn_table.design.context import Parametric
from cfn_table.design.fields import (
    DeployInt,
    problem,
)
from cfn_table.design.model.base import Part
from cfn_table.design.model.table_fields import (
    Utilization,
)


class Capacity(Part):
    """Provisioned capacity of one direction: a number, or a range that target tracking moves in."""

    short: ClassVar[str] = "units"

    units: DeployInt | None = Field(default=None, description="Fixed capacity units per second.")
    min: DeployInt | None = Field(
        default=None, description="Fewest units; with `max`, target-tracking auto scaling is on."
    )
    max: DeployInt | None = Field(default=None, description="Most units.")
    target_utilization: Utilization = Field(
        default=70, description="Consumed share of the provisioned units to aim at, 20 to 90 percent."
    )
    scale_in_cooldown: DeployInt | None = Field(default=None, description="Seconds between two reductions.")
    scale_out_cooldown: DeployInt | None = Field(default=None, description="Seconds between two increases.")

    @model_validator(mode="after")
    def _consistent(self) -> Capacity:
        if (self.min is None) != (self.max is None):
            raise problem("`min` and `max` go together", "add the other one")
        low = self.min if isinstance(self.min, int) else None
        high = self.max if isinstance(self.max, int) else None
        if low is not None and high is not None and low > high:
            raise problem(f"`min` {low} is above `max` {high}", "exchange them")
        if self.min is None and self.units is None:
            raise problem("capacity needs a number of units, or `min` and `max`", "write `5`, or `{min: 5, max: 100}`")
        if isinstance(self.units, int) and not (low or self.units) <= self.units <= (high or self.units):
            raise problem(
                "`units` is what scaling begins with and must lie between `min` and `max`",
                "leave it out to begin at `min`",
            )
        return self

    @property
    def scales(self) -> bool:
        """Whether target tracking moves the capacity."""
        return self.min is not None

    @property
    def initial(self) -> int | Parametric:
        """The units that the template states."""
        return self.units if self.units is not None else (self.min or 1)


class ProvisionedThroughput(Part):
    """Provisioned capacity of a table or an index."""

    read: Capacity = Field(description="Read capacity: a number of units, or `{min, max, target_utilization}`.")
    write: Capacity = Field(description="Write capacity, written like `read`.")


class OnDemandThroughput(Part):
    """Most request units per second of an on-demand table or index."""

    max_read: DeployInt | None = Field(default=None, description="Most read request units per second.")
    max_write: DeployInt | None = Field(default=None, description="Most write request units per second.")


class WarmThroughput(Part):
    """Units per second that the table or index serves at once, without warming up."""

    read: DeployInt | None = Field(default=None, description="Read units per second.")
    write: DeployInt | None = Field(default=None, description="Write units per second.")
