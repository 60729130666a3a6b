"""What oversight can refuse."""

from app.kit.errors import AppError, Text


class AlreadyAppealed(AppError):
    status, code = 409, "already_appealed"
    title = Text("该决定已有申诉", "This decision is or was appealed already")
    constraint = "uq_appeals_pending"


class TooLateToAppeal(AppError):
    status, code = 409, "too_late_to_appeal"
    title = Text("已超过申诉期限", "It is too late to appeal")


class DecidedByYou(AppError):
    status, code = 409, "decided_by_you"
    title = Text("不能裁决自己的决定或申诉", "Nobody decides over their own decision or appeal")
