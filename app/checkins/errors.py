"""What check-ins can refuse."""

from app.kit.errors import AppError, Text


class CodeEnded(AppError):
    status, code = 409, "code_ended"
    title = Text("该码已失效，请先换发新码", "The code of this place no longer counts; renew it first")
