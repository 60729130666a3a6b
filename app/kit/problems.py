"""RFC 9457 problem details in zh-CN or English: every refusal of every layer rendered in one place."""

import re
from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse

from app.kit import db, log
from app.kit.errors import (
    AppError,
    FieldError,
    Forbidden,
    InternalError,
    InvalidRequest,
    NotFound,
    PayloadTooLarge,
    Text,
    Unavailable,
)

logger = log.get()
MEDIA_TYPE = "application/problem+json"
MOST_ERRORS, LONGEST_FIELD = 50, 100
"""What of a request with 100,000 unknown fields is worth saying."""
LANGUAGE = re.compile(r"\s*(zh|en)(?:-[a-z0-9-]+)?\s*(?:;\s*q=([01](?:\.[0-9]{0,3})?)\s*)?", re.IGNORECASE)

MESSAGES: dict[str, Text] = {
    "missing": Text("必填", "is required"),
    "extra_forbidden": Text("不认识的字段", "is not a known field"),
    "string_too_short": Text("至少 {min_length} 个字", "needs at least {min_length} characters"),
    "string_too_long": Text("最多 {max_length} 个字", "takes at most {max_length} characters"),
    "string_pattern_mismatch": Text("格式不正确", "has the wrong format"),
    "string_type": Text("应为文字", "must be text"),
    "string_unicode": Text("含有无效字符", "holds an invalid character"),
    "int_type": Text("应为整数", "must be an integer"),
    "int_parsing": Text("应为整数", "must be an integer"),
    "int_parsing_size": Text("数字过大", "is too large a number"),
    "int_from_float": Text("应为整数", "must be an integer"),
    "bool_type": Text("应为 true 或 false", "must be true or false"),
    "bool_parsing": Text("应为 true 或 false", "must be true or false"),
    "float_type": Text("应为数字", "must be a number"),
    "float_parsing": Text("应为数字", "must be a number"),
    "finite_number": Text("应为有限的数字", "must be a finite number"),
    "greater_than": Text("应大于 {gt}", "must be greater than {gt}"),
    "greater_than_equal": Text("不能小于 {ge}", "must be at least {ge}"),
    "less_than": Text("应小于 {lt}", "must be less than {lt}"),
    "less_than_equal": Text("不能大于 {le}", "must be at most {le}"),
    "enum": Text("应为以下之一：{expected}", "must be one of {expected}"),
    "literal_error": Text("应为以下之一：{expected}", "must be one of {expected}"),
    "uuid_parsing": Text("不是有效的编号", "is not an id"),
    "uuid_type": Text("不是有效的编号", "is not an id"),
    "datetime_type": Text("应为带时区的 ISO 8601 时间", "must be an ISO 8601 time with an offset"),
    "datetime_parsing": Text("应为带时区的 ISO 8601 时间", "must be an ISO 8601 time with an offset"),
    "datetime_from_date_parsing": Text("应为带时区的 ISO 8601 时间", "must be an ISO 8601 time with an offset"),
    "timezone_aware": Text("时间须带时区", "needs a time zone offset"),
    "date_type": Text("应为日期", "must be a date"),
    "date_parsing": Text("应为日期", "must be a date"),
    "date_from_datetime_parsing": Text("应为日期", "must be a date"),
    "list_type": Text("应为列表", "must be a list"),
    "too_long": Text("最多 {max_length} 项", "takes at most {max_length} items"),
    "too_short": Text("至少 {min_length} 项", "needs at least {min_length} items"),
    "model_attributes_type": Text("应为对象", "must be an object"),
    "model_type": Text("应为对象", "must be an object"),
    "dict_type": Text("应为对象", "must be an object"),
    "json_invalid": Text("不是有效的 JSON", "is not valid JSON"),
}
UNKNOWN = Text("不符合要求", "is not valid")


class MethodNotAllowed(AppError):
    status, code = 405, "method_not_allowed"
    title = Text("不支持此方法", "This method is not supported here")


ROUTING: dict[int, type[AppError]] = {
    400: InvalidRequest,
    403: Forbidden,
    404: NotFound,
    405: MethodNotAllowed,
    413: PayloadTooLarge,
    422: InvalidRequest,
}
"""What a status means that FastAPI or Starlette raised: a body that is not JSON, an unknown path."""


KNOWN = (AppError, RequestValidationError, HTTPException, ClientDisconnect, DBAPIError, PoolTimeout, OSError)
"""All that `refusal` makes sense of."""


def install(app: FastAPI) -> None:
    """Render what is raised in the application as problem details, and describe them in its OpenAPI document.

    What nothing here knows is a fault of ours, which `kit.http.Edge` renders.
    """
    for kind in KNOWN:
        app.add_exception_handler(kind, _render)
    _describe(app)


async def _render(request: Request, error: Exception) -> JSONResponse:
    answer = response(request, refusal(error))
    if isinstance(error, HTTPException):
        answer.headers.update(error.headers or {})
    return answer


