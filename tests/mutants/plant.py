"""Every small fault that can be planted in a file, each as another text of a span of it."""

import ast
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Any

Twins = tuple[tuple[Any, Any], ...]
COMPARISONS: Twins = (
    *((ast.Lt, ast.LtE), (ast.Gt, ast.GtE), (ast.Eq, ast.NotEq)),
    *((ast.In, ast.NotIn), (ast.Is, ast.IsNot)),
)
ARITHMETIC: Twins = ((ast.Add, ast.Sub), (ast.Mult, ast.Div), (ast.BitAnd, ast.BitOr))
NAMES: Twins = (("min", "max"), ("any", "all"), ("floor", "ceil"), ("minimum", "maximum"))


def _both_ways(pairs: Twins) -> dict[Any, Any]:
    return {one: other for pair in pairs for one, other in (pair, pair[::-1])}


SWAPPED = _both_ways((*COMPARISONS, *ARITHMETIC, *NAMES)) | {
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
}
UNTOLD = (ast.JoinedStr, ast.AnnAssign, ast.arg, ast.alias)
"""Within f-strings Python 3.11 gives wrong places; of the others annotations are left alone."""


@dataclass(frozen=True)
class Fault:
    """A span of a file, in bytes, and the text that is planted there."""

    path: str
    line: int
    function: str
    kind: str
    span: tuple[int, int]
    before: str
    after: str

    @property
    def name(self) -> str:
        """Return what tells it from all others, wherever in its file it has moved to."""
        told = [self.path, self.function, self.kind, self.before, self.after, str(self.span)]
        return hashlib.sha256("\n".join(told).encode()).hexdigest()[:12]

    def planted(self, source: bytes) -> bytes:
        """Return the file with the fault in it."""
        start, end = self.span
        return source[:start] + self.after.encode() + source[end:]


def faults(path: Path, name: str) -> list[Fault]:
    """Return the faults of a file in their order, each once."""
    source = path.read_bytes()
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    found: dict[tuple[tuple[int, int], str], Fault] = {}
    for outer, function in _nodes(ast.parse(source)):
        for kind, node, other in _others(outer):
            text = ast.unparse(other) if isinstance(node, ast.stmt) else f"({ast.unparse(other)})"
            span = (
                starts[node.lineno - 1] + node.col_offset,
                starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0),
            )
            before = source[slice(*span)].decode()
            made = Fault(name, node.lineno, function, kind, span, before, text)
            found.setdefault((span, text), made)
    return sorted(found.values(), key=lambda fault: (fault.span, fault.after))


def is_a_fault(fault: Fault, source: bytes) -> bool:
    """Say whether a fault can be read as Python, and is compiled to something else."""
    try:
        planted = compile(fault.planted(source), fault.path, "exec", dont_inherit=True)
    except SyntaxError:
        return False
    return _instructions(planted) != _instructions(compile(source, fault.path, "exec"))


def _instructions(code: CodeType) -> list[object]:
    inner = [_instructions(one) for one in code.co_consts if isinstance(one, CodeType)]
    plain = [repr(one) for one in code.co_consts if not isinstance(one, CodeType)]
    return [code.co_code, plain, code.co_names, inner]


def _nodes(tree: ast.AST, function: str = "") -> Iterator[tuple[ast.expr | ast.stmt, str]]:
    """Yield the nodes that run, each with the function it is in; annotations are left out."""
    left_out = [getattr(tree, "returns", None), *getattr(tree, "decorator_list", ())]
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.AnnAssign) and child.value is not None:
            yield from _nodes(ast.Expr(child.value), function)
        if isinstance(child, UNTOLD) or child in left_out:
            continue
        if isinstance(child, ast.expr | ast.stmt):
            yield child, function
        named = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        inner = f"{function}.{getattr(child, 'name', '')}".strip(".") if named else function
        yield from _nodes(child, inner)


def _others(  # noqa: C901 - an arm for each kind
    node: ast.expr | ast.stmt,
) -> Iterator[tuple[str, ast.expr | ast.stmt, ast.AST]]:
    """Yield the kind of a fault, the node it is planted at, and what stands there then."""
    match node:
        case ast.Compare(left=left, ops=ops, comparators=rest):
            for place, op in enumerate(ops):
                swap = [*ops[:place], SWAPPED[type(op)](), *ops[place + 1 :]]
                yield "comparison", node, ast.Compare(left, swap, rest)
        case ast.BoolOp(op=op, values=values):
            swapped = ast.Or() if isinstance(op, ast.And) else ast.And()
            yield "and, or", node, ast.BoolOp(swapped, values)
        case ast.UnaryOp(op=ast.Not() | ast.USub() | ast.Invert(), operand=operand):
            yield "not, minus", node, operand
        case ast.BinOp(left=left, op=op, right=right) if type(op) in SWAPPED:
            yield "arithmetic", node, ast.BinOp(left, SWAPPED[type(op)](), right)
        case ast.Constant(value=bool() | int() | float() as value):
            yield "constant", node, ast.Constant(_other_value(value))
        case ast.Name(id=name) if name in SWAPPED:
            yield "twin", node, ast.Name(SWAPPED[name])
        case ast.Attribute(value=value, attr=name) if name in SWAPPED:
            yield "twin", node, ast.Attribute(value, SWAPPED[name])
        case ast.If(test=test) | ast.While(test=test):
            yield "condition", test, ast.UnaryOp(ast.Not(), test)
        case ast.IfExp(body=body, orelse=orelse):
            yield "condition", node, body
            yield "condition", node, orelse
        case ast.Expr(value=ast.Call()) | ast.AugAssign():
            yield "left out", node, ast.Pass()
        case ast.Call(func=ast.Name(id="replace") as func, keywords=keywords):
            for given in keywords:
                others = [one for one in keywords if one is not given]
                yield "left out", node, ast.Call(func, node.args, others)


def _other_value(value: float) -> float:
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int) else value * 1.5 or 1.0
