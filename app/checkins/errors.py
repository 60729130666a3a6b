"""What check-ins can refuse."""

from app.kit.errors import AppError, InvalidRequest, Text


class CodeEnded(AppError):
    status, code = 409, "code_ended"
    title = Text("该码已失效，请先换发新码", "The code of this place no longer counts; renew it first")


class CodeRefused(InvalidRequest):
    keeps_writes = True  # a scan that does not count is on record too


class ScanWaits(AppError):
    status, code = 409, "scan_waits"
    title = Text("扫码已收到，待工作人员审核后计入", "The scan was heard, and waits for a person")
    keeps_writes = True  # they find it
