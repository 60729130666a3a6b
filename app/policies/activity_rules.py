"""The rule numbers of activities, with their defaults."""

from datetime import timedelta
from enum import StrEnum

from pydantic import StrictBool

from app.kit.errors import Text
from app.policies.rules import ANY, Count, Duration, Rule


class ActivityKind(StrEnum):
    """What people come together for."""

    VOLUNTEERING = "volunteering"
    THEME_DAY = "theme_day"
    PARTY_LECTURE = "party_lecture"
    COUNCIL = "council"
    JOINT_MEETING = "joint_meeting"
    CLEAN_UP = "clean_up"
    DUTY = "duty"
    VISIT = "visit"
    CLINIC = "clinic"
    TRAINING = "training"
    CULTURE = "culture"
    OTHER = "other"


SERVES = (
    ActivityKind.VOLUNTEERING,
    ActivityKind.THEME_DAY,
    ActivityKind.CLEAN_UP,
    ActivityKind.DUTY,
    ActivityKind.VISIT,
    ActivityKind.CLINIC,
)
"""What is service to others unless a region says otherwise; a lecture or a meeting is not."""


class ActivityKey:
    """The rules of activities, by name."""

    CANCEL_UNTIL = Rule[timedelta](
        "activity_cancel_until",
        Duration,
        timedelta(hours=2),
        Text("活动开始前多久停止自行取消报名", "how long before the start one may still cancel a sign-up"),
    )
    ACCEPT_WINDOW = Rule[timedelta](
        "activity_accept_window",
        Duration,
        timedelta(hours=6),
        Text("候补转正后的确认时限", "how long a place is kept for who was promoted from the waiting list"),
    )
    REMINDER = Rule[timedelta](
        "activity_reminder",
        Duration,
        timedelta(days=1),
        Text("活动开始前多久提醒", "how long before its start a shift is called to mind"),
    )
    PRESENCE_MARGIN = Rule[timedelta](
        "presence_margin",
        Duration,
        timedelta(minutes=30),
        Text("场次前后多久内的签到签退有效", "how long before and after a shift presence counts"),
    )
    ROLL_CALL_WINDOW = Rule[timedelta](
        "roll_call_window",
        Duration,
        timedelta(hours=12),
        Text("场次结束后多久内可点名", "how long after a shift its roll can be called"),
    )
    AUTO_CHECK_OUT_CAP = Rule[timedelta](
        "auto_check_out_cap",
        Duration,
        timedelta(hours=2),
        Text("未签退时最多计入的时长", "how much counts at most of a presence that nobody ended"),
    )
    LATE_ENTRIES = Rule[int](
        "late_entries_per_month",
        Count,
        20,
        Text("每月可补录的人次", "entries after the fact that a community may make a month"),
    )
    ACTIVITY_HOURS = Rule[dict[str, bool]](
        "activity_hours",
        dict[str, StrictBool],
        {ANY: False} | dict.fromkeys(SERVES, True),
        Text("各类活动是否计入服务时长", "which kinds of activities count as service hours"),
        frozenset({ANY, *ActivityKind}),
    )
