import ast
from collections.abc import Iterator
from typing import final

from house_lint.finding import Finding
from house_lint.source import Source

_MONEY_PACKAGES = frozenset({"billing", "merchant_api"})
_MONEY_WORDS = frozenset({"Money", "Currency"})


@final
class FloatsNearMoney:
    """Money is integers: no float is written, named or made by `/` in billing, in merchant_api, or beside Money.

    A duration that says its unit may be one: an argument, field or constant whose name ends in `seconds`. In folders of
    chances floats are let be, as long as no money comes into them.
    """

    name = "float-near-money"

    def __init__(self, chance_folders: frozenset[str] = frozenset()) -> None:
        self._chance_folders = chance_folders

    def check(self, source: Source) -> Iterator[Finding]:
        if not source.is_shipped_python or not self._is_near_money(source):
            return
        durations = {
            id(part) for node in source.nodes for duration in self._durations(node) for part in ast.walk(duration)
        }
        for node in source.nodes:
            if id(node) in durations:
                continue
            match node:
                case ast.Constant(value=float() as number):
                    yield Finding(
                        node.lineno, f"{number} is a float near money: use integers, allocate or a ratio of integers."
                    )
                case ast.Name(id="float"):
                    yield Finding(
                        node.lineno, "float near money: use integers, or end the name of a duration in `seconds`."
                    )
                case ast.BinOp(op=ast.Div()) | ast.AugAssign(op=ast.Div()):
                    yield Finding(node.lineno, "/ makes a float near money: use Money.allocate or //.")
                case _:
                    pass

    def _is_near_money(self, source: Source) -> bool:
        imported = {alias.name for node in source.nodes if isinstance(node, ast.ImportFrom) for alias in node.names}
        is_chance = str(source.path.parent) in self._chance_folders
        return (source.package in _MONEY_PACKAGES and not is_chance) or bool(imported & _MONEY_WORDS)

    @staticmethod
    def _durations(node: ast.AST) -> Iterator[ast.AST]:
        match node:
            case ast.arg(arg=name, annotation=ast.expr() as annotation) if name.endswith("seconds"):
                yield annotation
            case ast.keyword(arg=str(name)) if name.endswith("seconds"):
                yield node.value
            case ast.AnnAssign(target=ast.Name(id=name) | ast.Attribute(attr=name)) if name.lower().endswith("seconds"):
                yield node
            case ast.Assign(targets=[ast.Name(id=name) | ast.Attribute(attr=name)]) if name.lower().endswith("seconds"):
                yield node.value
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                arguments = node.args
                positional = [*arguments.posonlyargs, *arguments.args][::-1]
                pairs = [
                    *zip(positional, arguments.defaults[::-1], strict=False),
                    *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
                ]
                yield from (value for arg, value in pairs if value is not None and arg.arg.endswith("seconds"))
                if node.returns is not None and name.endswith("seconds"):
                    yield node.returns
            case _:
                pass
