"""What regions can refuse."""

from app.kit.errors import AppError, FieldError, InvalidRequest, Text


class UnreadableFile(AppError):
    status, code = 422, "unreadable_file"
    title = Text("文件无法读取", "The file cannot be read")


class UnknownRegion(InvalidRequest):
    """A request names a region that is not there, in `field`."""

    def __init__(self, field: str = "region_code") -> None:
        message = Text("没有这个区域", "there is no such region")
        super().__init__(message, errors=[FieldError(field, "unknown_region", message)])
