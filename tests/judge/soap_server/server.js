// The centre as another make of SOAP sees it: npm's `soap` serving our WSDL, with answers of its own.
//
// node server.js WSDL [KEY CERTIFICATE REQUESTER]    prints `ready ADDRESS`, ends with its stdin
//
// GET /seen lists what it understood of each call and what it replied. Asked from the machine FALLA it
// answers with a fault. With KEY, CERTIFICATE and REQUESTER (PEM files) it speaks WS-Security: it says
// whether the request was signed by REQUESTER, and signs its reply.
"use strict";

const fs = require("fs");
const http = require("http");
const crypto = require("crypto");
const soap = require("soap");
const { DOMParser } = require("@xmldom/xmldom");
const { SignedXml } = require("xml-crypto");

const [wsdl, ...security] = process.argv.slice(2);
const [key, certificate, requester] = security.map((file) => fs.readFileSync(file, "utf8"));
const C14N = "http://www.w3.org/2001/10/xml-exc-c14n#";
const RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
const PDF = Buffer.from("%PDF-1.7 inventado por el juez\r\n\0\xff", "latin1");
const seen = [];

const record = (id, estado, more = {}) => ({ solicitud: { idSolicitud: id, estado, ...more } });
const issued = (id) =>
  record(id, "EMITIDO", { numeroCertificado: "JUEZ-0000001", codigoVerificacion: "JUEZ-ABCD-EFGH" });

// What each operation answers: [code, further fields].
const answers = {
  consultarTitular({ documento }) {
    if (documento.numero !== "10117410") return ["0001", {}];
    const certificadoVigente = { numero: "JUEZ-0000479", hasta: "2027-01-31" };
    const names = { nombres: "JOSE ÑAUPARI", apellidoPaterno: "PRUEBA", apellidoMaterno: "O'HIGGINS" };
    return ["0000", { titular: { ...names, datosCoinciden: true, mayorDeEdad: true, certificadoVigente } }];
  },
  validarPago({ voucher }) {
    if (voucher.secuencia !== "V1") return ["0045", {}];
    const pago = { referencia: "V1-2026", montoCentimos: 3770, fechaHora: "2026-11-03T09:30:00-05:00" };
    return ["0000", { pago }];
  },
  solicitarCertificado({ idSolicitud, pago }) {
    if (pago.referencia === "REVISAR") return ["0020", record(idSolicitud, "EN_REVISION")];
    return ["0000", issued(idSolicitud)];
  },
  consultarSolicitud({ idSolicitud }) {
    return idSolicitud.startsWith("00000000-") ? ["0030", {}] : ["0000", issued(idSolicitud)];
  },
  obtenerCertificado({ numeroCertificado }) {
    const sha256 = crypto.createHash("sha256").update(PDF).digest("hex");
    const archivo = { numeroCertificado, pdf: PDF.toString("base64"), sha256, longitud: PDF.length };
    return ["0000", { archivo }];
  },
  verificarCertificado() {
    const days = { fechaEmision: "2026-11-03", hasta: "2027-02-01" };
    return ["0000", { verificacion: { numeroCertificado: "JUEZ-0000001", ...days, vigente: true } }];
  },
  estadoServicio() {
    return ["0000", { estado: "OPERATIVO" }];
  },
};

function operation(name) {
  return (asked) => {
    seen.push({ operation: name, asked, signed: lastSigned, replied: null });
    if (asked.auditoria.equipo === "FALLA") {
      throw { Fault: { faultcode: "soap:Server", faultstring: "A fault, as asked", statusCode: 500 } };
    }
    const [coRespuesta, more] = answers[name](asked);
    const first = { coRespuesta, deRespuesta: "Respuesta del juez", idTransaccion: `J${seen.length}` };
    return { ...first, fechaHora: "2026-11-03T10:00:00-05:00", ...more };
  };
}

let lastSigned = null;

// The names of the elements that the requester signed, or null.
function signedNames(xml) {
  const document = new DOMParser().parseFromString(xml);
  const [signature] = Array.from(document.getElementsByTagName("ds:Signature"));
  if (!requester || !signature) return null;
  const believed = { publicCert: requester, getCertFromKeyInfo: () => null };
  const judge = new SignedXml({ idMode: "wssecurity", ...believed });
  judge.loadSignature(signature);
  if (!judge.checkSignature(xml)) return null;
  return judge.getSignedReferences().map((each) => /^<(?:[\w-]+:)?(\w+)/.exec(each)[1]);
}

function sign(envelope) {
  const bare = envelope.replace(/<soap:Header>.*?<\/soap:Header>/s, "");
  const named = bare.replace("<soap:Body", "<soap:Header></soap:Header><soap:Body");
  const signer = new soap.WSSecurityCert(key, certificate, "", {
    signatureAlgorithm: RSA_SHA256,
    signatureTransformations: [C14N],
    signerOptions: { idMode: "wssecurity" },
  });
  return signer.postProcess(named, "soap");
}

const server = http.createServer((request, response) => {
  response.setHeader("Content-Type", "application/json");
  response.end(JSON.stringify(seen));
});
const port = Object.fromEntries(Object.keys(answers).map((name) => [name, operation(name)]));
const listening = soap.listen(server, {
  path: "/emision",
  services: { EmisionCertificado: { EmisionPort: port } },
  xml: fs.readFileSync(wsdl, "utf8"),
  uri: wsdl,
  callback: (error) => {
    if (error) throw error;
    server.listen(0, "127.0.0.1", () => console.log(`ready http://127.0.0.1:${server.address().port}`));
  },
});
listening.log = (kind, said) => {
  if (kind === "received") lastSigned = signedNames(said);
};
listening.on("response", (reply) => {
  if (key) reply.result = sign(reply.result);
  seen[seen.length - 1].replied = reply.result;
});
process.stdin.resume().on("end", () => process.exit(0));
