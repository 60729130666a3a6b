"""What regions can refuse."""

from app.kit.errors import FieldError, InvalidRequest, Text


class UnknownRegion(InvalidRequest):
    """A request names a region that is not there, in `field`."""

    def __init__(self, field: str = "region_code") -> None:
        message = Text("没有这个区域", "there is no such region")
        super().__init__(message, errors=[FieldError(field, "unknown_region", message)])
