-- SPDX-License-Identifier: MIT
-- luma url: prints the link of each task, in the order of the ids.

local get = require "luma_cli.get"
local lines = require "luma_cli.lines"

return function(app)
  app.lines = lines.links(app.args.what, app.screen)
  get(app)
end
