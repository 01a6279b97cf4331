// SPDX-License-Identifier: MIT
// Shared by the Node contestants: the requests, the clocks, the printed line.
"use strict";

const fs = require("fs");

const BATCH = 100;
const [base, caFile, idsFile] = process.argv.slice(2);
const ids = fs.readFileSync(idsFile, "latin1").trim().split("\n");

exports.url = new URL(base + "/luma/tasks");
exports.ca = fs.readFileSync(caFile);
exports.headers = { "content-type": "application/json" };

exports.bodies = () => {
  const bodies = [];
  for (let i = 0; i < ids.length; i += BATCH) {
    bodies.push(JSON.stringify({ ids: ids.slice(i, i + BATCH) }));
  }
  return bodies;
};

function peak() {
  const status = fs.readFileSync("/proc/self/status", "latin1");
  return Number(status.match(/VmHWM:\s*(\d+)/)[1]);
}

// `contestant` returns a promise of the decoded responses, in order.
exports.run = async (contestant) => {
  const wall = process.hrtime.bigint();
  const before = process.cpuUsage();
  const tasks = (await contestant()).flat();
  const cpu = process.cpuUsage(before);
  console.log(JSON.stringify({
    wall: Number(process.hrtime.bigint() - wall) / 1e9,
    cpu: (cpu.user + cpu.system) / 1e6,
    peak: peak(), count: tasks.length, last: tasks.at(-1).id,
  }));
};
