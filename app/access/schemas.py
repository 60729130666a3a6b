"""Request and response bodies of signing in."""

import uuid
from typing import Annotated

from pydantic import StringConstraints

from app.access.models import Account
from app.kit.schema import Bool, ExactText, Input, Output, ShortText, mask_phone

Token = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"^[\x21-\x7e]+$")]
Secret = Annotated[ExactText, StringConstraints(min_length=1, max_length=200)]


class WeChatCode(Input):
    """The code of wx.login, or `sandbox:NAME` in the sandbox."""

    code: ShortText


class PasswordIn(Input):
    username: ShortText
    password: Secret


class RefreshIn(Input):
    refresh_token: Token


class SignOutIn(Input):
    everywhere: Bool = False


class AccountOut(Output):
    """An account as its owner sees it."""

    id: uuid.UUID
    nickname: str | None
    phone_masked: str | None
    home_region_code: str | None
    member_id: uuid.UUID | None


class SignedIn(Output):
    """A pair of tokens and whose they are; `expires_in` is in seconds."""

    access_token: str
    token_type: str = "Bearer"  # noqa: S105 - the scheme, not a secret
    expires_in: int
    refresh_token: str
    account: AccountOut


def account_out(account: Account) -> AccountOut:
    """An account with its phone masked."""
    return AccountOut(
        id=account.id,
        nickname=account.nickname,
        phone_masked=mask_phone(account.phone),
        home_region_code=account.home_region_code,
        member_id=account.member_id,
    )
