"""`/me`, `/auth/phone` and `/members`."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Query

from app.access.dependencies import AuthRoute, CallerRoute, SignedInCaller
from app.access.router import WeChatGateway
from app.kit.http import Session
from app.kit.pagination import Page, PageRequest
from app.members import binding, listing, preferences, profile
from app.members.schemas import (
    BindingOut,
    DecisionIn,
    MemberOut,
    MembersWanted,
    MeOut,
    PhoneIn,
    PreferencesIn,
    PreferencesOut,
    ProfileIn,
)

auth = APIRouter(prefix="/auth", tags=["auth 登录"], route_class=AuthRoute)
router = APIRouter(tags=["members 党员"], route_class=CallerRoute)


@auth.post("/phone")
async def bind_phone(session: Session, caller: SignedInCaller, wechat: WeChatGateway, body: PhoneIn) -> MeOut:
    """Bind a phone with the code of getPhoneNumber (in the sandbox `sandbox:13800000001`)."""
    await session.rollback()  # the caller is known, and no connection may wait for WeChat
    phone = await wechat.phone_number(body.code)
    await binding.bind(session, caller, phone, body.name)
    return await profile.me(session, caller)


@router.get("/me")
async def me(session: Session, caller: SignedInCaller) -> MeOut:
    """Who I am, what I may do, and who I am on the roster."""
    return await profile.me(session, caller)


@router.put("/me")
async def change_me(session: Session, caller: SignedInCaller, body: ProfileIn) -> MeOut:
    """Change my nickname and home; a field that is left out stays, null clears it."""
    return await profile.change(session, caller, body)


@router.get("/me/preferences")
async def my_preferences(session: Session, caller: SignedInCaller) -> PreferencesOut:
    """When I can serve, what I like to do, and where I usually am."""
    return await preferences.mine(session, caller)


@router.put("/me/preferences")
async def say_preferences(session: Session, caller: SignedInCaller, body: PreferencesIn) -> PreferencesOut:
    """Say all of it anew; what is left out is taken back."""
    return await preferences.say(session, caller, body)


@router.get("/members")
async def members(
    session: Session, caller: SignedInCaller, wanted: Annotated[MembersWanted, Query()]
) -> Page[MemberOut]:
    """Members of my regions (staff) and my organizations (liaisons)."""
    return await listing.members(session, caller, wanted)


@router.get("/members/bindings")
async def bindings(
    session: Session, caller: SignedInCaller, wanted: Annotated[PageRequest, Query()]
) -> Page[BindingOut]:
    """Accounts whose phone several members share, waiting for a desk."""
    return await listing.bindings(session, caller, wanted)


@router.post("/members/bindings/{binding_id}/decide")
async def decide_binding(
    session: Session, caller: SignedInCaller, binding_id: uuid.UUID, body: DecisionIn
) -> BindingOut:
    """Say which member an account is, or none."""
    return await binding.decide(session, caller, binding_id, body.member_id)
