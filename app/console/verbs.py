"""What a form can ask for: the verbs of the flow by their actions, each with the body that it takes."""

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import FormData

from app.access.caller import Caller
from app.console import forms
from app.demands import approving, cancelling, claiming, dispatching, evaluating, filing, merging, reopening, serving
from app.demands import schemas as s
from app.demands.following_schemas import MergeIn
from app.demands.lifecycle import Action, ClaimAction
from app.kit.errors import NotFound
from app.kit.schema import Id

MESSAGE = "message"
"""Saying something is no move of a demand, so the lifecycle has no word for it."""


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


OF_DEMANDS: dict[str, Verb] = {
    Action.DISPATCH: Verb(dispatching.dispatch, s.DispatchIn),
    Action.RETURN: Verb(dispatching.return_, s.ReasonIn),
    Action.REJECT: Verb(dispatching.reject, s.RejectIn),
    Action.TRANSFER: Verb(dispatching.transfer, s.TransferIn, leaves=True),
    Action.ESCALATE: Verb(dispatching.escalate, s.ReasonIn, leaves=True),
    Action.APPROVE: Verb(approving.approve),
    Action.SEND_BACK: Verb(approving.send_back, s.ReasonIn),
    Action.MERGE: Verb(merging.merge, MergeIn),
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
}


def find(verbs: dict[str, Verb], name: str) -> Verb:
    """The verb of a form; raises `NotFound`."""
    if name not in verbs:
        raise NotFound
    return verbs[name]
