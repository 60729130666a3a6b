"""What reporting in can refuse."""

from app.kit.errors import AppError, Text


class AlreadyEnrolled(AppError):
    status, code = 409, "already_enrolled"
    title = Text("已在该社区报到或已提交报到", "Already enrolled there, or asking to be")
    constraint = "uq_enrollments_live"


class PrimaryTaken(AppError):
    status, code = 409, "primary_taken"
    title = Text("已有主报到社区", "Another enrollment is the primary one already")
    constraint = "uq_enrollments_primary"


class AlreadyTransferring(AppError):
    status, code = 409, "already_transferring"
    title = Text("已提交转移，请等待新社区确认", "It is being transferred already")
    constraint = "uq_enrollments_succeeds_id"


class NotDesignated(AppError):
    status, code = 409, "not_designated"
    title = Text("此处只接受指定单位报到", "Only those who are designated to it report in there")


class AlreadyDesignated(AppError):
    status, code = 409, "already_designated"
    title = Text("该单位已指定到此处", "The organization is designated to it already")
    constraint = "uq_designations_live"


class PrimaryDesignated(AppError):
    status, code = 409, "primary_designated"
    title = Text("该单位已有主指定社区", "Another place is the organization's primary one")
    constraint = "uq_designations_primary"


class NamesNotAsked(AppError):
    status, code = 409, "names_not_asked"
    title = Text("该单位只按人数报到，不登记姓名", "This organization reports a number of people and no names")
