"""`/lists`, `/list-items` and `/list-versions`."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query, status
from starlette.responses import Response

from app.access.dependencies import CallerRoute, SignedInCaller
from app.cobuilding.lists import (
    asking,
    booking,
    compiling,
    giving,
    pairing,
    presenting,
    project_presenting,
    publishing,
    sharing_presenting,
    suggesting,
    suggestion_presenting,
    table,
    taking,
)
from app.cobuilding.lists.lifecycle import BookingAction, TakingAction
from app.cobuilding.lists.project_schemas import (
    MilestoneIn,
    ReachIn,
    TakingIn,
    TakingOut,
    TakingReasonIn,
    TakingsWanted,
)
from app.cobuilding.lists.schemas import (
    AskIn,
    ItemsWanted,
    LineIn,
    ListIn,
    ListItemOut,
    ListOut,
    ListsWanted,
    VersionBrief,
    VersionOut,
    WithdrawalIn,
)
from app.cobuilding.lists.sharing_schemas import (
    BookIn,
    BookingOut,
    BookingsWanted,
    ContributionIn,
    ContributionOut,
    ContributionsWanted,
    EndIn,
    FitOut,
    FitsWanted,
    PairIn,
    TimeOut,
    TimesWanted,
)
from app.cobuilding.lists.suggestion_schemas import (
    AcceptIn,
    SuggestionAnswerIn,
    SuggestionIn,
    SuggestionOut,
    SuggestionsWanted,
)
from app.kit.http import Session
from app.kit.pagination import Page, PageRequest
from app.kit.schema import Id
from app.kit.workbooks import writing

PDF, XLSX = "application/pdf", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _files(media_type: str, what: str) -> dict[int | str, dict[str, Any]]:
    content = {media_type: {"schema": {"type": "string", "format": "binary"}}}
    return {200: {"description": what, "content": content}}


router = APIRouter(tags=["lists 清单"], route_class=CallerRoute)


@router.post("/lists", status_code=status.HTTP_201_CREATED)
async def draw_up(session: Session, caller: SignedInCaller, body: ListIn) -> ListOut:
    """Begin a service, needs, resource or project list (服务/需求/资源/项目清单) of a region and a year."""
    return await presenting.list_out(session, caller, await compiling.draw_up(session, caller, body))


@router.get("/lists")
async def lists(session: Session, caller: SignedInCaller, wanted: Annotated[ListsWanted, Query()]) -> Page[ListOut]:
    """Lists that were published, and all of my regions."""
    return await presenting.lists(session, caller, wanted)


@router.get("/lists/{list_id}")
async def one_list(session: Session, caller: SignedInCaller, list_id: Id) -> ListOut:
    """One list."""
    return await presenting.one_list(session, caller, list_id)


@router.post("/lists/{list_id}/items", status_code=status.HTTP_201_CREATED)
async def add(session: Session, caller: SignedInCaller, list_id: Id, body: LineIn) -> ListItemOut:
    """Write a line."""
    return await presenting.item_out(session, caller, await compiling.add(session, caller, list_id, body))


@router.post("/lists/{list_id}/publish")
async def publish(session: Session, caller: SignedInCaller, list_id: Id) -> ListOut:
    """Freeze the list as its next version, for everybody to read."""
    return await presenting.list_out(session, caller, await publishing.publish(session, caller, list_id))


@router.get("/lists/{list_id}/versions")
async def versions(
    session: Session, caller: SignedInCaller, list_id: Id, wanted: Annotated[PageRequest, Query()]
) -> Page[VersionBrief]:
    """When which version was published, the newest first."""
    return await presenting.versions(session, caller, list_id, wanted)


@router.get("/list-versions/{version_id}")
async def version(session: Session, _: SignedInCaller, version_id: Id) -> VersionOut:
    """A version as it was published."""
    return await presenting.version(session, version_id)


@router.get("/list-versions/{version_id}/pdf", response_class=Response, responses=_files(PDF, "清单 A4"))
async def printed(session: Session, _: SignedInCaller, version_id: Id) -> Response:
    """The same to print."""
    content = await asyncio.to_thread(_pdf, await presenting.version(session, version_id))
    return Response(content, media_type=PDF, headers={"Content-Disposition": 'inline; filename="list.pdf"'})


@router.get("/list-versions/{version_id}/xlsx", response_class=Response, responses=_files(XLSX, "工作簿 The workbook"))
async def workbook(session: Session, _: SignedInCaller, version_id: Id) -> Response:
    """The same as a workbook."""
    found = await presenting.version(session, version_id)
    content = writing.titled(table.heading(found), table.HEADER, table.rows(found))
    return Response(content, media_type=XLSX, headers={"Content-Disposition": 'attachment; filename="list.xlsx"'})


@router.get("/list-items")
async def items(session: Session, caller: SignedInCaller, wanted: Annotated[ItemsWanted, Query()]) -> Page[ListItemOut]:
    """The items of a list, or of all lists of a kind and a region, as they stand."""
    return await presenting.items(session, caller, wanted)


@router.get("/list-items/{item_id}")
async def item(session: Session, caller: SignedInCaller, item_id: Id) -> ListItemOut:
    """An item with what became of it."""
    return await presenting.item(session, caller, item_id)


@router.put("/list-items/{item_id}")
async def change(session: Session, caller: SignedInCaller, item_id: Id, body: LineIn) -> ListItemOut:
    """Write a line anew; versions keep what they said."""
    return await presenting.item_out(session, caller, await compiling.change(session, caller, item_id, body))


@router.post("/list-items/{item_id}/withdraw")
async def withdraw(session: Session, caller: SignedInCaller, item_id: Id, body: WithdrawalIn) -> ListItemOut:
    """Take a line off its list."""
    return await presenting.item_out(session, caller, await compiling.withdraw(session, caller, item_id, body))


@router.post("/list-items/{item_id}/demands", status_code=status.HTTP_201_CREATED)
async def ask(session: Session, caller: SignedInCaller, item_id: Id, body: AskIn) -> ListItemOut:
    """Make a demand of a line (清单转点单), open to all or assigned to its owner; an empty body does."""
    return await presenting.item_out(session, caller, await asking.ask(session, caller, item_id, body))


@router.post("/list-items/{item_id}/takings", status_code=status.HTTP_201_CREATED)
async def take(session: Session, caller: SignedInCaller, item_id: Id, body: TakingIn) -> TakingOut:
    """Take a project on for my organization (认领项目), or ask another to as the desk."""
    return await project_presenting.taking_out(session, caller, await taking.take(session, caller, item_id, body))


@router.get("/takings")
async def takings(
    session: Session, caller: SignedInCaller, wanted: Annotated[TakingsWanted, Query()]
) -> Page[TakingOut]:
    """Who builds what, the newest first."""
    return await project_presenting.takings(session, caller, wanted)


@router.post("/takings/{taking_id}/accept")
async def accept_taking(session: Session, caller: SignedInCaller, taking_id: Id) -> TakingOut:
    """Take on what my organization is asked to."""
    found = await taking.move(session, caller, taking_id, TakingAction.ACCEPT)
    return await project_presenting.taking_out(session, caller, found)


@router.post("/takings/{taking_id}/decline")
async def decline(session: Session, caller: SignedInCaller, taking_id: Id, body: TakingReasonIn) -> TakingOut:
    """Say why my organization does not take on what it is asked to."""
    found = await taking.move(session, caller, taking_id, TakingAction.DECLINE, body.reason)
    return await project_presenting.taking_out(session, caller, found)


@router.post("/takings/{taking_id}/withdraw")
async def withdraw_taking(session: Session, caller: SignedInCaller, taking_id: Id, body: TakingReasonIn) -> TakingOut:
    """Ask no longer."""
    found = await taking.move(session, caller, taking_id, TakingAction.WITHDRAW, body.reason)
    return await project_presenting.taking_out(session, caller, found)


@router.post("/takings/{taking_id}/finish")
async def finish(session: Session, caller: SignedInCaller, taking_id: Id) -> TakingOut:
    """Say, as the desk, that a project is done."""
    found = await taking.move(session, caller, taking_id, TakingAction.FINISH)
    return await project_presenting.taking_out(session, caller, found)


@router.post("/takings/{taking_id}/give-up")
async def give_up(session: Session, caller: SignedInCaller, taking_id: Id, body: TakingReasonIn) -> TakingOut:
    """Say why a project that was taken on will not be done."""
    found = await taking.move(session, caller, taking_id, TakingAction.GIVE_UP, body.reason)
    return await project_presenting.taking_out(session, caller, found)


@router.post("/list-items/{item_id}/milestones", status_code=status.HTTP_201_CREATED)
async def plan(session: Session, caller: SignedInCaller, item_id: Id, body: MilestoneIn) -> ListItemOut:
    """Say what of a project is to stand by when."""
    return await presenting.item_out(session, caller, await taking.plan(session, caller, item_id, body))


@router.post("/milestones/{milestone_id}/reach")
async def reach(session: Session, caller: SignedInCaller, milestone_id: Id, body: ReachIn) -> ListItemOut:
    """Say that a milestone stands."""
    return await presenting.item_out(session, caller, await taking.reach(session, caller, milestone_id, body))


@router.get("/list-items/{item_id}/fits")
async def fits(
    session: Session, caller: SignedInCaller, item_id: Id, wanted: Annotated[FitsWanted, Query()]
) -> Page[FitOut]:
    """Which resources of the district fit a need, or which needs a resource, and why (资源需求对接)."""
    return await sharing_presenting.fits(session, caller, item_id, wanted)


@router.post("/list-items/{item_id}/pairings", status_code=status.HTTP_201_CREATED)
async def pair(session: Session, caller: SignedInCaller, item_id: Id, body: PairIn) -> ListItemOut:
    """Say that a resource meets a need."""
    return await presenting.item_out(session, caller, await pairing.pair(session, caller, item_id, body))


@router.post("/pairings/{pairing_id}/end")
async def part(session: Session, caller: SignedInCaller, pairing_id: Id, body: EndIn) -> ListItemOut:
    """Say that they do not go together any more."""
    return await presenting.item_out(session, caller, await pairing.part(session, caller, pairing_id, body))


@router.post("/list-items/{item_id}/bookings", status_code=status.HTTP_201_CREATED)
async def book(session: Session, caller: SignedInCaller, item_id: Id, body: BookIn) -> BookingOut:
    """Book a venue or borrow goods (场地预订、物资借用) for my organization, or as the desk for anybody."""
    return await sharing_presenting.booking_out(session, caller, await booking.book(session, caller, item_id, body))


@router.get("/list-items/{item_id}/times")
async def times(
    session: Session, caller: SignedInCaller, item_id: Id, wanted: Annotated[TimesWanted, Query()]
) -> Page[TimeOut]:
    """When a venue, or how many of some goods, cannot be had; by whom it is booked is not said."""
    return await sharing_presenting.times(session, caller, item_id, wanted)


@router.get("/bookings")
async def bookings(
    session: Session, caller: SignedInCaller, wanted: Annotated[BookingsWanted, Query()]
) -> Page[BookingOut]:
    """Bookings of my organizations, of what they own, and of my regions, the newest first."""
    return await sharing_presenting.bookings(session, caller, wanted)


@router.post("/bookings/{booking_id}/hand-over")
async def hand_over(session: Session, caller: SignedInCaller, booking_id: Id) -> BookingOut:
    """Goods leave the house."""
    found = await booking.move(session, caller, booking_id, BookingAction.HAND_OVER)
    return await sharing_presenting.booking_out(session, caller, found)


@router.post("/bookings/{booking_id}/return")
async def take_back(session: Session, caller: SignedInCaller, booking_id: Id) -> BookingOut:
    """Goods are back."""
    found = await booking.move(session, caller, booking_id, BookingAction.RETURN)
    return await sharing_presenting.booking_out(session, caller, found)


@router.post("/bookings/{booking_id}/cancel")
async def cancel(session: Session, caller: SignedInCaller, booking_id: Id, body: EndIn) -> BookingOut:
    """Cancel a booking that is not over."""
    found = await booking.move(session, caller, booking_id, BookingAction.CANCEL, body.reason)
    return await sharing_presenting.booking_out(session, caller, found)


@router.post("/list-items/{item_id}/contributions", status_code=status.HTTP_201_CREATED)
async def contribute(session: Session, caller: SignedInCaller, item_id: Id, body: ContributionIn) -> ContributionOut:
    """Note down what was given (捐助登记): money, goods or people."""
    return await sharing_presenting.contribution_out(session, caller, await giving.note(session, caller, item_id, body))


@router.get("/contributions")
async def contributions(
    session: Session, caller: SignedInCaller, wanted: Annotated[ContributionsWanted, Query()]
) -> Page[ContributionOut]:
    """What my organizations gave, and what was given in my regions, the newest first."""
    return await sharing_presenting.contributions(session, caller, wanted)


@router.post("/contributions/{contribution_id}/reverse", status_code=status.HTTP_201_CREATED)
async def reverse(session: Session, caller: SignedInCaller, contribution_id: Id, body: EndIn) -> ContributionOut:
    """Take a contribution back by one of its own."""
    found = await giving.reverse(session, caller, contribution_id, body)
    return await sharing_presenting.contribution_out(session, caller, found)


@router.post("/suggestions", status_code=status.HTTP_201_CREATED)
async def suggest(session: Session, caller: SignedInCaller, body: SuggestionIn) -> SuggestionOut:
    """Say what should be on a list (建议), or note as the desk what somebody said at a forum."""
    found = await suggesting.suggest(session, caller, body)
    return await suggestion_presenting.suggestion_out(session, caller, found)


@router.get("/suggestions")
async def suggestions(
    session: Session, caller: SignedInCaller, wanted: Annotated[SuggestionsWanted, Query()]
) -> Page[SuggestionOut]:
    """My suggestions, or those of my desk's regions, the newest first."""
    return await suggestion_presenting.suggestions(session, caller, wanted)


