"""Makes the mutants of a solution: each differs from it by one edit.

The edits are those of a slip: an operator or a comparison exchanged, a sign
turned, a number one off or halved, a name in place of another, an argument,
an index or a call dropped, a default in place of an argument. A check that
accepts a mutant looks at too little, unless the mutant means the same.
"""

import ast

MODULES = {"keras", "math", "np", "plt", "tf"}
OTHERS = {
    ast.Add: [ast.Sub],
    ast.Sub: [ast.Add],
    ast.Mult: [ast.Div, ast.Add],
    ast.Div: [ast.Mult, ast.FloorDiv],
    ast.FloorDiv: [ast.Div, ast.Mult],
    ast.Mod: [ast.FloorDiv],
    ast.Pow: [ast.Mult],
    ast.MatMult: [ast.Mult],
    ast.Lt: [ast.LtE, ast.Gt],
    ast.LtE: [ast.Lt, ast.GtE],
    ast.Gt: [ast.GtE, ast.Lt],
    ast.GtE: [ast.Gt, ast.LtE],
    ast.Eq: [ast.NotEq],
    ast.NotEq: [ast.Eq],
    ast.Is: [ast.IsNot],
    ast.IsNot: [ast.Is],
    ast.In: [ast.NotIn],
    ast.NotIn: [ast.In],
    ast.And: [ast.Or],
    ast.Or: [ast.And],
}


def mutants(code):
    """Return mutant → the lines that its edit changed, for each edit."""
    tree = ast.parse(code)
    original = ast.unparse(tree)
    found = {}
    for place in ast.walk(tree):
        for field, value in ast.iter_fields(place):
            nodes = value if isinstance(value, list) else [value]
            for position, node in enumerate(nodes):
                if not isinstance(node, ast.AST):
                    continue
                for edited in edits(node, tree):
                    nodes[position] = edited
                    if nodes is not value:
                        setattr(place, field, edited)
                    text = ast.unparse(tree)
                    if text != original:
                        found.setdefault(text, changed(original, text))
                nodes[position] = node
                if nodes is not value:
                    setattr(place, field, node)
    return found


def changed(old, new):
    """The lines of the new text that the old one doesn't have there."""
    old, new = old.splitlines(), new.splitlines()
    while new and old and new[0] == old[0]:
        old, new = old[1:], new[1:]
    while new and old and new[-1] == old[-1]:
        old, new = old[:-1], new[:-1]
    return "\n".join(line.strip() for line in new) or f"no {old[0].strip()}"


def edits(node, tree):
    """Yield what a slip could have put in the place of a node."""
    match node:
        case ast.BinOp(left, op, right):
            for other in OTHERS[type(op)]:
                yield ast.BinOp(left, other(), right)
            yield left
            yield right
        case ast.AugAssign(target, op, value):
            for other in OTHERS[type(op)]:
                yield ast.AugAssign(target, other(), value)
        case ast.Compare(left, [op], [right]):
            for other in OTHERS[type(op)]:
                yield ast.Compare(left, [other()], [right])
        case ast.BoolOp(op, values):
            yield ast.BoolOp(OTHERS[type(op)][0](), values)
        case ast.UnaryOp(ast.USub() | ast.Not(), operand):
            yield operand
        case ast.Constant(bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(int(value)):
            yield ast.Constant(value + 1)
            yield ast.Constant(value // 2)
        case ast.Constant(float(value)):
            yield ast.Constant(value + 1)
            yield ast.Constant(value / 2)
        case ast.Name(name, ast.Load()):
            names, defaults = surroundings(node, tree)
            for other in sorted(names - {name}) if name in names else ():
                yield ast.Name(other, ast.Load())
            if name in defaults:
                yield defaults[name]
        case ast.Attribute(ast.Name("self"), name, ast.Load()):
            for other in sorted(attributes(tree) - {name}):
                yield ast.Attribute(node.value, other, ast.Load())
        case ast.Call(function, arguments, keywords):
            yield from arguments[:1]
            if isinstance(function, ast.Attribute) and not of_module(function):
                yield function.value
            for n in range(len(arguments)) if len(arguments) > 1 else ():
                fewer = arguments[:n] + arguments[n + 1 :]
                yield ast.Call(function, fewer, keywords)
            for n in range(len(keywords)):
                fewer = keywords[:n] + keywords[n + 1 :]
                yield ast.Call(function, arguments, fewer)
        case ast.Expr(ast.Call()):
            yield ast.Pass()
        case ast.Subscript(value, _, ast.Load()):
            yield value
        case ast.Slice(lower, upper, step):
            yield ast.Slice(None, upper, step)
            yield ast.Slice(lower, None, step)
            yield ast.Slice(lower, upper, None)
        case ast.Return(ast.expr() as value):
            yield ast.Return(ast.UnaryOp(ast.USub(), value))
        case ast.Assign(targets, value):
            yield ast.Assign(targets, ast.UnaryOp(ast.USub(), value), lineno=1)


def surroundings(node, tree):
    """The variables read around a node, and the defaults of arguments."""
    around = tree
    for outer in ast.walk(tree):  # from the outside in
        if isinstance(outer, ast.FunctionDef | ast.Lambda):
            if any(inner is node for inner in ast.walk(outer)):
                around = outer
    called = [n.func for n in ast.walk(around) if isinstance(n, ast.Call)]
    names = {
        inner.id
        for inner in ast.walk(around)
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Load)
        if inner not in called and inner.id not in MODULES
    }
    defaults = {}
    if around is not tree:
        arguments = around.args.args
        names |= {argument.arg for argument in arguments}
        given = around.args.defaults
        last = arguments[len(arguments) - len(given) :]
        defaults = {a.arg: value for a, value in zip(last, given)}
    return names - {"self"}, defaults


def attributes(tree):
    """What is read of self."""
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)
        if isinstance(node.value, ast.Name) and node.value.id == "self"
    }


def of_module(function):
    """Whether it belongs to a module, as tf.reduce_mean does."""
    while isinstance(function, ast.Attribute):
        function = function.value
    return isinstance(function, ast.Name) and function.id in MODULES
