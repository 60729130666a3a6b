"""`/rubrics`, `/observations`, `/observed`, `/undertakings` and `/highlights`."""

from typing import Annotated

from fastapi import APIRouter, Query, status
from starlette.responses import Response

from app.access.dependencies import CallerRoute, Keys, SignedInCaller
from app.enrollments.routers.statistics import WORKBOOK, XLSX
from app.kit.http import Session
from app.kit.pagination import Page
from app.kit.schema import Id
from app.oversight.observations import (
    following_up,
    following_views,
    holding,
    presenting,
    rubrics,
    scoring,
    sharing,
    sheet,
)
from app.oversight.observations.following_schemas import (
    CopiedIn,
    HighlightIn,
    HighlightOut,
    HighlightsWanted,
    LookIn,
    ObservedReportIn,
    RemarkIn,
    ShownIn,
    UndertakingIn,
    UndertakingOut,
    UndertakingsWanted,
)
from app.oversight.observations.schemas import (
    CallOffIn,
    CloseObservationIn,
    ObservationBrief,
    ObservationIn,
    ObservationOut,
    ObservationsWanted,
    ObservedOut,
    PanelIn,
    RankingOut,
    RubricIn,
    RubricOut,
    RubricsWanted,
    RubricVersionIn,
    ScoreSheetIn,
)

ATTACHED = {"Content-Disposition": 'attachment; filename="ranks.xlsx"'}

router = APIRouter(tags=["observations 观摩"], route_class=CallerRoute)


@router.post("/rubrics", status_code=status.HTTP_201_CREATED)
async def make_rubric(session: Session, caller: SignedInCaller, body: RubricIn) -> RubricOut:
    """Make a rubric (考评细则) with its first version."""
    return await presenting.rubric_out(session, caller, await rubrics.make(session, caller, body))


@router.get("/rubrics")
async def all_rubrics(
    session: Session, caller: SignedInCaller, wanted: Annotated[RubricsWanted, Query()]
) -> Page[RubricOut]:
    """Rubrics of my regions and of those above, for staff."""
    return await presenting.rubrics(session, caller, wanted)


@router.get("/rubrics/{rubric_id}")
async def rubric(session: Session, caller: SignedInCaller, rubric_id: Id) -> RubricOut:
    """One rubric with its versions."""
    return await presenting.rubric(session, caller, rubric_id)


@router.post("/rubrics/{rubric_id}/versions", status_code=status.HTTP_201_CREATED)
async def publish(session: Session, caller: SignedInCaller, rubric_id: Id, body: RubricVersionIn) -> RubricOut:
    """Publish the next version; open rounds go on by theirs until their desk adopts it."""
    return await presenting.rubric_out(session, caller, await rubrics.publish(session, caller, rubric_id, body))


@router.post("/observations", status_code=status.HTTP_201_CREATED)
async def draft(session: Session, caller: SignedInCaller, body: ObservationIn) -> ObservationOut:
    """Lay out a round (观摩) with its route and panel in one call."""
    return await presenting.observation_out(session, caller, await holding.draft(session, caller, body))


@router.get("/observations")
async def observations(
    session: Session, caller: SignedInCaller, wanted: Annotated[ObservationsWanted, Query()]
) -> Page[ObservationBrief]:
    """The rounds that my desk holds, that I sit on the panel of, or in which I am observed."""
    return await presenting.observations(session, caller, wanted)


@router.get("/observations/{observation_id}")
async def observation(session: Session, caller: SignedInCaller, observation_id: Id) -> ObservationOut:
    """One round with its rubric, objects and panel."""
    return await presenting.observation(session, caller, observation_id)


@router.put("/observations/{observation_id}")
async def change(session: Session, caller: SignedInCaller, observation_id: Id, body: ObservationIn) -> ObservationOut:
    """Write a draft anew."""
    return await presenting.observation_out(
        session, caller, await holding.change(session, caller, observation_id, body)
    )


@router.post("/observations/{observation_id}/open")
async def open_(session: Session, caller: SignedInCaller, observation_id: Id) -> ObservationOut:
    """Have it scored by what its rubric says now."""
    return await presenting.observation_out(session, caller, await holding.open_(session, caller, observation_id))


@router.post("/observations/{observation_id}/panel")
async def join(session: Session, caller: SignedInCaller, observation_id: Id, body: PanelIn) -> ObservationOut:
    """Take more people into the panel of a round that is under way."""
    return await presenting.observation_out(session, caller, await holding.join(session, caller, observation_id, body))


@router.post("/observations/{observation_id}/adopt")
async def adopt(session: Session, caller: SignedInCaller, observation_id: Id) -> ObservationOut:
    """Go on by the rubric's newest version; what it judges as before stands."""
    return await presenting.observation_out(session, caller, await holding.adopt(session, caller, observation_id))


@router.post("/observations/{observation_id}/close")
async def close(
    session: Session, caller: SignedInCaller, observation_id: Id, body: CloseObservationIn
) -> ObservationOut:
    """Rank the objects for good."""
    return await presenting.observation_out(session, caller, await scoring.close(session, caller, observation_id, body))


@router.post("/observations/{observation_id}/cancel")
async def call_off(session: Session, caller: SignedInCaller, observation_id: Id, body: CallOffIn) -> ObservationOut:
    """Call it off; its quarter is free for another."""
    return await presenting.observation_out(
        session, caller, await holding.call_off(session, caller, observation_id, body)
    )


