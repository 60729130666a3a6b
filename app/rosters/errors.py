"""What merging can refuse."""

from app.kit.errors import AppError, Text


class StillServes(AppError):
    status, code = 409, "member_serves"
    title = Text(
        "该党员名下还有未结束的服务，请等结束后再合并", "Something is under way under this entry of the roster"
    )


class StillEnrolled(AppError):
    status, code = 409, "member_enrolled"
    title = Text("该党员名下还有报到，请先办理退出再合并", "This entry of the roster is enrolled or asks to be")
