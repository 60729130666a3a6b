"""What the flow can refuse."""

from app.kit.errors import AppError, Text


class NotEligible(AppError):
    status, code = 409, "not_eligible"
    title = Text("您不在此次认领范围内", "You are not among those who may claim this")


class OwnDemand(AppError):
    status, code = 409, "own_demand"
    title = Text("不能认领自己提出的需求", "You cannot claim what you filed")


class AlreadyClaimed(AppError):
    status, code = 409, "already_claimed"
    title = Text("已认领过此需求", "This is already claimed by you")
    constraint = "uq_claims_live_or_done"


class ServedBefore(AppError):
    status, code = 409, "served_before"
    title = Text("重开的需求由他人接续办理", "It was reopened for others to serve")


class NotOpen(AppError):
    status, code = 409, "not_open"
    title = Text("此需求当前不开放认领", "This is not open for claiming")


class SlotsFull(AppError):
    status, code = 409, "slots_full"
    title = Text("名额已满", "No places are left")


class SlotsBelowClaimed(AppError):
    status, code = 409, "slots_below_claimed"
    title = Text("名额不能少于已认领数", "There cannot be fewer places than are claimed")


class AlreadyJoined(AppError):
    status, code = 409, "already_joined"
    title = Text("您已表示同样需要", "You have joined this already")
    constraint = "pk_joins"


class NotMergeable(AppError):
    status, code = 409, "not_mergeable"
    title = Text("这两件需求不能合并", "These two cannot be merged")


class ReopenLimit(AppError):
    status, code = 409, "reopen_limit"
    title = Text("重开次数已达上限，且没有上一级", "It was reopened too often, and there is no desk above this one")


class AlreadyFeedback(AppError):
    status, code = 409, "already_given"
    title = Text("您已对此次服务作过反馈", "You have said what you think of this service")
    constraint = "uq_feedback_claim_id_given_by"


class AlreadyRated(AppError):
    status, code = 409, "already_rated"
    title = Text("此次响应已评哨", "This response has been rated")
    constraint = "uq_response_ratings_claim_id"


class AlreadyEvaluated(AppError):
    status, code = 409, "already_evaluated"
    title = Text("本轮已评议", "This round has been evaluated")
    constraint = "uq_evaluations_round"
