"""What the page “Datos personales” says of the rules, in plain Spanish."""

from queue_server.privacy.model import Rule

_WHAT = {
    "visits": "Documento de quien vino por un turno: se compara en la ventanilla",
    "certificates": "El certificado y su enlace: la persona lo descarga",
    "replies": "Respuestas a pedidos repetidos: se da la misma respuesta",
    "applications": "Quién solicitó y su correo: el certificado se pide, se sigue y se reenvía",
    "vouchers": "Lo que dice el comprobante del banco: se busca y se aplica el pago",
    "wallet_charges": "El código que se pagó con billetera",
    "claims": "El código del papel con que se cobra un reclamo",
    "sessions": "Quién del personal ingresó, y desde dónde",
    "half_sessions": "Quién del personal está por dar su segundo paso",
    "known_browsers": "Navegadores en que el personal ya ingresó",
    "sign_in_tries": "Intentos de ingreso",
    "pairings": "Vinculación de quioscos: quién escribió el código",
    "alerts": "Alertas: quién las atendió",
    "state_spans": "Cómo estuvo cada equipo (sin datos de personas)",
    "person_looks": "Quién del personal vio los datos de quién, para no repetirlo",
    "events": "La auditoría: quién hizo qué; no se borra",
    "accounts": "Cuentas del personal",
}
_SINCE = {
    "the visit": "desde la visita",
    "the link was made (`link_days`)": "desde que se creó el enlace (configurable)",
    "the answer": "desde la respuesta",
    "it was settled": "desde que terminó su trámite",
    "signing in": "desde el ingreso",
    "its five minutes": "desde que venció",
    "the last signing in": "desde el último ingreso",
    "the last try": "desde el último intento",
    "its ten minutes": "desde que venció",
    "it was resolved": "desde que se resolvió",
    "the state ended": "desde que terminó",
    "the look": "desde que se vio",
}
_DIGEST = "Huella del comprobante del banco: un pago no se usa dos veces"


def rule_words(rule: Rule) -> str:
    """What is held, and what for."""
    return _DIGEST if rule.columns == ("voucher_index",) else _WHAT[rule.table]


def columns_words(rule: Rule) -> str:
    """The table and its columns, for who looks it up."""
    return f"{rule.table}: {', '.join(rule.columns)}" if rule.columns else rule.table


def days_words(rule: Rule) -> str:
    """How long, and from when on."""
    if rule.limit is None:
        return "se conserva, por decisión de la institución" if rule.setting else "se conserva"
    hours = rule.limit.total_seconds() / 3600
    days, rest = divmod(hours, 24)
    lasts = f"{hours:.0f} h" if rest or days < 3 else f"{days:.0f} días"
    return f"{lasts} {_SINCE[rule.since]}"
