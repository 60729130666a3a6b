"""`/auth`: signing in and out."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response, status

from app.access import signing_in
from app.access.dependencies import AuthRoute, Keys, SignedInCaller
from app.access.schemas import PasswordIn, RefreshIn, SignedIn, SignOutIn, WeChatCode
from app.gateways.wechat import AskedOnce, WeChat
from app.kit.http import Session, TransactionalRoute

public = APIRouter(prefix="/auth", tags=["auth 登录"], route_class=TransactionalRoute)
router = APIRouter(prefix="/auth", tags=["auth 登录"], route_class=AuthRoute)


def wechat_of(request: Request) -> WeChat:
    """The WeChat gateway, as one request may use it."""
    if not hasattr(request.state, "wechat"):
        request.state.wechat = AskedOnce(request.app.state.wechat)
    wechat: WeChat = request.state.wechat
    return wechat


WeChatGateway = Annotated[WeChat, Depends(wechat_of)]


@public.post("/wechat")
async def sign_in_with_wechat(session: Session, keys: Keys, wechat: WeChatGateway, body: WeChatCode) -> SignedIn:
    """Sign in with the code of wx.login (in the sandbox `sandbox:NAME`)."""
    return await signing_in.with_wechat(session, keys, wechat, body.code)


@public.post("/password")
async def sign_in_with_password(session: Session, keys: Keys, body: PasswordIn) -> SignedIn:
    """Sign staff in."""
    return await signing_in.with_password(session, keys, body.username, body.password)


@public.post("/refresh")
async def refresh(session: Session, keys: Keys, body: RefreshIn) -> SignedIn:
    """Exchange a refresh token for the next pair."""
    return await signing_in.refresh(session, keys, body.refresh_token)


@router.post("/sign-out", status_code=status.HTTP_204_NO_CONTENT)
async def sign_out(session: Session, caller: SignedInCaller, body: SignOutIn) -> Response:
    """Sign out here, or everywhere."""
    await signing_in.sign_out(session, caller, everywhere=body.everywhere)
    return Response(status_code=status.HTTP_204_NO_CONTENT)
