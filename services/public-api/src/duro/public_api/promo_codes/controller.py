from litestar import Controller, Response, get, post
from litestar.di import NamedDependency

from duro.db.pages import PageRequest
from duro.http_kit.call import Call
from duro.http_kit.operation import Operation
from duro.public_api.merchant import Merchant
from duro.public_api.promo_codes.bodies import (
    CreatePromoCodeInput,
    ListPromoCodesInput,
    PromoCodeByCodeInput,
    PromoCodeInput,
)
from duro.public_api.promo_codes.examples import PromoCodeExamples
from duro.public_api.promo_codes.views import PromoCodePage, PromoCodeView
from duro.public_api.wire import ExamplePage

_CREATE = Operation(
    id="createPromoCode",
    summary="Create a promo code",
    description="`percentOff`, or `amountOff` with its `currency`. It is used up by periods that are paid for: one "
    "(`once`), `durationCycles` of them (`repeating`), or never (`forever`). Capitals and small letters are the same.",
    form=CreatePromoCodeInput,
    answer=PromoCodeView,
    status=201,
    refusals=(404, 409),
    example=PromoCodeExamples.BODY,
    answer_example=PromoCodeExamples.VIEW,
)
_LIST = Operation(
    id="listPromoCodes",
    summary="List promo codes",
    form=ListPromoCodesInput,
    answer=PromoCodePage,
    answer_example=ExamplePage.of(PromoCodeExamples.VIEW),
)
_GET = Operation(
    id="getPromoCode",
    summary="Get a promo code",
    form=PromoCodeInput,
    answer=PromoCodeView,
    refusals=(404,),
    answer_example=PromoCodeExamples.VIEW,
)
_GET_BY_CODE = Operation(
    id="getPromoCodeByCode",
    summary="Get a promo code by its code",
    description="Finds the one that isn't archived.",
    form=PromoCodeByCodeInput,
    answer=PromoCodeView,
    refusals=(404,),
    answer_example=PromoCodeExamples.VIEW,
)
_ARCHIVE = Operation(
    id="archivePromoCode",
    summary="Archive a promo code",
    description="Nobody can redeem it any more, and its code may be given to another; who has it keeps what it gave.",
    form=PromoCodeInput,
    answer=PromoCodeView,
    refusals=(404,),
    answer_example=PromoCodeExamples.VIEW,
)


class PromoCodesController(Controller):
    """What a merchant hands out so that customers pay less."""

    path = "/v1/promo-codes"
    tags = ("Promo codes",)

    @post(opt=_CREATE.opt)
    async def create(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = await call.read(CreatePromoCodeInput)
        act = merchant.promo_codes.create
        return await call.once(
            lambda receipt: act.execute(call.tenant_id, given.body.command(), receipt), PromoCodeView.of, status=201
        )

    @get(opt=_LIST.opt)
    async def browse(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = (await call.read(ListPromoCodesInput)).query
        page = PageRequest(given.limit, given.cursor)
        found = await merchant.promo_codes.list.execute(call.tenant_id, page, is_archived=given.archived)
        return call.shown(PromoCodePage.of(found))

    @get("/{promoCodeId:str}", opt=_GET.opt)
    async def show(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = await call.read(PromoCodeInput)
        found = await merchant.promo_codes.get.execute(call.tenant_id, given.path.promo_code_id)
        return call.shown(PromoCodeView.of(found))

    @get("/code/{code:str}", opt=_GET_BY_CODE.opt)
    async def show_by_code(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = await call.read(PromoCodeByCodeInput)
        found = await merchant.promo_codes.get_by_code.execute(call.tenant_id, given.path.code)
        return call.shown(PromoCodeView.of(found))

    @post("/{promoCodeId:str}/archive", opt=_ARCHIVE.opt)
    async def archive(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = await call.read(PromoCodeInput)
        act = merchant.promo_codes.archive
        return await call.once(
            lambda receipt: act.execute(call.tenant_id, given.path.promo_code_id, receipt), PromoCodeView.of
        )
