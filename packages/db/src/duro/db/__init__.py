"""Duro db: tables, migrations, repositories and the walls between tenants."""

from duro.db.contexts import AbortedTransactionError, RepositoryContexts
from duro.db.credentials import CredentialResolver, ResolvedKey
from duro.db.ledger import Postings
from duro.db.pages import Page, PageRequest
from duro.db.pool import DatabasePool
from duro.db.repositories import Repositories
from duro.db.role_urls import RoleUrls
from duro.db.roles import DatabaseRole, UnsafeRoleError
from duro.db.session import ClosedContextError

__all__ = [
    "AbortedTransactionError",
    "ClosedContextError",
    "CredentialResolver",
    "DatabasePool",
    "DatabaseRole",
    "Page",
    "PageRequest",
    "Postings",
    "Repositories",
    "RepositoryContexts",
    "ResolvedKey",
    "RoleUrls",
    "UnsafeRoleError",
]