@router.get("/observations/{observation_id}/ranks")
async def ranks(session: Session, caller: SignedInCaller, observation_id: Id) -> RankingOut:
    """Totals, ranks and movement; until it is closed only its desk reads how it stands."""
    return await presenting.ranking(session, caller, observation_id)


@router.get("/observations/{observation_id}/ranks.xlsx", response_class=Response, responses=WORKBOOK)
async def ranks_workbook(session: Session, caller: SignedInCaller, observation_id: Id) -> Response:
    """The same as a workbook."""
    found = await presenting.ranking(session, caller, observation_id)
    return Response(sheet.workbook(found), media_type=XLSX, headers=ATTACHED)


@router.get("/observed/{observed_id}")
async def observed(session: Session, caller: SignedInCaller, keyring: Keys, observed_id: Id) -> ObservedOut:
    """One object: its report, remarks, what it is to do, what earlier rounds left open, and my sheet."""
    return await presenting.observed(session, caller, keyring, observed_id)


@router.put("/observed/{observed_id}/scores")
async def score(
    session: Session, caller: SignedInCaller, keyring: Keys, observed_id: Id, body: ScoreSheetIn
) -> ObservedOut:
    """Score an object, all at once or bit by bit; nobody scores what they have to do with."""
    found = await scoring.score(session, caller, observed_id, body)
    return await presenting.observed_out(session, caller, keyring, found)


@router.post("/observed/{observed_id}/recuse")
async def step_back(
    session: Session, caller: SignedInCaller, keyring: Keys, observed_id: Id, body: CallOffIn
) -> ObservedOut:
    """Say that I have to do with it (回避): what I scored of it does not count."""
    found = await scoring.step_back(session, caller, observed_id, body)
    return await presenting.observed_out(session, caller, keyring, found)


@router.post("/observed/{observed_id}/excuse")
async def excuse(
    session: Session, caller: SignedInCaller, keyring: Keys, observed_id: Id, body: CallOffIn
) -> ObservedOut:
    """Leave it out of the ranks of this round."""
    found = await holding.excuse(session, caller, observed_id, body)
    return await presenting.observed_out(session, caller, keyring, found)


@router.put("/observed/{observed_id}/report")
async def report(
    session: Session, caller: SignedInCaller, keyring: Keys, observed_id: Id, body: ObservedReportIn
) -> ObservedOut:
    """Report how it stands (汇报), with photos."""
    found = await following_up.report(session, caller, observed_id, body)
    return await presenting.observed_out(session, caller, keyring, found)


@router.post("/observed/{observed_id}/remarks", status_code=status.HTTP_201_CREATED)
async def remark(
    session: Session, caller: SignedInCaller, keyring: Keys, observed_id: Id, body: RemarkIn
) -> ObservedOut:
    """Say something of it (讲评)."""
    found = await following_up.remark(session, caller, observed_id, body)
    return await presenting.observed_out(session, caller, keyring, found)


@router.post("/observed/{observed_id}/undertakings", status_code=status.HTTP_201_CREATED)
async def undertake(
    session: Session, caller: SignedInCaller, keyring: Keys, observed_id: Id, body: UndertakingIn
) -> UndertakingOut:
    """Write down a finding, or as the object a next step or a commitment (表态)."""
    made = await following_up.undertake(session, caller, observed_id, body)
    return await following_views.undertaking_out(session, caller, keyring, made)


@router.post("/observed/{observed_id}/highlights", status_code=status.HTTP_201_CREATED)
async def highlight(session: Session, caller: SignedInCaller, observed_id: Id, body: HighlightIn) -> HighlightOut:
    """Show the district what it does well (亮点)."""
    made = await sharing.highlight(session, caller, observed_id, body)
    return await following_views.highlight_out(session, caller, made)


@router.get("/undertakings")
async def undertakings(
    session: Session, caller: SignedInCaller, keyring: Keys, wanted: Annotated[UndertakingsWanted, Query()]
) -> Page[UndertakingOut]:
    """What the objects that I see are to do."""
    return await following_views.undertakings(session, caller, keyring, wanted)


@router.post("/undertakings/{undertaking_id}/show")
async def show(
    session: Session, caller: SignedInCaller, keyring: Keys, undertaking_id: Id, body: ShownIn
) -> UndertakingOut:
    """Show what was done (整改佐证), with photos."""
    made = await following_up.show(session, caller, undertaking_id, body)
    return await following_views.undertaking_out(session, caller, keyring, made)


@router.post("/undertakings/{undertaking_id}/look")
async def look(
    session: Session, caller: SignedInCaller, keyring: Keys, undertaking_id: Id, body: LookIn
) -> UndertakingOut:
    """Say whether it is settled; a round that sees the object again is not closed before somebody did."""
    made = await following_up.look(session, caller, undertaking_id, body)
    return await following_views.undertaking_out(session, caller, keyring, made)


@router.get("/highlights")
async def highlights(
    session: Session, caller: SignedInCaller, wanted: Annotated[HighlightsWanted, Query()]
) -> Page[HighlightOut]:
    """What is worth copying in my district, and who copied it."""
    return await following_views.highlights(session, caller, wanted)


@router.post("/highlights/{highlight_id}/copies", status_code=status.HTTP_201_CREATED)
async def copy(session: Session, caller: SignedInCaller, highlight_id: Id, body: CopiedIn) -> HighlightOut:
    """Say where it was copied, and how."""
    return await following_views.highlight_out(session, caller, await sharing.copy(session, caller, highlight_id, body))