@router.get("/suggestions/{suggestion_id}")
async def suggestion(session: Session, caller: SignedInCaller, suggestion_id: Id) -> SuggestionOut:
    """One suggestion with what became of it."""
    return await suggestion_presenting.suggestion(session, caller, suggestion_id)


@router.post("/suggestions/{suggestion_id}/answer")
async def answer(
    session: Session, caller: SignedInCaller, suggestion_id: Id, body: SuggestionAnswerIn
) -> SuggestionOut:
    """Answer a suggestion that changes no list."""
    found = await suggesting.answer(session, caller, suggestion_id, body)
    return await suggestion_presenting.suggestion_out(session, caller, found)


@router.post("/suggestions/{suggestion_id}/accept")
async def accept(session: Session, caller: SignedInCaller, suggestion_id: Id, body: AcceptIn) -> SuggestionOut:
    """Make a suggestion a line of a list (纳入清单)."""
    found = await suggesting.accept(session, caller, suggestion_id, body)
    return await suggestion_presenting.suggestion_out(session, caller, found)


@router.post("/suggestions/{suggestion_id}/refuse")
async def refuse(
    session: Session, caller: SignedInCaller, suggestion_id: Id, body: SuggestionAnswerIn
) -> SuggestionOut:
    """Refuse a suggestion, with a reason that its author reads."""
    found = await suggesting.refuse(session, caller, suggestion_id, body)
    return await suggestion_presenting.suggestion_out(session, caller, found)


def _pdf(found: VersionOut) -> bytes:
    from app.cobuilding.lists import printing  # noqa: PLC0415 - half a second that most processes never need

    return printing.pdf(found)
