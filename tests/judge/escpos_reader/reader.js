// Reads ESC/POS from standard input with npm's `npos` and writes what is printed, as JSON.
//
// npos cuts the bytes into commands and text and decodes the text (iconv-lite). It does not know
// GS ( k (QR codes): its rule is added here, as its documentation has it, with npos' own splitter.
// Which page ESC t chooses is Epson's table.
"use strict";

const iconv = require("iconv-lite");
const Parser = require("npos/lib/parser");
const rules = require("npos/lib/parser/rules");

const GS = 0x1d;
const PAGES = { 0: "cp437", 2: "cp850", 16: "windows-1252" };

rules[GS]["(k"] = [0, "d16"];

const raw = require("fs").readFileSync(0);
const read = new Parser(rules).analyze(raw);
if (read.error) {
  console.log(JSON.stringify({ error: read.error.message }));
  process.exit(0);
}

let page = "cp437";
let text = "";
const commands = [];
for (const node of read.tree) {
  const bytes = raw.slice(node.offset, node.offset + node.length);
  const name = node.ascii + (node.fn || "");
  if (name === "STX") {
    text += iconv.decode(bytes, page);
  } else {
    commands.push(name);
    if (name === "ESC@") page = "cp437";
    if (name === "ESCt") page = PAGES[bytes[2]] || "ascii";
  }
}
console.log(JSON.stringify({ text, commands }));
