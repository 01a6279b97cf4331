-- SPDX-License-Identifier: MIT
-- The places of an id, a state and a list of tasks in responses. They are the
-- same as in core/gateway/places.c, in the same order. A spec compares this
-- table with docs/gateways.md, which is generated from the tables of the core.

return {
  list = {
    "data", "items", "list", "results", "tasks", "records", "data.items",
    "data.list", "data.data", "data.results", "data.tasks", "data.records",
  },
  id = { "task_id", "data.id", "id", "data.task_id" },
  state = {
    "status", "task_status", "data.state", "state", "data.task_status",
    "data.status",
  },
}
