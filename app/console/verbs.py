"""What a form can ask for: the verbs of the flow by their actions, each with the body that it takes."""

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, Self

from pydantic import BaseModel, Field, model_validator
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import FormData

from app.access.caller import Caller
from app.activities import entering, publishing, roll_calling, scheduling
from app.activities.lifecycle import ActivityAction, Mark, ShiftAction
from app.activities.schemas import EntryDecisionIn, LateEntryIn, RollCallIn, WhyIn
from app.activities.schemas import MoveIn as MoveShiftIn
from app.certificates import issuing
from app.certificates.schemas import RevocationIn
from app.checkins import placing
from app.checkins.schemas import RenewIn
from app.console import forms
from app.demands import (
    approving,
    cancelling,
    claiming,
    dispatching,
    evaluating,
    feedback,
    filing,
    merging,
    reopening,
    serving,
    splitting,
)
from app.demands import schemas as s
from app.demands.feedback_schemas import ResponseRatingIn
from app.demands.following_schemas import MergeIn, SplitIn
from app.demands.lifecycle import Action, ClaimAction
from app.enrollments import deciding
from app.enrollments.schemas import WordsIn, WordsMaybeIn
from app.kit import problems
from app.kit.errors import AppError, NotFound
from app.kit.schema import Id, Input, TimeIn, wrong
from app.members import binding
from app.members.schemas import DecisionIn
from app.oversight.appeals import appealing, complaining
from app.oversight.appeals.schemas import AnswerIn, AppealDecisionIn

MESSAGE, RATE = "message", "rate"
"""Saying something of a demand or a response is no move of it, so the lifecycle has no word for it."""


@dataclass(frozen=True, slots=True)
class Verb:
    """A function of the flow and the schema of its body, if it takes one."""

    do: Callable[..., Awaitable[Any]]
    takes: type[BaseModel] | None = None
    leaves: bool = False
    """Whether the thing may be another desk's afterwards."""

    async def __call__(self, session: AsyncSession, caller: Caller, thing_id: uuid.UUID, values: FormData) -> None:
        """Do what a form asks."""
        body = () if self.takes is None else (forms.body(values, self.takes),)
        await self.do(session, caller, thing_id, *body)


class OfflineIn(s.ClaimIn):
    """A claim for a member who is offline, and where it is done already, how long it took."""

    member_id: Id
    complete: s.CompleteIn | None = None


async def claim_for(session: AsyncSession, caller: Caller, demand_id: uuid.UUID, body: OfflineIn) -> None:
    """Claim for a member, and complete in the same breath where it is said how."""
    made = await claiming.claim(session, caller, demand_id, body)
    if body.complete:
        await serving.complete(session, caller, made.id, body.complete)


class MarksIn(Input):
    """One mark for everybody who was ticked on the roll, and for a member who came without signing up."""

    sign_up_ids: Annotated[list[Id], Field(max_length=100, default_factory=list)]
    member_id: Id | None = None
    mark: Mark
    at: TimeIn | None = None

    @model_validator(mode="after")
    def _names_somebody(self) -> Self:
        if not self.sign_up_ids and self.member_id is None:
            raise wrong("name_one", "请先勾选人员，或查找一名党员", "tick somebody or name a member")
        return self


async def call_roll(session: AsyncSession, caller: Caller, shift_id: uuid.UUID, body: MarksIn) -> None:
    """Mark all of them alike."""
    said = {"mark": body.mark, "at": body.at}
    marks = [{"sign_up_id": str(one), **said} for one in body.sign_up_ids]
    if body.member_id is not None:
        marks.append({"member_id": str(body.member_id), **said})
    await roll_calling.call_roll(session, caller, shift_id, RollCallIn.model_validate({"marks": marks}))


async def decide_binding(session: AsyncSession, caller: Caller, binding_id: uuid.UUID, body: DecisionIn) -> None:
    """Say which of the candidates an account is."""
    await binding.decide(session, caller, binding_id, body.member_id)


async def decide_nobody(session: AsyncSession, caller: Caller, binding_id: uuid.UUID) -> None:
    """Say that an account is none of the candidates."""
    await binding.decide(session, caller, binding_id, None)


