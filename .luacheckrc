std = "lua54"
codes = true
exclude_files = { "build" }
files["bin"].std = "min"
files["luma_cli"].std = "min"
files["spec"].std = "lua54+busted"
files["examples/love"].std = "luajit+love"
files["library"].ignore = { "212", "241" } -- functions without bodies
files["*.rockspec"].std = "rockspec"
files["spec/support/debian-rocks.lua"].globals = { "rocks_provided" }
files["lua"] = { std = "luajit", globals = { "vim" } }
files["plugin"] = { std = "luajit", globals = { "vim" } }
files["spec/programs/inside-nvim.lua"] = { std = "luajit", globals = { "vim" } }
files["examples/nginx"] = { std = "luajit+ngx_lua" }
files["examples/mpv"] = { std = "lua52", globals = { "mp" } }
