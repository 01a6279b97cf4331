// SPDX-License-Identifier: MIT
// undici: a pool of eight connections.
"use strict";

const { Pool } = require("undici");
const harness = require("./harness.js");

const pool = new Pool(harness.url.origin, {
  connections: 8, connect: { ca: harness.ca },
});

const post = async (body) => {
  const reply = await pool.request({
    path: harness.url.pathname, method: "POST", headers: harness.headers, body,
  });
  return reply.body.json();
};

harness.run(() => Promise.all(harness.bodies().map(post)))
  .then(() => pool.close());