OF_DEMANDS: dict[str, Verb] = {
    Action.DISPATCH: Verb(dispatching.dispatch, s.DispatchIn),
    Action.RETURN: Verb(dispatching.return_, s.ReasonIn),
    Action.REJECT: Verb(dispatching.reject, s.RejectIn),
    Action.TRANSFER: Verb(dispatching.transfer, s.TransferIn, leaves=True),
    Action.ESCALATE: Verb(dispatching.escalate, s.ReasonIn, leaves=True),
    Action.APPROVE: Verb(approving.approve),
    Action.SEND_BACK: Verb(approving.send_back, s.ReasonIn),
    Action.MERGE: Verb(merging.merge, MergeIn),
    Action.SPLIT: Verb(splitting.split, SplitIn),
    Action.UNMERGE: Verb(merging.unmerge, s.ReasonIn),
    Action.FINISH: Verb(dispatching.finish),
    Action.CLOSE: Verb(dispatching.close, s.CloseIn),
    Action.REOPEN: Verb(reopening.reopen, s.ReasonIn),
    Action.SUPPLEMENT: Verb(filing.supplement, s.Supplement),
    Action.CANCEL: Verb(cancelling.cancel, s.ReasonIn),
    Action.EVALUATE: Verb(evaluating.evaluate, s.EvaluationIn),
    Action.CLAIM: Verb(claim_for, OfflineIn),
    MESSAGE: Verb(filing.message, s.MessageIn),
}
OF_CLAIMS: dict[str, Verb] = {
    ClaimAction.ACCEPT: Verb(claiming.accept),
    ClaimAction.DECLINE: Verb(claiming.decline, s.GiveUpIn),
    ClaimAction.CONTACT: Verb(claiming.contact),
    ClaimAction.ARRIVE: Verb(claiming.arrive, s.ArriveIn),
    ClaimAction.COMPLETE: Verb(serving.complete, s.CompleteIn),
    ClaimAction.CONFIRM: Verb(serving.confirm, s.ConfirmIn),
    ClaimAction.WITHDRAW: Verb(claiming.withdraw, s.GiveUpIn),
    ClaimAction.NO_SHOW: Verb(claiming.no_show, s.GiveUpIn),
    RATE: Verb(feedback.rate_response, ResponseRatingIn),
}
OF_ACTIVITIES: dict[str, Verb] = {
    ActivityAction.PUBLISH: Verb(publishing.publish),
    ActivityAction.CANCEL: Verb(publishing.cancel, WhyIn),
}
OF_SHIFTS: dict[str, Verb] = {
    ShiftAction.ROLL_CALL: Verb(call_roll, MarksIn),
    ShiftAction.ENTER: Verb(entering.enter, LateEntryIn),
    ShiftAction.MOVE: Verb(scheduling.move, MoveShiftIn),
    ShiftAction.CANCEL: Verb(scheduling.cancel, WhyIn),
}
OF_LATE_ENTRIES: dict[str, Verb] = {"decide": Verb(entering.decide, EntryDecisionIn)}
OF_APPEALS: dict[str, Verb] = {"decide": Verb(appealing.decide, AppealDecisionIn)}
OF_COMPLAINTS: dict[str, Verb] = {"answer": Verb(complaining.answer, AnswerIn)}
OF_PLACES: dict[str, Verb] = {"renew": Verb(placing.renew, RenewIn), "revoke": Verb(placing.revoke)}
OF_CERTIFICATES: dict[str, Verb] = {"revoke": Verb(issuing.revoke, RevocationIn)}
OF_ENROLLMENTS: dict[str, Verb] = {
    "confirm": Verb(deciding.confirm),
    "refuse": Verb(deciding.refuse, WordsIn),
    "let-go": Verb(deciding.let_go, WordsMaybeIn),
    "keep": Verb(deciding.keep, WordsIn),
}
OF_BINDINGS: dict[str, Verb] = {"decide": Verb(decide_binding, DecisionIn), "nobody": Verb(decide_nobody)}


def find(verbs: dict[str, Verb], name: str) -> Verb:
    """The verb of a form; raises `NotFound`."""
    if name not in verbs:
        raise NotFound
    return verbs[name]


async def tried(
    session: AsyncSession, caller: Caller, verb: Verb, thing_id: uuid.UUID, form: FormData
) -> AppError | None:
    """Do all of it or nothing; answers why not. What nobody may know of stays unknown."""
    try:
        async with session.begin_nested():
            await verb(session, caller, thing_id, form)
    except NotFound:
        raise
    except (AppError, IntegrityError) as error:
        return problems.refusal(error)
    return None
