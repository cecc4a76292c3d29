import ast
from collections.abc import Iterator
from typing import final

from house_lint.finding import Finding
from house_lint.source import Source


@final
class ModuleFunctions:
    """Behaviour lives on classes: `src` has no module-level functions but in `__main__`, migrations, fixtures."""

    name = "module-function"

    def check(self, source: Source) -> Iterator[Finding]:
        if not source.is_shipped_python or self._may_hold_functions(source):
            return
        for node in source.tree.body:
            match node:
                case ast.FunctionDef() | ast.AsyncFunctionDef() if not self._is_for_pytest(node):
                    yield Finding(
                        node.lineno, f"{node.name} is a module-level function: give it to the value it is about."
                    )
                case ast.Assign(value=ast.Lambda()) | ast.AnnAssign(value=ast.Lambda()):
                    yield Finding(node.lineno, "a lambda with a name is a module-level function: give it to a class.")
                case _:
                    pass

    @staticmethod
    def _may_hold_functions(source: Source) -> bool:
        return source.module[-1] == "__main__" or "migrations" in source.module

    @staticmethod
    def _is_for_pytest(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
        decorators = (each.func if isinstance(each, ast.Call) else each for each in node.decorator_list)
        return node.name.startswith("pytest_") or any("fixture" in ast.unparse(each) for each in decorators)
