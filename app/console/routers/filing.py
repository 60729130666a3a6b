"""点单 for somebody on the phone, published in the same breath."""

import re
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import PlainTextResponse
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import FormData
from starlette.responses import Response

from app.access.caller import DISPATCHERS, Caller
from app.console import forms, rendering, reviewing
from app.console.rendering import Again
from app.console.route import PLACE, DeskCaller, DeskRoute, Form
from app.demands import filing
from app.demands.models import Demand
from app.demands.schemas import DemandIn
from app.kit import problems
from app.kit.errors import AppError
from app.kit.http import Session
from app.policies import listing as policies
from app.policies.defaults import Question
from app.policies.schemas import CategoryOut
from app.regions import listing as regions

router = APIRouter(route_class=DeskRoute)
Place = Annotated[str, Query(max_length=60)]
REGION = re.compile(r"[0-9]{2,12}(-[0-9]{2})*")


@router.get("/file")
async def file_page(request: Request, session: Session, caller: DeskCaller, place: Place = "") -> Response:
    """The form, with what it can guess filled in."""
    caller.require(DISPATCHERS)
    return await _form(request, session, caller, sought=place.strip())


@router.post("/file")
async def file(request: Request, session: Session, caller: DeskCaller, form: Form) -> Response:
    """File it, and publish it where that was ticked."""
    caller.require(DISPATCHERS)
    try:
        async with session.begin_nested():
            made = await _file(session, caller, form)
    except (AppError, IntegrityError) as error:
        again = Again("file", problems.refusal(error), forms.typed(form))
        return await _form(request, session, caller, again)
    done = "published" if made.mode else "filed"
    return PlainTextResponse(f"{PLACE}/demands/{made.id}?done={done}")


async def _file(session: AsyncSession, caller: Caller, form: FormData) -> Demand:
    """Who says it in one sentence has said it: the title is the description then."""
    said = [(name, value) for name, value in form.multi_items() if not name.startswith("dispatch.") or publishes(form)]
    if not form.get("description"):
        said.append(("description", form.get("title", "")))
    return await filing.file(session, caller, forms.body(FormData(said), DemandIn))


def publishes(form: FormData) -> bool:
    """Whether it is to be put out at once."""
    return bool(form.get("dispatch.mode"))


async def _form(
    request: Request, session: AsyncSession, caller: Caller, again: Again | None = None, sought: str = ""
) -> Response:
    near = await regions.communities(session, caller.reach(DISPATCHERS))
    typed = {name: texts[-1] for name, texts in again.values.items() if texts} if again else {}
    category = typed.get("category", "other")
    known = await _categories(session, typed.get("region_code") or (near[0].code if near else ""))
    return rendering.page(
        request,
        "file.html",
        caller,
        again=again,
        places=[(one.code, one.full_name) for one in near] if len(near) < regions.MOST_TO_CHOOSE else [],
        sought=sought,
        found_places=await reviewing.places_found(session, sought) if sought else [],
        categories=[(one.code, one.name) for one in known],
        chosen_category=category,
        questions=_questions(known, category),
    )


async def _categories(session: AsyncSession, region_code: str) -> list[CategoryOut]:
    """The categories of a region; of everywhere, where what was sent names none."""
    named = region_code if REGION.fullmatch(region_code) else ""
    return await policies.categories(session, named)


def _questions(known: Sequence[CategoryOut], category: str) -> list[Question]:
    return next((one.questions for one in known if one.code == category), [])


@router.get("/questions")
async def questions(
    request: Request, session: Session, caller: DeskCaller, category: str = "", region_code: str = ""
) -> Response:
    """What is asked when a demand of a category is filed, as a part of the form."""
    known = await _categories(session, region_code)
    return rendering.page(request, "questions.html", caller, questions=_questions(known, category))
