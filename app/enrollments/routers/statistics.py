"""`/enrollments/statistics`, as JSON and as a workbook."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.access.dependencies import CallerRoute, SignedInCaller
from app.enrollments import sheet, statistics
from app.enrollments.statistics_schemas import StatisticsOut, StatisticsWanted
from app.kit.http import Session

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WORKBOOK: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "工作簿 The workbook",
        "content": {XLSX: {"schema": {"type": "string", "format": "binary"}}},
    }
}
ATTACHED = {"Content-Disposition": 'attachment; filename="enrollments.xlsx"'}

router = APIRouter(prefix="/enrollments", tags=["enrollments 报到"], route_class=CallerRoute)


@router.get("/statistics")
async def table(
    session: Session, caller: SignedInCaller, wanted: Annotated[StatisticsWanted, Query()]
) -> StatisticsOut:
    """报到动态统计表: who stood where at the end of a day, for the staff of a region."""
    return await statistics.statistics(session, caller, wanted)


@router.get("/statistics.xlsx", response_class=Response, responses=WORKBOOK)
async def workbook(session: Session, caller: SignedInCaller, wanted: Annotated[StatisticsWanted, Query()]) -> Response:
    """The same table as a workbook to send upward."""
    found = await statistics.statistics(session, caller, wanted)
    return Response(sheet.workbook(found), media_type=XLSX, headers=ATTACHED)
