"""What members' bookings can refuse."""

from app.kit.errors import AppError, Text


class Overlaps(AppError):
    status, code = 409, "overlaps"
    title = Text("时间与已认领的服务冲突", "This overlaps with a service that is claimed already")
    constraint = "ex_engagements_person_id_during"
