"""The application codes the sandbox answers with, and their Spanish words (see issuance.xsd)."""

from collections.abc import Mapping

DONE = "0000"
NO_DATA = "0001"
NO_CONNECTION = "0002"
FAILED = "0003"
CALLER_NOT_ALLOWED = "0005"
WRONG_TYPE = "0006"
UNDER_AGE = "0007"
MISMATCH = "0008"
NOT_IN_FORCE = "0009"
QUOTA = "0010"
EXPIRED_CREDENTIAL = "0011"
UNDER_REVIEW = "0020"
NOT_ACCEPTED = "0021"
REQUEST_NOT_KNOWN = "0030"
OTHER_CONTENT = "0031"
PAYMENT_REFUSED = "0040"
PAYMENT_NOT_FOUND = "0041"
PAYMENT_USED = "0042"
PAYMENT_OF_ANOTHER = "0043"
PAYMENT_TOO_LITTLE = "0044"
PAYMENT_NOT_VISIBLE = "0045"
CERTIFICATE_NOT_KNOWN = "0050"

WORDS: Mapping[str, str] = {
    DONE: "Operación realizada correctamente",
    NO_DATA: "No se encontraron datos para el documento consultado",
    NO_CONNECTION: "No hay conexión con el servicio, intente más tarde",
    FAILED: "El servicio falló antes de procesar la petición, intente más tarde",
    CALLER_NOT_ALLOWED: "El usuario no tiene autorización para consumir el servicio",
    WRONG_TYPE: "El número no corresponde al tipo de documento",
    UNDER_AGE: "El titular del documento es menor de edad",
    MISMATCH: "Los datos consignados no coinciden con el registro",
    NOT_IN_FORCE: "El documento no se encuentra vigente o la situación migratoria no es regular",
    QUOTA: "Se ha alcanzado el número máximo de consultas permitidas",
    EXPIRED_CREDENTIAL: "La credencial ha caducado",
    UNDER_REVIEW: "La solicitud se encuentra en revisión",
    NOT_ACCEPTED: "La solicitud no fue aceptada luego de la revisión",
    REQUEST_NOT_KNOWN: "La solicitud no se encuentra registrada",
    OTHER_CONTENT: "El identificador ya fue usado en una solicitud con otro contenido",
    PAYMENT_REFUSED: "El pago no fue aceptado",
    PAYMENT_NOT_FOUND: "El pago no fue encontrado",
    PAYMENT_USED: "El pago ya fue usado en otra solicitud",
    PAYMENT_OF_ANOTHER: "El pago corresponde a otra persona",
    PAYMENT_TOO_LITTLE: "El monto pagado es menor que el derecho de tramitación",
    PAYMENT_NOT_VISIBLE: "El pago aún no se visualiza, intente más tarde",
    CERTIFICATE_NOT_KNOWN: "El certificado no se encuentra registrado",
}
