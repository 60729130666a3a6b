"""Refusals: raised where the fact is known, rendered once by `kit.http` as RFC 9457 problem details.

A `code` is stable English and never changes once released; titles and details are zh-CN and English.
"""

from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in the two languages of the service."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong with one field of a request; `field` is its dotted path."""

    field: str
    code: str
    message: Text


class AppError(Exception):
    """A refusal with its HTTP status, stable code and title; subclasses say which."""

    status: ClassVar[int]
    code: ClassVar[str]
    title: ClassVar[Text]
    keeps_writes: ClassVar[bool] = False
    """Whether what the request wrote before the refusal is committed (a failed sign-in counts)."""
    constraint: ClassVar[str | None] = None
    """The database constraint that says the same, for the second of two requests at once."""
    by_constraint: ClassVar[dict[str, type["AppError"]]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.constraint:
            AppError.by_constraint[cls.constraint] = cls

    def __init__(
        self,
        detail: Text | None = None,
        *,
        errors: list[FieldError] | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(detail.en if detail else self.title.en)
        self.detail = detail or self.title
        self.errors = errors or []
        self.retry_after = retry_after
        """Seconds after which trying again makes sense."""


class TokenInvalid(AppError):
    status, code = 401, "token_invalid"
    title = Text("请先登录", "Sign in first")


class TokenExpired(AppError):
    status, code = 401, "token_expired"
    title = Text("登录已过期，请刷新", "The access token has expired")


class InvalidRequest(AppError):
    status, code = 422, "invalid_request"
    title = Text("提交的内容有误", "The request is not valid")

    @classmethod
    def field(cls, field: str, code: str, zh: str, en: str) -> "InvalidRequest":
        """A refusal of one field, for checks that a schema cannot make."""
        message = Text(zh, en)
        return cls(message, errors=[FieldError(field, code, message)])


class PayloadTooLarge(AppError):
    status, code = 413, "payload_too_large"
    title = Text("提交的内容过大", "The request is too large")


class IdempotencyKeyReused(AppError):
    status, code = 422, "idempotency_key_reused"
    title = Text("该幂等键已用于另一个请求", "This Idempotency-Key was used for another request")


class NotFound(AppError):
    status, code = 404, "not_found"
    title = Text("未找到", "Not found")


class Forbidden(AppError):
    status, code = 403, "forbidden"
    title = Text("没有权限", "Your role does not allow this")


class ActionNotAllowed(AppError):
    status, code = 409, "action_not_allowed"
    title = Text("当前状态不允许此操作", "The current state does not allow this")


class Conflict(AppError):
    status, code = 409, "conflict"
    title = Text("与已有数据冲突", "This conflicts with what is already there")


class TooManyRequests(AppError):
    status, code = 429, "too_many_requests"
    title = Text("请求过于频繁，请稍后再试", "Too many requests, please wait")


class Unavailable(AppError):
    status, code = 503, "unavailable"
    title = Text("系统繁忙，请稍后再试", "Busy, please try again shortly")


class InternalError(AppError):
    status, code = 500, "internal_error"
    title = Text("系统出错了，已记录", "Something went wrong and was recorded")
