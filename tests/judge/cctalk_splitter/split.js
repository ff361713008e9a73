// Splits bytes into ccTalk frames with npm's @serialport/parser-cctalk, which shares nothing with us.
// In: lines of JSON, a list of portions in hex. Out: for each line the frames it found, in hex.
'use strict';
const readline = require('node:readline');
const { CCTalkParser } = require('@serialport/parser-cctalk');

async function split(portions) {
  const parser = new CCTalkParser(0);
  const frames = [];
  parser.on('data', (frame) => frames.push(frame.toString('hex')));
  for (const portion of portions) parser.write(Buffer.from(portion, 'hex'));
  parser.end();
  await new Promise((resolve) => parser.on('end', resolve));
  return frames;
}

readline.createInterface({ input: process.stdin }).on('line', async (line) => {
  process.stdout.write(`${JSON.stringify(await split(JSON.parse(line)))}\n`);
});
