// SPDX-License-Identifier: MIT
// Sends as each line of standard input says, {transport, mail}, and says on a line of standard output what Nodemailer reports, as soon as
// its connection has ended.
const diagnostics = require('node:diagnostics_channel');
const readline = require('node:readline');
const nodemailer = require('nodemailer');

let closed; // of the last connection
diagnostics.channel('net.client.socket').subscribe(({ socket }) => {
  closed = new Promise((resolve) => socket.once('close', resolve));
});

async function send({ transport, mail }) {
  try {
    const { rejectedErrors = [] } = await nodemailer.createTransport(transport).sendMail(mail);
    return ['sent', ...rejectedErrors.map(({ recipient, response }) => `${recipient}: ${response}`)].join('; ');
  } catch ({ code, command, responseCode, message }) {
    return `${[code, command, responseCode].filter(Boolean).join(' ')}: ${message}`;
  }
}

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const report = await send(JSON.parse(line));
    await closed;
    console.log(JSON.stringify(report));
  }
  process.exit(); // Nodemailer's timers run on
})();
