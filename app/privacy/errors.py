"""What leaving can refuse."""

from app.kit.errors import AppError, Text


class StillAppointed(AppError):
    status, code = 409, "still_appointed"
    title = Text("您仍担任工作人员或联络员，请先由管理员解除授权", "You hold a role: have an admin take it back first")


class StillServing(AppError):
    status, code = 409, "still_serving"
    title = Text("您还有未完成的接单或活动报名，请先完成或退出", "You hold claims or sign-ups: end them first")


class StillAsking(AppError):
    status, code = 409, "still_asking"
    title = Text("您还有未结束的点单，请先撤销或等待办结", "Demands of yours are under way: cancel them or wait")
