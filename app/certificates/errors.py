"""What certifying can refuse."""

from app.kit.errors import AppError, Text


class NothingToCertify(AppError):
    status, code = 409, "nothing_to_certify"
    title = Text("该期间没有可证明的服务时长", "No hours stand in this period")


class TooMuchToCertify(AppError):
    status, code = 409, "too_much_to_certify"
    title = Text("该期间的服务过多，请缩短期间", "Too many services for one sheet; name a shorter period")
