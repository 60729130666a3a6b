"""What activities can refuse."""

from app.kit.errors import AppError, Text


class NotInvited(AppError):
    status, code = 409, "not_invited"
    title = Text("此活动不面向您，或不在您可参加的范围内", "This activity is not for you, or too far from your home")


class AlreadySignedUp(AppError):
    status, code = 409, "already_signed_up"
    title = Text("您已报名该场次", "This shift is signed up for already")
    constraint = "uq_sign_ups_standing"


class TooLateToCancel(AppError):
    status, code = 409, "too_late_to_cancel"
    title = Text("已过可取消的时间，请联系活动负责人", "It is too late to cancel: speak to who leads it")


class NothingToSignUpFor(AppError):
    status, code = 409, "no_shifts"
    title = Text("请先安排场次", "It needs a shift that has not begun")


class OutOfTime(AppError):
    status, code = 409, "out_of_time"
    title = Text("不在该场次的签到时间内", "This is not within the time of the shift")


class TakenAlready(AppError):
    status, code = 409, "places_taken"
    title = Text("已报名人数超过该名额数", "More people than that have a place already")


class QuotaSpent(AppError):
    status, code = 409, "late_entries_spent"
    title = Text("本月补录名额已用完", "This month's entries after the fact are used up")


class EntryWaits(AppError):
    status, code = 409, "late_entry_waits"
    title = Text("该人员的补录待他人确认", "An entry for them waits to be confirmed")
    constraint = "uq_late_entries_waiting"
