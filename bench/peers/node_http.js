// SPDX-License-Identifier: MIT
// Node's own http and https, with an agent that keeps eight connections.
"use strict";

const harness = require("./harness.js");
const secure = harness.url.protocol === "https:";
const http = require(secure ? "https" : "http");

const agent = new http.Agent({
  keepAlive: true, maxSockets: 8, ca: harness.ca,
});

const post = (body) => new Promise((resolve, reject) => {
  const headers = {
    ...harness.headers, "content-length": Buffer.byteLength(body),
  };
  const options = { method: "POST", agent, headers };
  http.request(harness.url, options, (reply) => {
    const chunks = [];
    reply.on("data", (chunk) => chunks.push(chunk));
    reply.on("end", () => resolve(JSON.parse(Buffer.concat(chunks))));
    reply.on("error", reject);
  }).on("error", reject).end(body);
});

harness.run(() => Promise.all(harness.bodies().map(post)))
  .then(() => agent.destroy());
