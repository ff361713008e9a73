"""The switchboard for a person: every fault with its words, what is armed, and how to switch it."""

from collections.abc import Mapping, Sequence
from typing import Any

from queue_server.issuance.sandbox.pages.layout import escape, message, options, page, pill
from queue_server.issuance.sandbox.traits.catalogue import TRAITS, Family, Trait
from queue_server.issuance.sandbox.traits.orders import loose
from queue_server.issuance.sandbox.traits.parameters import REQUIRED, FaultRefused, Parameter

TITLE, TAB = "Fallas", "/fallas"
_NAMES = {
    "seconds": "Segundos",
    "code": "Código",
    "style": "Variante",
    "status": "Estado HTTP",
    "work": "Se hace el trabajo",
    "reset": "Con RST",
    "head": "Encabezado también",
    "announced": "Dice cuántos",
    "bytes": "Bytes",
    "levels": "Niveles",
    "type": "Tipo",
    "system": "Dirección",
}
_USUAL = {"seconds": 3, "code": "0010", "style": "poder_judicial"}
_YES_NO = {"true": "sí", "false": "no"}


def faults_page(
    armed: Sequence[Mapping[str, Any]],
    fired: Mapping[str, int],
    operations: Sequence[str],
    error: str,
    counts: Mapping[str, int],
) -> bytes:
    """Every fault by family; the armed ones stand out."""
    by_name = {fault["name"]: fault for fault in armed}
    body = message(error) + (
        '<p class="hint">Cada falla le ocurre a las llamadas que llegan después de activarla, hasta'
        " que se cumplan las veces o se apague. Deje «Veces» en blanco para que no termine; con"
        " «De cada 100» le ocurre solo a una parte, al azar.</p>"
    )
    if armed:
        body += (
            '<form method="post" action="/fallas/apagar-todas">'
            f'<button class="stop">Apagar todas ({len(armed)})</button></form>'
        )
    for family in Family:
        rows = [
            _fault(trait, by_name.get(trait.name), fired.get(trait.name, 0), operations)
            for trait in TRAITS.values()
            if trait.family is family
        ]
        body += f'<h2>{escape(family)}</h2><div class="card">{"".join(rows)}</div>'
    return page(TITLE, body, TAB, counts)


def order_of(form: Mapping[str, str]) -> dict[str, Any]:
    """What a form orders, in the words of the control. Raises FaultRefused."""
    order: dict[str, Any] = {}
    for name, text in form.items():
        if not text.strip():
            continue
        order[name] = text if name in ("fault", "operation") else loose(text.strip())
    if "percent" in order:
        percent = order.pop("percent")
        if not isinstance(percent, int | float) or not 0 < percent <= 100:
            raise FaultRefused("percent")
        if percent < 100:
            order["rate"] = percent / 100
    return order


def refusal(form: Mapping[str, str], error: ValueError) -> str:
    """Why an order of this page was refused, for the person at the form."""
    name = form.get("fault", "")
    if name not in TRAITS:
        return "Esa falla no existe."
    names = {**_NAMES, "times": "Veces", "percent": "De cada 100", "rate": "De cada 100"}
    about = [words for key, words in names.items() if key in str(error).removeprefix(name)]
    return f"No se pudo activar «{name}». Revise {about[0] if about else 'los valores'}."


def _fault(
    trait: Trait, armed: Mapping[str, Any] | None, fired: int, operations: Sequence[str]
) -> str:
    told = f" {pill(_armed(trait, armed), 'wait')}" if armed else ""
    happened = (
        f" <small>· ocurrió {fired} {'vez' if fired == 1 else 'veces'}</small>" if fired else ""
    )
    only = f" <small>· {trait.operation}</small>" if trait.operation else ""
    action = _switch_off(trait.name) if armed else _switch_on(trait, operations)
    kind = "fault armed" if armed else "fault"
    return (
        f'<div class="{kind}" id="{trait.name}"><div>{escape(trait.words)}{told}'
        f"<div><code>{trait.name}</code>{only}{happened}</div></div>{action}</div>"
    )


def _armed(trait: Trait, fault: Mapping[str, Any]) -> str:
    parts = ["activa", fault["operation"] or "toda operación"]
    if fault["times"]:
        parts.append(f"{fault['times']} {'vez' if fault['times'] == 1 else 'veces'} más")
    if fault["rate"] < 1:
        parts.append(f"{fault['rate']:.0%}")
    parts += [
        f"{_NAMES[each.name].lower()}: {_YES_NO.get(str(value).lower(), value)}"
        for each in trait.parameters
        if (value := fault[each.name]) != each.default
    ]
    return " · ".join(parts)


def _switch_off(name: str) -> str:
    return (
        '<form class="row" method="post" action="/fallas/apagar">'
        f'<input type="hidden" name="fault" value="{name}">'
        '<button class="stop">Apagar</button></form>'
    )


def _switch_on(trait: Trait, operations: Sequence[str]) -> str:
    fields = "".join(_field(parameter) for parameter in trait.parameters)
    if trait.knows_operation and (trait.operation is None or trait.once):
        fields += _operations(operations, trait.operation)
    times = "1" if trait.once else ""
    return (
        '<form class="row" method="post" action="/fallas/activar">'
        f'<input type="hidden" name="fault" value="{trait.name}">{fields}'
        f'<label>Veces<input type=number name="times" min=1 value="{times}"></label>'
        '<label>De cada 100<input type=number name="percent" min=0.1 max=100 step=0.1'
        ' placeholder="100"></label><button class="main">Activar</button></form>'
    )


def _operations(known: Sequence[str], usual: str | None) -> str:
    names = {name: name for name in known}
    names = names if usual else {"": "toda operación", **names}
    chosen = options(names, usual or "")
    return f'<label>Operación<select name="operation">{chosen}</select></label>'


def _field(parameter: Parameter) -> str:
    usual = _USUAL[parameter.name] if parameter.default is REQUIRED else parameter.default
    name = escape(_NAMES[parameter.name])
    if parameter.choices:
        choices = {each: _YES_NO.get(each, each) for each in parameter.choices}
        chosen = str(usual).lower() if isinstance(usual, bool) else str(usual)
        field = f'<select name="{parameter.name}">{options(choices, chosen)}</select>'
    elif isinstance(usual, int | float):
        long = ' class="long"' if usual > 99_999 else ""
        field = f'<input type=number{long} name="{parameter.name}" step=any value="{usual}">'
    else:
        field = f'<input name="{parameter.name}" value="{escape(usual)}">'
    kind = "text" if isinstance(usual, str) and not parameter.choices else ""
    return f'<label class="{kind}">{name}{field}</label>'
