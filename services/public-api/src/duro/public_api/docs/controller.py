from litestar import Controller, Response, get
from litestar.di import NamedDependency

from duro.http_kit.docs_page import DocsPage
from duro.public_api.docs.reference import Reference


class DocsController(Controller):
    """The reference."""

    @get("/openapi.json", opt={"public": True})
    async def openapi(self, reference: NamedDependency[Reference]) -> Response[bytes]:
        return Response(reference.openapi, media_type="application/json")

    @get("/docs", opt={"public": True})
    async def page(self, reference: NamedDependency[Reference]) -> Response[str]:
        headers = {"Content-Security-Policy": DocsPage.POLICY, "Referrer-Policy": "no-referrer"}
        return Response(reference.page, media_type="text/html", headers=headers)
