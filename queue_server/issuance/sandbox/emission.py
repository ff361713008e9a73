"""The issuance service as callers meet it: the contract in front of the centre, faults between."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

import lxml.etree as etree

from queue_server.issuance.sandbox import codes
from queue_server.issuance.sandbox.centre import Answer, Centre
from queue_server.issuance.sandbox.ledger import Ledger
from queue_server.issuance.sandbox.soap import NAMESPACE, Call, Contract, SoapFault, envelope_of
from queue_server.issuance.sandbox.traits import contents
from queue_server.issuance.sandbox.traits.catalogue import CODES
from queue_server.issuance.sandbox.traits.dialects import DIALECTS
from queue_server.issuance.sandbox.traits.fault import Fault
from queue_server.issuance.sandbox.traits.orders import marked
from queue_server.issuance.sandbox.traits.parameters import FaultRefused
from queue_server.issuance.sandbox.traits.switchboard import Plan


@dataclass(frozen=True)
class Emission:
    """`/emision`. `forge` signs a file again, as somebody else."""

    contract: Contract
    centre: Centre
    ledger: Ledger
    forge: contents.Forger
    namespace = NAMESPACE

    def read(self, content: bytes, soap_action: str = "") -> Call:
        """The call in an HTTP body. Raises SoapFault."""
        return self.contract.read(content, soap_action)

    def marked(self, call: Call) -> Mapping[str, Fault]:
        """What the audit field `equipo` asks for. Raises SoapFault."""
        try:
            return marked(call.fields["auditoria"]["equipo"])
        except FaultRefused as refused:
            raise SoapFault(f"equipo: {refused}"[:500]) from refused

    def reply(self, call: Call, plan: Plan) -> etree._Element:
        """Do what the call asks, or what a fault has instead; the envelope of the answer."""
        answer = _told(plan) or self.centre.answer(call, plan.take("forget_ids") is not None)
        self.ledger.count(call.operation, answer.code)
        answer = self._spoilt(answer, plan)
        code = answer.code
        if dialect := plan.take("dialect"):
            code = DIALECTS[dialect["style"]](code)
        head = {
            "coRespuesta": code,
            "deRespuesta": codes.WORDS[answer.code],
            "idTransaccion": uuid.uuid4().hex,
            "fechaHora": self.centre.now(),
        }
        return envelope_of(f"{call.operation}Response", {**head, **answer.body})

    def _spoilt(self, answer: Answer, plan: Plan) -> Answer:
        if plan.take("wrong_id"):
            answer = contents.of_another(answer)
        if plan.take("missing_part"):
            answer = contents.without_its_part(answer)
        while fault := plan.take(*contents.FILE_FAULTS):
            answer = contents.spoil_file(answer, fault.name, self.forge)
        return answer


def _told(plan: Plan) -> Answer | None:
    """The answer a fault orders; nothing is done."""
    if told := plan.take("answer"):
        return Answer(told["code"])
    if refused := plan.take(*CODES):
        return Answer(CODES[refused.name])
    return None
