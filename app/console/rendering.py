"""The pages' templates, and how they say codes, times and numbers."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from app import meta
from app.access import desk_session
from app.access.caller import DISPATCHERS, Caller
from app.checkins.scan_models import RefusalCause
from app.console import wording
from app.demands.causes import Cause, ClaimCause
from app.demands.lifecycle import Closing, Kind
from app.demands.models import Audience, Outcome
from app.kit import clock, log
from app.kit.clock import CHINA
from app.kit.db import new_id
from app.kit.errors import AppError, PayloadTooLarge
from app.policies.defaults import CATEGORIES


@dataclass(frozen=True, slots=True)
class Again:
    """A form that was refused: which one, why, and what was typed into it."""

    form: str
    refusal: AppError
    values: Mapping[str, list[str]] = field(default_factory=dict)


def label(code: StrEnum | None) -> str:
    """What a code is called."""
    if code is None:
        return ""
    return {one.code: one.name for one in meta.labels(type(code))}[code]


def category(code: str) -> str:
    """What a category is called."""
    return CATEGORIES[code].zh if code in CATEGORIES else code


def moment(at: datetime | None) -> str:
    """`11-24 18:05`, with the year where it is not this one."""
    if at is None:
        return "—"
    here, today = at.astimezone(CHINA), clock.today()
    return here.strftime("%m-%d %H:%M" if here.year == today.year else "%Y-%m-%d %H:%M")


def iso(at: datetime) -> str:
    """A moment for machines."""
    return at.astimezone(CHINA).isoformat(timespec="seconds")


def exact(at: datetime) -> str:
    """A moment to the microsecond, to be sent back."""
    return at.astimezone(CHINA).isoformat()


def local(at: datetime | None) -> str:
    """A moment as `<input type="datetime-local">` takes it."""
    return at.astimezone(CHINA).strftime("%Y-%m-%dT%H:%M") if at else ""


def left(at: datetime) -> str:
    """How long until a moment, or how long it has been over: `还有 3 小时`, `超时 2 天`."""
    distance = at - clock.now()
    return f"还有 {_span(distance)}" if distance >= timedelta() else f"超时 {_span(-distance)}"


def _span(length: timedelta) -> str:
    minutes = int(length.total_seconds() // 60)
    if minutes < 60:
        return f"{minutes} 分钟"
    return f"{minutes // 60} 小时" if minutes < 48 * 60 else f"{minutes // (24 * 60)} 天"


def minutes(number: int | None) -> str:
    """`1 小时 20 分`."""
    if number is None:
        return "—"
    hours, rest = divmod(number, 60)
    return " ".join(part for part in (hours and f"{hours} 小时", (rest or not hours) and f"{rest} 分") if part)


def chosen(**query: object) -> str:
    """A query string of what is set."""
    return urlencode({name: value for name, value in query.items() if value not in (None, "", False)})


def categories() -> dict[str, str]:
    """Every category by its code."""
    return {code: name.zh for code, name in CATEGORIES.items()}


def options(codes: Iterable[StrEnum]) -> list[tuple[str, str]]:
    """Codes with their labels, to choose from."""
    return [(code, label(code)) for code in codes]


ENUMS: tuple[type[StrEnum], ...] = (Audience, Cause, ClaimCause, Closing, Kind, Outcome, RefusalCause)
"""Those that forms let one choose from."""
FILTERS: tuple[Callable[..., str], ...] = (label, category, moment, iso, exact, local, left, minutes)


def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("app.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update({one.__name__: one for one in FILTERS})
    made.globals.update(chosen=chosen, options=options, wording=wording, DISPATCHERS=DISPATCHERS)
    made.globals.update({one.__name__: one for one in ENUMS})
    return made


TEMPLATES = _environment()


def page(
    request: Request, template: str, caller: Caller | None = None, *, again: Again | None = None, **shown: Any
) -> HTMLResponse:
    """A page, or a part of one; the status is the refusal's where a form is shown again."""
    token = desk_session.form_token(request.app.state.keyring, caller) if caller else ""
    text = TEMPLATES.get_template(template).render(
        caller=caller,
        again=again,
        kept=partial(_kept, again),
        token=token,
        once=lambda: new_id().hex,
        group=new_id().hex,  # of details that close one another: htmx inserts a page before it removes the last
        username=request.state.desk.username if caller else "",
        demo=request.app.state.settings.demo,
        **shown,
    )
    status = again.refusal.status if again else 200
    return HTMLResponse(text, status, _headers(again.refusal if again else None, stays=again is not None))


def _headers(refusal: AppError | None, *, stays: bool) -> dict[str, str]:
    """A refused form leaves the address of the page that it stands on, so that a reload asks for that one."""
    found = {"Cache-Control": "no-store"} | ({"HX-Push-Url": "false"} if stays else {})
    return found | ({"Retry-After": str(refusal.retry_after)} if refusal and refusal.retry_after is not None else {})


def _kept(again: Again | None, form: str, field: str) -> list[str]:
    """What was typed into a field of the form that is shown again."""
    return list(again.values.get(field, [])) if again and again.form == form else []


def is_part(request: Request) -> bool:
    """Whether a script asks for a part of a page, not for a page."""
    return "hx-request" in request.headers and "hx-boosted" not in request.headers


def refused(request: Request, refusal: AppError, values: Mapping[str, list[str]] | None = None) -> HTMLResponse:
    """The page that says why there is none, with what was typed, to be copied from it.

    Where a part of a page was asked for, a line that is put on top of what stands there, which stays; so does
    the page of a form that is too large to be read, as long as a script sent it.
    """
    part = is_part(request) or ("hx-request" in request.headers and isinstance(refusal, PayloadTooLarge))
    text = TEMPLATES.get_template("refused_part.html" if part else "refused.html").render(
        caller=None, refusal=refusal, trace_id=log.trace_id(), values=values or {}
    )
    headers = _headers(refusal, stays=request.method != "GET")
    if part:
        headers |= {"HX-Reswap": "afterbegin", "HX-Reselect": "[role=alert]"}
    return HTMLResponse(text, refusal.status, headers)
