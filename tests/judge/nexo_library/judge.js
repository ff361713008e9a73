// Reads messages from stdin, passes each through the library's own classes, and writes them back:
// a member the library does not know at that place is gone then. Also writes its word lists.
"use strict";
const terminal = require("@adyen/api-library/lib/src/typings/terminal/models");
const { ObjectSerializer } = terminal;

const chunks = [];
process.stdin.on("data", (chunk) => chunks.push(chunk));
process.stdin.on("end", () => {
  const given = JSON.parse(Buffer.concat(chunks).toString());
  const passed = given.map((message) => {
    const type = message.SaleToPOIRequest ? "TerminalApiRequest" : "TerminalApiResponse";
    return ObjectSerializer.serialize(ObjectSerializer.deserialize(message, type), type);
  });
  const words = {};
  for (const name of ["ErrorConditionType", "GlobalStatusType", "MessageCategoryType",
    "PaymentType", "ResultType", "ReversalReasonType", "TerminalEnvironmentType"]) {
    words[name] = Object.values(terminal[name]);
  }
  process.stdout.write(JSON.stringify({ passed, words }));
});