def refusal(error: Exception) -> AppError:
    """What an exception of any layer means to the caller."""
    match error:
        case AppError():
            return error
        case RequestValidationError():
            return _malformed(error.errors())
        case HTTPException():
            return ROUTING.get(error.status_code, InternalError)()
        case DBAPIError():
            return _from_database(error)
        case ClientDisconnect():
            return InvalidRequest()  # the body never came; nobody is there to read this
        case PoolTimeout() | OSError():  # asyncpg: the server does not accept a connection
            logger.warning("request.unavailable", reason=type(error).__name__)
            return Unavailable(retry_after=1)
    return InternalError()


def response(request: Request, error: AppError) -> JSONResponse:
    """The problem document of a refusal, in the language that the request asks for."""
    english = prefers_english(request.headers.get("accept-language", ""))
    body: dict[str, Any] = {
        "type": f"urn:yihu:problem:{error.code}",
        "title": _say(error.title, english),
        "status": error.status,
        "detail": _say(error.detail, english),
        "code": error.code,
        "trace_id": log.trace_id(),
    }
    if error.errors:
        body["errors"] = [
            {"field": wrong.field, "code": wrong.code, "message": _say(wrong.message, english)}
            for wrong in error.errors
        ]
    headers = {"Content-Language": "en" if english else "zh-CN", "Cache-Control": "no-store"}
    if error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(body, error.status, headers, media_type=MEDIA_TYPE)


def prefers_english(accept_language: str) -> bool:
    """Whether English is wanted more than Chinese, which is what we speak unless asked (RFC 9110, 12.5.4)."""
    best, english = 0.0, False
    for part in accept_language.split(","):
        match = LANGUAGE.fullmatch(part)
        quality = float(match[2] or 1) if match else 0.0
        if match and quality > best:  # of two wanted alike, the first
            best, english = quality, match[1].lower() == "en"
    return english


def _say(text: Text, english: bool) -> str:
    return text.en if english else text.zh


def _from_database(error: DBAPIError) -> AppError:
    constraint = db.violated(error)
    if constraint in AppError.by_constraint:
        return AppError.by_constraint[constraint]()
    if db.may_pass(error):
        logger.warning("request.unavailable", reason=type(error).__name__, sqlstate=db.sqlstate(error))
        return Unavailable(retry_after=1)
    if db.sqlstate(error) in db.UNSTORABLE_TEXT:
        return InvalidRequest()
    logger.error("request.database_error", sqlstate=db.sqlstate(error), constraint=constraint, exc_info=error)
    return InternalError()


def _malformed(errors: Sequence[Any]) -> AppError:
    """422 for what was sent, else 404: a path that cannot name a thing names none."""
    sent = [_field_error(wrong) for wrong in errors[:MOST_ERRORS] if wrong["loc"][0] != "path"]
    return InvalidRequest(errors=sent) if sent else NotFound()


def _field_error(wrong: dict[str, Any]) -> FieldError:
    code, place = wrong["type"], wrong["loc"][1:]
    if code == "json_invalid":
        place = ()  # FastAPI names the position
    if code in ("too_short", "too_long") and isinstance(wrong["input"], str):
        code = f"string_{code}"  # pydantic says so where the limit stands apart from the type
    field = ".".join(str(part) for part in place) or wrong["loc"][0]
    return FieldError(field[:LONGEST_FIELD], code, _message(code, wrong))


def _message(code: str, wrong: dict[str, Any]) -> Text:
    context = wrong.get("ctx", {})
    if "zh" in context:  # from `schema.wrong`
        return Text(context["zh"], wrong["msg"])
    text = MESSAGES.get(code, UNKNOWN)
    try:
        return Text(text.zh.format_map(context), text.en.format_map(context))
    except KeyError:
        return UNKNOWN


class ProblemField(BaseModel):
    """One thing wrong with one field; `field` is its dotted path."""

    field: str
    code: str
    message: str


class Problem(BaseModel):
    """Why a request was refused (RFC 9457); `code` is stable, the texts are for people."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    trace_id: str
    errors: list[ProblemField] = []


SCHEMAS = "#/components/schemas/"
RESPONSES: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "拒绝 Refused",
        "content": {MEDIA_TYPE: {"schema": {"$ref": f"{SCHEMAS}{Problem.__name__}"}}},
    }
}
"""What every route may answer instead, for `FastAPI(responses=…)`."""


def _describe(app: FastAPI) -> None:
    """Add to the OpenAPI document the schema that `RESPONSES` refers to."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        document = generate()
        schema = Problem.model_json_schema(ref_template=SCHEMAS + "{model}")
        found = document.setdefault("components", {}).setdefault("schemas", {})
        found.update({**schema.pop("$defs"), Problem.__name__: schema})
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # the way FastAPI documents
