// SPDX-License-Identifier: MIT
// newsletter.test.js, for `node --test`
const assert = require('node:assert');
const { spawn } = require('node:child_process');
const { createInterface } = require('node:readline');
const { after, before, test } = require('node:test');
const nodemailer = require('nodemailer');

const [program, ...words] = (process.env.CMTA_SINK ?? 'cmta sink').split(' ');
let sink, lines, transport;

before(async () => {
  sink = spawn(program, [...words, '--listen', '127.0.0.1:0', '--jsonl', '-'], { stdio: ['ignore', 'pipe', 'inherit'] });
  lines = createInterface({ input: sink.stdout })[Symbol.asyncIterator]();
  const { value: line } = await lines.next(); // "listening 127.0.0.1 40587"
  assert(line, 'the sink does not start; it has said why on standard error');
  const [, host, port] = line.split(' ');
  transport = nodemailer.createTransport({ host, port });
});
after(() => sink.kill());

test('the newsletter says hello', async () => {
  await transport.sendMail({ from: 'news@example.org', to: 'bob@example.net', subject: 'News', text: 'Hello.' });
  const mail = JSON.parse((await lines.next()).value);
  assert.deepStrictEqual(mail.to.map(({ address }) => address), ['bob@example.net']);
  assert.match(mail.data, /^Subject: News\r\n.*^Hello\.\r\n$/ms);
});
