"""The application: the only place that knows every router."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

import httpx2
from fastapi import APIRouter, FastAPI
from fastapi_offline import FastAPIOffline
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

import app.access.router
import app.activities.routers.activities
import app.activities.routers.calendars
import app.activities.routers.sign_ups
import app.certificates.router
import app.checkins.router
import app.cobuilding.lists.router
import app.content.router
import app.demands.routers.claims
import app.demands.routers.demands
import app.demands.routers.evaluations
import app.demands.routers.feedback
import app.demands.routers.files
import app.demands.routers.following
import app.demands.routers.lifecycle
import app.demands.routers.reveals
import app.enrollments.routers.calls
import app.enrollments.routers.enrollments
import app.enrollments.routers.statistics
import app.ledger.router
import app.members.router
import app.notifications.router
import app.organizations.router
import app.oversight.appeals.router
import app.oversight.observations.router
import app.policies.router
import app.privacy.router
import app.regions.router
import app.rosters.router
from app import meta, system
from app.checkins.listing import PAGE
from app.console.desk import create_desk, refuse
from app.console.landing import create_landing
from app.console.route import PLACE
from app.content.reencoding import Workshop
from app.content.router import UPLOAD_LIMIT, UPLOAD_PATH
from app.gateways.storage import FolderStorage, Storage
from app.gateways.wechat import HttpWeChat, SandboxWeChat, WeChat
from app.kit import clock, db, hot, problems
from app.kit.admission import Admission
from app.kit.http import Edge, Gate, Throttle
from app.kit.outage import Outage
from app.kit.workbooks.opening import Opener
from app.settings import Settings, database_url, keyring

API = "/api/v1"
BODY_LIMIT = 1 << 20

PUBLIC = (
    app.access.router.public,
    app.content.router.public,
    app.policies.router.public,
    app.regions.router.public,
    app.demands.routers.lifecycle.public,
    app.enrollments.routers.enrollments.public,
    app.certificates.router.public,
    app.privacy.router.public,
    app.activities.routers.calendars.public,
    meta.public,
)
ROUTERS = (
    app.demands.routers.claims.hot,  # first, as looking through all other routes takes time too
    app.demands.routers.demands.router,
    app.access.router.router,
    app.policies.router.router,
    app.organizations.router.router,
    app.members.router.auth,
    app.members.router.router,
    app.ledger.router.router,
    app.content.router.router,
    app.demands.routers.demands.desk,
    app.demands.routers.claims.router,
    app.demands.routers.evaluations.router,
    app.demands.routers.feedback.router,
    app.demands.routers.following.router,
    app.demands.routers.following.desk,
    app.enrollments.routers.statistics.router,  # before one enrollment by its id
    app.enrollments.routers.enrollments.router,
    app.enrollments.routers.calls.router,
    app.notifications.router.router,
    app.demands.routers.reveals.router,
    app.privacy.router.router,
    app.oversight.appeals.router.router,
    app.oversight.observations.router.router,
    app.demands.routers.files.router,
    app.checkins.router.router,
    app.certificates.router.router,
    app.cobuilding.lists.router.router,
    app.activities.routers.activities.router,
    app.activities.routers.sign_ups.router,
    app.activities.routers.sign_ups.roll,
    app.activities.routers.calendars.router,
    app.rosters.router.sending,
    app.rosters.router.router,
    app.rosters.router.people,
)

LARGER = {
    f"{API}{UPLOAD_PATH}": UPLOAD_LIMIT,
    f"{API}{app.rosters.router.UPLOAD_PATH}": app.rosters.router.UPLOAD_LIMIT,
    f"{PLACE}/rosters": app.rosters.router.UPLOAD_LIMIT,
}
"""Where a body may hold a file."""

API_ROUTES = APIRouter(responses=problems.RESPONSES)
"""All routes of the API, put together once in a process, since that takes longer than most requests."""
API_ROUTES.include_router(system.router)
for _router in (*PUBLIC, *ROUTERS):
    API_ROUTES.include_router(_router, prefix=API)


def create_app(settings: Settings, sessions: db.Sessions | None = None) -> FastAPI:
    """The service under `settings`; tests may bring the `sessions` of a transaction of their own."""
    admission = Admission(settings.requests_at_once)
    middleware = [
        Middleware(Edge, body_limit=BODY_LIMIT, larger=LARGER),
        Middleware(Throttle, per_minute=settings.requests_per_minute, refuse=refuse),
        Middleware(Gate, admission=admission, path=f"{API}/"),
    ]
    if settings.cors_origins:  # around the edge, so that a browser may read a 500 as well
        middleware.insert(
            0,
            Middleware(
                CORSMiddleware,
                allow_origins=settings.cors_origins,
                allow_methods=["*"],
                allow_headers=["*"],
                expose_headers=["X-Trace-Id", "Idempotency-Replayed", "Retry-After"],
            ),
        )
    application = FastAPIOffline(
        title="一呼 Yihu",
        version=version("yihu"),
        description="居民点单、支部下单、党员接单。Residents file demands, branches dispatch, members claim.",
        redoc_url=None,
        swagger_ui_parameters={"validatorUrl": None},  # else the page would ask a server on the internet
        lifespan=_lifespan,
        routes=API_ROUTES.routes,
        middleware=middleware,
        responses=problems.RESPONSES,
        separate_input_output_schemas=False,
    )
    clock.follow(settings.clock_file)
    application.state.settings = settings
    application.state.keyring = keyring(settings)
    application.state.sessions = sessions
    application.state.admission = admission
    application.state.outage = Outage(settings.outage_patience_ms / 1000)
    application.state.storage = storage(settings)
    application.state.workshop = Workshop()
    application.state.opener = Opener()
    application.state.hot = None
    problems.install(application)
    application.mount(PLACE, create_desk(application.state))
    application.mount(PAGE, create_landing(application.state))
    return application


def storage(settings: Settings) -> Storage:
    """Where uploaded files lie."""
    return FolderStorage(settings.data_dir / "files")


def engine_sessions(settings: Settings) -> tuple[db.Sessions, AsyncEngine]:
    """Sessions of the app role, under the limits of the settings."""
    engine = db.connect(
        database_url(settings, "app"),
        pool_size=settings.pool_size,
        keyring=keyring(settings),
        pool_timeout_ms=settings.pool_timeout_ms,
        statement_timeout=str(settings.statement_timeout_ms),
        lock_timeout=str(settings.lock_timeout_ms),
        idle_in_transaction_session_timeout=str(settings.request_deadline_ms),
        application_name="yihu",
    )
    return db.sessions(engine), engine


def hot_pool(settings: Settings) -> hot.Pool:
    """Connections of the app role for hot commands, under the same limits."""
    return hot.Pool(
        database_url(settings, "app"),
        keyring(settings),
        size=settings.hot_pool_size,
        timeout_ms=settings.pool_timeout_ms,
        statement_timeout=str(settings.statement_timeout_ms),
        lock_timeout=str(settings.lock_timeout_ms),
        application_name="yihu hot",
    )


@asynccontextmanager
async def _lifespan(application: FastAPI) -> AsyncIterator[None]:
    settings: Settings = application.state.settings
    engine = None
    if application.state.sessions is None:
        application.state.sessions, engine = engine_sessions(settings)
        application.state.hot = hot_pool(settings)
        await application.state.hot.open()
    async with wechat(settings) as application.state.wechat:
        yield
    if engine is not None:
        await application.state.hot.close()
        await engine.dispose()


@asynccontextmanager
async def wechat(settings: Settings) -> AsyncIterator[WeChat]:
    """WeChat itself, or the sandbox while no app id is set: a client of HTTP costs a tenth of a second to make."""
    if settings.wechat_app_id is None:
        yield SandboxWeChat()
        return
    async with httpx2.AsyncClient(base_url=settings.wechat_base_url, timeout=5) as client:
        yield HttpWeChat(client, settings.wechat_app_id, settings.wechat_secret or "")
