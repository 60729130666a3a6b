"""到场 with or without the code that a place shows: with one it is a scan, heard and refused as any other."""

import uuid

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.checkins import scanning
from app.checkins.errors import CodeRefused, ScanWaits
from app.checkins.scan_models import ScanAction, ScanOutcome
from app.checkins.scan_schemas import ArriveIn, ScanIn, ScansIn
from app.demands import claiming
from app.demands.lifecycle import CLAIM_MOVES, ClaimAction
from app.demands.models import Claim
from app.kit import clock
from app.kit.crypto import Keyring
from app.kit.db import new_id
from app.kit.errors import ActionNotAllowed


async def arrive(session: AsyncSession, caller: Caller, keyring: Keyring, claim_id: uuid.UUID, body: ArriveIn) -> Claim:
    """Note that somebody is there. Raises `CodeRefused`, and `ScanWaits` where a person must look at it first."""
    if body.code is None:
        return await claiming.arrive(session, caller, claim_id)
    claim, _ = await claiming.to_move(session, caller, claim_id, ClaimAction.ARRIVE)
    if (claim.state, ClaimAction.ARRIVE) not in CLAIM_MOVES:
        raise ActionNotAllowed
    item = ScanIn.model_construct(
        nonce=new_id().hex,
        code=body.code,
        scanned_at=clock.now(),
        action=ScanAction.ARRIVE,
        subject_id=claim_id,
        location=body.location,
    )
    device = caller.account_id.hex  # which phone it was is not said
    (heard,) = await scanning.scan(session, caller, keyring, ScansIn(device=device, scans=[item]))
    if heard.outcome == ScanOutcome.PENDING:
        raise ScanWaits
    if heard.outcome == ScanOutcome.REFUSED:
        raise CodeRefused.field("code", heard.reason or "", "二维码不能用于此次到场", "the code does not count here")
    return claim
