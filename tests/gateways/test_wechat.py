"""Signing in through WeChat, reached over HTTP at a server that is not always well; and the sandbox."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from structlog.testing import capture_logs

from app.gateways.wechat import CodeRefused, HttpWeChat, SandboxWeChat, WeChatIdentity
from app.kit.errors import AppError, Unavailable
from tests.fake_wechat import APP_ID, CODE, OPENID, PHONE, PHONE_CODE, SECRET, FakeWeChat
from tests.kit.edge.serving import served

SESSION, TOKEN, NUMBER = "/sns/jscode2session", "/cgi-bin/stable_token", "/wxa/business/getuserphonenumber"
EXPIRED = {"errcode": 40001, "errmsg": "invalid credential"}


@pytest.fixture
def fake() -> FakeWeChat:
    return FakeWeChat()


@pytest.fixture
async def http(fake: FakeWeChat) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the fake, with little patience."""
    async with served(fake.app) as address, httpx2.AsyncClient(base_url=address, timeout=0.3) as client:
        yield client


@pytest.fixture
def wechat(http: httpx2.AsyncClient) -> HttpWeChat:
    return HttpWeChat(http, APP_ID, SECRET)


async def refused(asked: Any) -> AppError:
    """How WeChat's answer is refused."""
    with pytest.raises(AppError) as raised:
        await asked
    return raised.value


async def test_a_good_code_is_somebody(fake: FakeWeChat, wechat: HttpWeChat) -> None:
    assert await wechat.identify(CODE) == WeChatIdentity(APP_ID, OPENID)
    fake.session["unionid"] = "a-union"
    assert await wechat.identify(CODE) == WeChatIdentity(APP_ID, OPENID, "a-union")


async def test_a_good_phone_code_is_a_number(wechat: HttpWeChat) -> None:
    assert await wechat.phone_number(PHONE_CODE) == PHONE


async def test_a_code_that_wechat_does_not_know_is_refused(wechat: HttpWeChat) -> None:
    assert isinstance(await refused(wechat.identify("another-code")), CodeRefused)
    assert isinstance(await refused(wechat.phone_number("another-code")), CodeRefused)


@pytest.mark.parametrize("errcode", [40029, "40029", 40163, 40226, 40125])
async def test_an_error_code_comes_as_number_or_text(fake: FakeWeChat, wechat: HttpWeChat, errcode: int | str) -> None:
    for path, asked in ((SESSION, wechat.identify), (NUMBER, wechat.phone_number)):
        fake.answer_once(path, {"errcode": errcode, "errmsg": "no"})
        with capture_logs() as lines:
            assert isinstance(await refused(asked(CODE)), CodeRefused)
        assert [(line["event"], line["errcode"]) for line in lines] == [("wechat.refused", int(errcode))]


@pytest.mark.parametrize("errcode", [-1, "-1", 45009, 45011])
async def test_wechat_being_busy_is_worth_another_try(fake: FakeWeChat, wechat: HttpWeChat, errcode: int | str) -> None:
    for path, asked in ((SESSION, wechat.identify), (NUMBER, wechat.phone_number), (TOKEN, wechat.phone_number)):
        fake.answer_once(path, {"errcode": errcode, "errmsg": "system busy"})
        wechat._token_until = 0.0
        error = await refused(asked(CODE))
        assert isinstance(error, Unavailable)
        assert error.retry_after == 2


WRONG: list[Response | dict[str, Any] | float] = [
    PlainTextResponse("oops", status_code=500),
    PlainTextResponse("oops", status_code=502),
    PlainTextResponse("<html>", status_code=200),
    PlainTextResponse("", status_code=200),
    RedirectResponse("http://127.0.0.1:9/"),
    JSONResponse([1]),
    JSONResponse(None),
    JSONResponse("text"),
    {},
    {"errcode": None},
    {"errcode": "nonsense"},
    {"errcode": []},
    0.6,
]


@pytest.mark.parametrize("answer", WRONG, ids=repr)
@pytest.mark.parametrize("path", [SESSION, TOKEN, NUMBER])
async def test_an_answer_unlike_the_documented_one_is_as_good_as_none(
    fake: FakeWeChat, wechat: HttpWeChat, path: str, answer: Response | dict[str, Any] | float
) -> None:
    fake.answer_once(path, answer)
    error = await refused(wechat.identify(CODE) if path == SESSION else wechat.phone_number(PHONE_CODE))
    assert isinstance(error, Unavailable)
    assert fake.asked[path] == 1


async def test_a_server_that_is_not_there_is_unavailable(http: httpx2.AsyncClient) -> None:
    async with httpx2.AsyncClient(base_url="http://127.0.0.1:9", timeout=0.3) as nowhere:
        wechat = HttpWeChat(nowhere, APP_ID, SECRET)
        assert isinstance(await refused(wechat.identify(CODE)), Unavailable)
        assert isinstance(await refused(wechat.phone_number(PHONE_CODE)), Unavailable)


