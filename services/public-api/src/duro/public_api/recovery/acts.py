from dataclasses import dataclass
from typing import final

from duro.db import RepositoryContexts
from duro.kernel import Clock, IdFactory
from duro.merchant_api.billing.checks_clock import ChecksClock
from duro.merchant_api.billing.collection import Collection
from duro.merchant_api.dunning import GetCase, ListCases, PauseCase, RetryNow
from duro.merchant_api.recovery_settings import GetRecoverySettings, UpdateRecoverySettings


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryActs:
    """Everything a merchant can do in one mode about charges that failed."""

    settings: GetRecoverySettings
    update_settings: UpdateRecoverySettings
    get_case: GetCase
    list_cases: ListCases
    pause: PauseCase
    retry_now: RetryNow

    @classmethod
    def over(
        cls,
        contexts: RepositoryContexts,
        *,
        collection: Collection,
        guard: ChecksClock,
        ids: IdFactory,
        clock: Clock,
    ) -> "RecoveryActs":
        return cls(
            settings=GetRecoverySettings(contexts),
            update_settings=UpdateRecoverySettings(contexts, ids, clock),
            get_case=GetCase(contexts),
            list_cases=ListCases(contexts),
            pause=PauseCase(contexts, ids=ids, clock=clock),
            retry_now=RetryNow(contexts, collection, guard, ids=ids),
        )
