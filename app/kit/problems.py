"""RFC 9457 problem details in zh-CN or English: every refusal of every layer rendered in one place."""

from collections.abc import Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError, TimeoutError as PoolTimeout  # noqa: A004 - the pool's own name
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from app.kit import db, log
from app.kit.errors import (
    AppError,
    FieldError,
    Forbidden,
    InternalError,
    InvalidRequest,
    NotFound,
    Text,
    Unavailable,
)

logger = structlog.stdlib.get_logger()

MESSAGES: dict[str, Text] = {
    "missing": Text("必填", "is required"),
    "extra_forbidden": Text("不认识的字段", "is not a known field"),
    "string_too_short": Text("至少 {min_length} 个字", "needs at least {min_length} characters"),
    "string_too_long": Text("最多 {max_length} 个字", "takes at most {max_length} characters"),
    "string_pattern_mismatch": Text("格式不正确", "has the wrong format"),
    "string_type": Text("应为文字", "must be text"),
    "string_unicode": Text("含有无效字符", "holds an invalid character"),
    "nul_byte": Text("含有无效字符", "holds a NUL byte"),
    "int_type": Text("应为整数", "must be an integer"),
    "int_parsing": Text("应为整数", "must be an integer"),
    "bool_type": Text("应为 true 或 false", "must be true or false"),
    "bool_parsing": Text("应为 true 或 false", "must be true or false"),
    "float_type": Text("应为数字", "must be a number"),
    "finite_number": Text("应为有限的数字", "must be a finite number"),
    "greater_than": Text("应大于 {gt}", "must be greater than {gt}"),
    "greater_than_equal": Text("不能小于 {ge}", "must be at least {ge}"),
    "less_than": Text("应小于 {lt}", "must be less than {lt}"),
    "less_than_equal": Text("不能大于 {le}", "must be at most {le}"),
    "enum": Text("应为以下之一：{expected}", "must be one of {expected}"),
    "literal_error": Text("应为以下之一：{expected}", "must be one of {expected}"),
    "uuid_parsing": Text("不是有效的编号", "is not an id"),
    "is_instance_of": Text("不是有效的编号", "is not an id"),
    "datetime_type": Text("应为带时区的 ISO 8601 时间", "must be an ISO 8601 time with an offset"),
    "datetime_parsing": Text("应为带时区的 ISO 8601 时间", "must be an ISO 8601 time with an offset"),
    "datetime_from_date_parsing": Text(
        "应为带时区的 ISO 8601 时间", "must be an ISO 8601 time with an offset"
    ),
    "timezone_aware": Text("时间须带时区", "needs a time zone offset"),
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


def install(app: FastAPI) -> None:
    """Render every exception that reaches the application as problem details."""
    app.add_exception_handler(AppError, _refused)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _not_routed)
    app.add_exception_handler(DBAPIError, _database)
    app.add_exception_handler(PoolTimeout, _busy)
    app.add_exception_handler(OSError, _busy)  # asyncpg: the server does not accept a connection
    app.add_exception_handler(Exception, _failed)


def response(request: Request, error: AppError) -> JSONResponse:
    """The problem document of a refusal, in the language that the request asks for."""
    english = request.headers.get("accept-language", "").strip().lower().startswith("en")
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
        headers["WWW-Authenticate"] = f'Bearer error="{error.code}"'
    return JSONResponse(body, error.status, headers, media_type="application/problem+json")


def _say(text: Text, english: bool) -> str:
    return text.en if english else text.zh


def from_database(error: DBAPIError) -> AppError:
    """What an error of the database means to the caller."""
    state, constraint = db.sqlstate(error), db.violated(error)
    if constraint in AppError.by_constraint:
        return AppError.by_constraint[constraint]()
    if state in db.RETRYABLE or state in db.BUSY or error.connection_invalidated or state is None:
        return Unavailable(retry_after=1)
    logger.error("request.database_error", sqlstate=state, constraint=constraint, exc_info=error)
    return InternalError()


async def _refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, AppError)  # noqa: S101 - Starlette's type is wider than what it sends
    return response(request, error)


async def _malformed(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    if any(wrong["loc"][0] == "path" for wrong in error.errors()):
        return response(request, NotFound())  # no such thing, whatever the reason
    return response(request, InvalidRequest(errors=_field_errors(error.errors())))


def _field_errors(errors: Sequence[Any]) -> list[FieldError]:
    return [
        FieldError(".".join(str(part) for part in wrong["loc"][1:]), wrong["type"], _message(wrong))
        for wrong in errors
    ]


def _message(wrong: dict[str, Any]) -> Text:
    text, context = MESSAGES.get(wrong["type"], UNKNOWN), wrong.get("ctx", {})
    try:
        return Text(text.zh.format_map(context), text.en.format_map(context))
    except KeyError:
        return UNKNOWN


class MethodNotAllowed(AppError):
    status, code = 405, "method_not_allowed"
    title = Text("不支持此方法", "This method is not supported here")


class PayloadTooLarge(AppError):
    status, code = 413, "payload_too_large"
    title = Text("提交的内容过大", "The request is too large")


ROUTING: dict[int, type[AppError]] = {
    400: InvalidRequest,
    403: Forbidden,
    404: NotFound,
    405: MethodNotAllowed,
    413: PayloadTooLarge,
    422: InvalidRequest,
}


async def _not_routed(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101
    answer = response(request, ROUTING.get(error.status_code, InternalError)())
    answer.headers.update(error.headers or {})
    return answer


async def _database(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, DBAPIError)  # noqa: S101
    return response(request, from_database(error))


async def _busy(request: Request, error: Exception) -> JSONResponse:
    logger.warning("request.unavailable", reason=type(error).__name__)
    return response(request, Unavailable(retry_after=1))


async def _failed(request: Request, error: Exception) -> JSONResponse:
    logger.error("request.failed", exc_info=error)
    return response(request, InternalError())
