"""What observation rounds can refuse."""

from app.kit.errors import AppError, Text


class RubricExists(AppError):
    status, code = 409, "rubric_exists"
    title = Text("本区域已有同名细则", "The region has a rubric of this name")
    constraint = "uq_rubrics_name"


class VersionTaken(AppError):
    status, code = 409, "version_taken"
    title = Text("细则刚刚有了新版本，请重新查看", "Somebody has just published a version, look again")
    constraint = "uq_rubric_versions_number"


class ObservationExists(AppError):
    status, code = 409, "observation_exists"
    title = Text("本季度同一层级已有按此细则的观摩", "The quarter has a round of this level by this rubric")
    constraint = "uq_observations_quarter"


class OwnObject(AppError):
    status, code = 409, "own_object"
    title = Text("不能给与本人有关的对象打分", "Nobody scores what they have to do with")


class AlreadyCopied(AppError):
    status, code = 409, "already_copied"
    title = Text("已登记借鉴", "It was copied there already")
    constraint = "uq_copied_region"


class AlreadyCopiedByUnit(AppError):
    status, code = 409, "already_copied"
    title = Text("已登记借鉴", "It was copied there already")
    constraint = "uq_copied_organization"


class NothingToObserve(AppError):
    status, code = 409, "nothing_to_observe"
    title = Text("请先列出观摩对象和观摩团", "A round needs objects and a panel")


class TooFewSheets(AppError):
    status, code = 409, "too_few_sheets"
    title = Text("有对象的有效打分不足", "Some object has too few sheets")


class IncompleteSheets(AppError):
    status, code = 409, "incomplete_sheets"
    title = Text("有打分表尚未填完", "Some sheets lack criteria")


class NotLookedAt(AppError):
    status, code = 409, "not_looked_at"
    title = Text("上次观摩的问题尚未逐一查看", "What earlier rounds left open was not looked at again")


class NotRankedYet(AppError):
    status, code = 409, "not_ranked_yet"
    title = Text("观摩尚未结束，名次未公布", "The round is not closed, so nobody is ranked")
