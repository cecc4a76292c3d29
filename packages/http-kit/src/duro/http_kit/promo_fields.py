from typing import Annotated

from pydantic import PlainValidator, StringConstraints

from duro.http_kit.fields import IdRule
from duro.kernel import PromoCodeId

PromoCodeIdField = Annotated[PromoCodeId, PlainValidator(IdRule(PromoCodeId)), IdRule.schema("promo")]
PromoCodeField = Annotated[
    str, StringConstraints(min_length=1, max_length=50, pattern=r"^[A-Za-z0-9_-]+$", to_upper=True)
]
