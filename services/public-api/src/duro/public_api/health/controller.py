from litestar import Controller, Response, get
from litestar.di import NamedDependency
from msgspec import Struct

from duro.http_kit.answers import Answer
from duro.http_kit.operation import Operation
from duro.kernel import DomainError, ErrorKind
from duro.public_api.health.readiness import Readiness


class HealthView(Struct, frozen=True, rename="camel"):
    """How the service is."""

    status: str


_LIVE = Operation(
    id="getLiveness",
    summary="Is the process alive",
    answer=HealthView,
    is_public=True,
    is_unlimited=True,
    answer_example={"status": "live"},
)
_READY = Operation(
    id="getReadiness",
    summary="Can the service do its work",
    answer=HealthView,
    refusals=(503,),
    is_public=True,
    is_unlimited=True,
    answer_example={"status": "ready"},
)


class HealthController(Controller):
    """What a supervisor asks."""

    path = "/health"
    tags = ("Health",)

    @get("/live", opt=_LIVE.opt)
    async def live(self) -> Response[bytes]:
        return Answer.of(200, HealthView("live")).response()

    @get("/ready", opt=_READY.opt)
    async def ready(self, readiness: NamedDependency[Readiness]) -> Response[bytes]:
        if await readiness.holds():
            return Answer.of(200, HealthView("ready")).response()
        code = "unavailable"
        raise DomainError(code, ErrorKind.UNAVAILABLE, "The database can't be reached.")