async def test_a_phone_without_its_parts_is_as_good_as_none(fake: FakeWeChat, wechat: HttpWeChat) -> None:
    for part in list(fake.phone):
        whole = dict(fake.phone)
        fake.phone.pop(part)
        if part != "phoneNumber":
            assert isinstance(await refused(wechat.phone_number(PHONE_CODE)), Unavailable)
        fake.phone = whole


@pytest.mark.parametrize("country", [86, "86"])
async def test_the_country_comes_as_number_or_text(fake: FakeWeChat, wechat: HttpWeChat, country: int | str) -> None:
    fake.phone["countryCode"] = country
    assert await wechat.phone_number(PHONE_CODE) == PHONE


@pytest.mark.parametrize(
    "wrong",
    [
        {"watermark": {"timestamp": 1637744274, "appid": "wxfedcba9876543210"}},
        {"countryCode": 1},
        {"countryCode": "852"},
        {"purePhoneNumber": "110"},
        {"purePhoneNumber": "+8613800000009"},
    ],
)
async def test_a_phone_of_another_app_or_country_is_refused(
    fake: FakeWeChat, wechat: HttpWeChat, wrong: dict[str, Any]
) -> None:
    fake.phone.update(wrong)
    assert isinstance(await refused(wechat.phone_number(PHONE_CODE)), CodeRefused)


async def test_one_token_serves_many_calls(fake: FakeWeChat, wechat: HttpWeChat) -> None:
    for _ in range(3):
        assert await wechat.phone_number(PHONE_CODE) == PHONE
    assert fake.asked[TOKEN] == 1


@pytest.mark.parametrize("errcode", [40001, 40014, 42001, "42001"])
async def test_a_token_that_expired_is_renewed_once_and_the_call_made_again_once(
    fake: FakeWeChat, wechat: HttpWeChat, errcode: int | str
) -> None:
    await wechat.phone_number(PHONE_CODE)
    fake.answer_once(NUMBER, {"errcode": errcode, "errmsg": "access_token expired"})
    assert await wechat.phone_number(PHONE_CODE) == PHONE
    assert (fake.asked[TOKEN], fake.asked[NUMBER]) == (2, 3)


async def test_a_token_that_another_server_replaced_is_renewed(fake: FakeWeChat, wechat: HttpWeChat) -> None:
    await wechat.phone_number(PHONE_CODE)
    fake.valid_token = "theirs"
    assert await wechat.phone_number(PHONE_CODE) == PHONE
    assert fake.asked[TOKEN] == 2


async def test_a_token_that_stays_bad_is_not_renewed_forever(fake: FakeWeChat, wechat: HttpWeChat) -> None:
    fake.answer_once(NUMBER, EXPIRED, EXPIRED, EXPIRED)
    assert isinstance(await refused(wechat.phone_number(PHONE_CODE)), Unavailable)
    assert (fake.asked[TOKEN], fake.asked[NUMBER]) == (2, 2)


async def test_a_token_is_renewed_before_it_ends(fake: FakeWeChat, wechat: HttpWeChat) -> None:
    fake.expires_in = 299
    for _ in range(2):
        await wechat.phone_number(PHONE_CODE)
    assert fake.asked[TOKEN] == 2


async def test_signing_in_needs_no_token(fake: FakeWeChat, wechat: HttpWeChat) -> None:
    await wechat.identify(CODE)
    assert fake.asked[TOKEN] == 0


async def test_neither_secret_nor_code_nor_session_is_logged_or_kept(fake: FakeWeChat, wechat: HttpWeChat) -> None:
    with capture_logs() as lines:
        identity = await wechat.identify(CODE)
        fake.answer_once(SESSION, 0.6, PlainTextResponse("oops", status_code=500))
        for code in (CODE, CODE, "another"):
            await refused(wechat.identify(code))
    assert len(lines) == 3
    told = repr(lines) + repr(identity)
    assert not any(word in told for word in (SECRET, CODE, "another", fake.session["session_key"]))


async def test_the_sandbox_believes_every_name() -> None:
    sandbox = SandboxWeChat()
    assert await sandbox.identify("sandbox:王小二") == WeChatIdentity("sandbox", "王小二")
    assert await sandbox.phone_number("sandbox:13800000001") == "13800000001"


@pytest.mark.parametrize("code", ["", "alice", "sandbox:", "sandbox:a b", "sandbox:" + "x" * 65, "Sandbox:alice"])
async def test_the_sandbox_knows_its_own_codes_only(code: str) -> None:
    assert isinstance(await refused(SandboxWeChat().identify(code)), CodeRefused)
    assert isinstance(await refused(SandboxWeChat().phone_number(code)), CodeRefused)


@pytest.mark.parametrize("code", ["sandbox:alice", "sandbox:1380000000", "sandbox:23800000001"])
async def test_a_name_is_no_phone(code: str) -> None:
    assert isinstance(await refused(SandboxWeChat().phone_number(code)), CodeRefused)
