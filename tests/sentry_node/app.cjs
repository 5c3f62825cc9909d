// A program with an unmodified Sentry SDK: an HTTP server that fails, an error that is caught, and an end with a crash.
"use strict";

const http = require("node:http");
const Sentry = require("@sentry/node");

Sentry.init({ dsn: process.env.DSN, release: "shop@3.1.0", environment: "staging", initialScope: { tags: { shop: "eu" } } });

class PaymentError extends Error {
  constructor(message) {
    super(message);
    this.name = "PaymentError";
  }
}

function charge(card) {
  throw new PaymentError(`card ${card} was declined`);
}

function refund(order) {
  return order.payment.amount;
}

async function main() {
  for (const card of [4711, 4712, 4713]) {
    try {
      charge(card);
    } catch (problem) {
      Sentry.captureException(problem);
    }
  }
  const server = http.createServer((request, response) => {
    try {
      refund(undefined);
    } catch (problem) {
      Sentry.captureException(problem);
      response.writeHead(500).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  await fetch(`http://127.0.0.1:${server.address().port}/refunds/1`);
  server.close();
  Sentry.captureMessage("the shop closes", "warning");
  await Sentry.flush(10_000);
  setImmediate(function closeShop() {
    throw new RangeError("no such till");
  });
}

main();
