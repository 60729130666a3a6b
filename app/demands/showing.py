"""The photos and voice notes of demands and claims, for those who may see them."""

import uuid

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.content import linking
from app.content import queries as content
from app.content.models import SubjectKind
from app.content.schemas import FileOut
from app.demands import presenting, queries, relations
from app.demands.models import SeenAs
from app.kit.crypto import Keyring
from app.kit.errors import NotFound
from app.policies import service as policies
from app.policies.defaults import Key


async def one_file(session: AsyncSession, caller: Caller, keyring: Keyring, file_id: uuid.UUID) -> FileOut:
    """A file with links; where it shows what is another's, that is kept as any reveal is."""
    file = await content.file(session, file_id)
    if file is None or (file.subject_id is None and file.uploaded_by != caller.account_id):
        raise NotFound
    region_code, is_desk = caller.home_region_code or "", False
    if file.subject_id is not None:
        view = await _view_of(session, caller, file.subject_kind, file.subject_id)
        region_code, is_desk = view.demand.region_code, view.seen_as == SeenAs.HANDLER
        if view.seen_as and file.uploaded_by != caller.account_id and not view.is_own:
            await presenting.keep_reveal(session, caller, view.demand, view.seen_as)
    window = await policies.value(session, Key.FILE_LINK_WINDOW, region_code)
    return linking.file_out(keyring, file, window, with_evidence=is_desk)


async def _view_of(
    session: AsyncSession, caller: Caller, kind: SubjectKind | None, subject_id: uuid.UUID
) -> presenting.View:
    """The view of the demand with which the caller sees a thing's files; raises `NotFound`."""
    if kind == SubjectKind.DEMAND:
        demand = await queries.demand(session, caller, subject_id)
        mine = await queries.my_claims(session, caller, [demand.id])
        view = presenting.view_of(caller, demand, mine.get(demand.id, []))
        allowed = view.sees_contact
    else:
        claim, demand = await queries.claim_and_demand(session, caller, subject_id)
        serving = (await queries.members_of_claims(session, [claim.id])).get(claim.id, [])
        view = presenting.view_of(caller, demand, [claim])
        allowed = presenting.shows_files(relations.to_claim(caller, demand, claim), caller, serving)
    if not allowed:
        raise NotFound
    return view
