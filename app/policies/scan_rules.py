"""The rule numbers of scans, with their defaults."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field, StrictBool, StrictInt

from app.kit.errors import Text
from app.policies.rules import Duration, Rule

Metres = Annotated[StrictInt, Field(ge=20, le=100_000)]
People = Annotated[StrictInt, Field(ge=2, le=1_000)]


class ScanKey:
    """The rules of scans, by name."""

    LOCATION = Rule[bool](
        "scan_location",
        StrictBool,
        False,
        Text("扫码是否使用位置（默认不使用）", "whether the location of a scan is looked at and kept for a while"),
    )
    RANGE = Rule[int](
        "scan_range",
        Metres,
        300,
        Text("扫码位置离点位多少米以内直接有效", "metres from its place within which a scan counts at once"),
    )
    GAP = Rule[timedelta](
        "scan_gap",
        Duration,
        timedelta(minutes=10),
        Text("多久以内的重复扫码算一次", "how long after an arrival another scan is the same one, and no leaving"),
    )
    DEVICE_PEOPLE = Rule[int](
        "scan_device_people",
        People,
        3,
        Text("同一设备短时间内为多少人扫码即作标记", "from how many people on one device on its scans are marked"),
    )
    DEVICE_WINDOW = Rule[timedelta](
        "scan_device_window",
        Duration,
        timedelta(minutes=10),
        Text("同一设备扫码人数按多长时间计", "the time within which the people of one device are counted"),
    )
