import ast
from collections.abc import Iterator
from typing import final

from house_lint.finding import Finding
from house_lint.source import Source


@final
class TenantArguments:
    """The tenant is in a repository's constructor: no other method of a repository takes one."""

    name = "tenant-argument"

    def check(self, source: Source) -> Iterator[Finding]:
        if not source.is_shipped_python or source.package != "db":
            return
        for node in source.nodes:
            if isinstance(node, ast.ClassDef) and self._is_repository(node):
                yield from self._in_methods(node)

    @staticmethod
    def _is_repository(node: ast.ClassDef) -> bool:
        """A repository is known by its name, or by being built on a tenant's session."""
        constructors = (each for each in node.body if isinstance(each, ast.FunctionDef) and each.name == "__init__")
        arguments = (argument for each in constructors for argument in each.args.args)
        is_bound = any("TenantSession" in ast.unparse(each.annotation) for each in arguments if each.annotation)
        return is_bound or node.name.endswith(("Repository", "Repositories"))

    @staticmethod
    def _in_methods(node: ast.ClassDef) -> Iterator[Finding]:
        for method in node.body:
            if not isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef) or method.name == "__init__":
                continue
            arguments = [*method.args.posonlyargs, *method.args.args, *method.args.kwonlyargs]
            for argument in arguments:
                annotation = ast.unparse(argument.annotation) if argument.annotation else ""
                if argument.arg in {"tenant", "tenant_id"} or "TenantId" in annotation:
                    yield Finding(
                        method.lineno, f"{node.name}.{method.name} takes a tenant: it belongs to the constructor."
                    )
