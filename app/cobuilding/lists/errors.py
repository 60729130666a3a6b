"""What lists can refuse."""

from app.kit.errors import AppError, Text


class ListExists(AppError):
    status, code = 409, "list_exists"
    title = Text("该区域本年度已有此清单", "The region has this list for the year already")
    constraint = "uq_lists_region_code_kind_year"


class ListFull(AppError):
    status, code = 409, "list_full"
    title = Text("清单条目已满", "The list holds no more items")


class NothingToPublish(AppError):
    status, code = 409, "nothing_to_publish"
    title = Text("清单没有条目，或与已发布版本相同", "Nothing is listed, or nothing has changed since the last version")


class AlreadyAsked(AppError):
    status, code = 409, "already_asked"
    title = Text("该条目已有办理中的需求", "A demand of this item is under way")


class SlotsTaken(AppError):
    status, code = 409, "project_slots_taken"
    title = Text("项目认领名额已满", "As many have taken the project on as it needs")


class AlreadyTaken(AppError):
    status, code = 409, "already_taken"
    title = Text("该单位已认领或已受邀认领此项目", "The organization has taken it on, or is asked to, already")
    constraint = "uq_item_takings_live"


class AlreadyPaired(AppError):
    status, code = 409, "already_paired"
    title = Text("该资源与需求已对接", "The need and the resource are paired already")
    constraint = "uq_item_pairings_live"


class Occupied(AppError):
    status, code = 409, "occupied"
    title = Text("该时段已被预订，或数量不足", "It is booked at that time, or there are not so many left")
    constraint = "ex_item_bookings_item_id_during"


class AlreadyReversed(AppError):
    status, code = 409, "already_reversed"
    title = Text("该笔已冲销", "It has been reversed already")
    constraint = "uq_item_contributions_reverses_id"
