---@meta luma
-- SPDX-License-Identifier: MIT
-- The types of `require "luma"` for editors with lua-language-server. It is
-- never loaded. A spec compares it with the module.

---@class luma
---@field _VERSION string
---@field null lightuserdata JSON null; the same value as `cjson.null`
local luma = {}

---A client of a gateway. Raises an error about a wrong option.
---@param options? luma.ClientOptions
---@return luma.Client? client
---@return luma.Error? err no memory, or no free descriptor
function luma.client(options) end

---The state of a task, whatever words the gateway uses.
---@param task any
---@return luma.State? state nil: it is not a task
function luma.state(task) end

---The id of a task, as a string.
---@param task any
---@return string? id
function luma.id(task) end

---The best link to a file of a task; for a video, one without a watermark.
---@param task any
---@param what? luma.What the default is "video"
---@return string? url
function luma.url(task, what) end

---The progress of a task, from 0 to 100.
---@param task any
---@return number? percent
function luma.progress(task) end

---The 25 colours of the 5 x 5 placeholder, row by row.
---@param task_or_grid any
---@return [integer, integer, integer][]? colours red, green, blue, from 0 to 255
function luma.palette(task_or_grid) end

---The value of a JSON text, read as a task is: such as the body of a webhook.
---@param text string
---@param options? luma.DecodeOptions
---@return any value
---@return luma.Error? err
function luma.decode(text, options) end

---The JSON text of a value. Raises an error if it has none.
---@param value any
---@return string json
function luma.encode(value) end

---@alias luma.State
---| "pending"
---| "processing"
---| "completed"
---| "failed"

---@alias luma.What
---| "video"
---| "thumbnail"
---| "last_frame"

---@alias luma.Ids string|string[]

-- Tasks --------------------------------------------------------------------

---A task as the gateway sends it: the Luma object, or a row with it in `data`.
---The functions luma.id, luma.state, luma.url and luma.progress read both.
---@class luma.Task
---@field id? string|integer in a row, it may be a number of the database
---@field task_id? string of a row
---@field state? string
---@field status? string of a row
---@field progress? string|number of a row, such as "42%"
---@field fail_reason? string of a row
---@field failure_reason? string
---@field created_at? string|number
---@field prompt? string
---@field request? luma.TaskRequest
---@field video? luma.TaskVideo
---@field video_raw? luma.TaskMedia
---@field thumbnail? luma.TaskMedia
---@field last_frame? luma.TaskMedia
---@field artifact? table
---@field data? luma.Task of a row: the Luma object
---@field [string] any

---@class luma.TaskRequest
---@field prompt? string
---@field aspect_ratio? string
---@field [string] any

---@class luma.TaskMedia
---@field url? string
---@field width? integer
---@field height? integer
---@field duration? number seconds
---@field media_type? string
---@field palette? { grid: string }
---@field [string] any

---@class luma.TaskVideo: luma.TaskMedia
---@field download_url? string without a watermark; may be empty

-- Options ------------------------------------------------------------------

---@class luma.ClientOptions
---@field token? string bearer token (LUMA_GATEWAY_TOKEN)
---@field base_url? string of the gateway (LUMA_GATEWAY_URL)
---@field batch_size? integer ids in one request (100)
---@field connections? integer requests at the same time (8)
---@field timeout? luma.Timeout
---@field attempts? integer how often one request may be sent, 1 to 5 (3)
---@field max_reply? integer decoded bytes of a response (64 MiB)
---@field max_task? integer JSON bytes of one task (256 KiB)
---@field max_undelivered? integer bytes of undelivered tasks of a job (4 MiB)
---@field proxy? string URL of a proxy
---@field ca_file? string PEM file of trusted issuers
---@field plain_http? boolean allow http:// beyond this machine
---@field http2? boolean use HTTP/2 where the gateway supports it
---@field user_agent? string
---@field headers? table<string, string> more headers, for the gateway alone
---@field on_attempt? fun(attempt: luma.Attempt) after each attempt
---@field nulls? boolean null members are luma.null instead of absent
---@field decode? fun(json: string): any gets the JSON text of each task

---An attempt of a request, without any secret.
---@class luma.Attempt
---@field method string
---@field host string
---@field path? string of a request to the gateway, without its query
---@field status? integer HTTP status; absent without a response
---@field code? luma.Code why it failed
---@field attempt integer 1 for the first one of the request
---@field bytes integer of the response, after decompression
---@field seconds number from its start to its end
---@field retry_in? number seconds until the next attempt

---Seconds, each at most a day.
---@class luma.Timeout
---@field connect? number until the connection is ready (10)
---@field attempt? number until the response is complete; not of downloads (30)
---@field stall? number without progress (15)

---@class luma.DecodeOptions
---@field nulls? boolean null members are luma.null instead of absent

---@class luma.JobOptions
---@field deadline? number seconds for the whole job; math.huge: no end
---@field timeout? luma.Timeout where it differs from the client's
---@field attempts? integer where it differs from the client's

---@class luma.FetchOptions: luma.JobOptions
---@field on_task? fun(task: luma.Task, id: string, state: luma.State)
---@field on_progress? fun(progress: luma.Progress)
---@field on_done? fun(tasks?: luma.Task[], missing_or_err: string[]|luma.Error)

---@class luma.WatchOptions: luma.FetchOptions
---@field on_update? fun(task: luma.Task, id: string, state: luma.State)
---@field interval? number seconds between two rounds while tasks change (5)
---@field max_interval? number seconds while nothing changes (15)
---@field missing_grace? number seconds until an id left out is missing (60)
---@field link_grace? number seconds to wait for a link that is not there (60)

---@class luma.DownloadOptions: luma.JobOptions
---@field path? string of the file
---@field dir? string a folder; the name is made of id and media type
---@field what? luma.What the default is "video"
---@field exists? "replace"|"skip" a file that is there ("replace")
---@field max_bytes? integer the largest file to accept
---@field allow_private? boolean allow links to private addresses
---@field sync? boolean wait until the file is on disk (true)
---@field on_progress? fun(progress: luma.Progress)
---@field on_done? fun(path?: string, bytes_or_err: integer|luma.Error)

---@class luma.GenerateOptions: luma.WatchOptions
---@field path? string of the file, if it is wanted
---@field dir? string a folder instead
---@field what? luma.What the default is "video"
---@field max_bytes? integer the largest file to accept
---@field allow_private? boolean allow links to private addresses
---@field sync? boolean wait until the file is on disk (true)
---@field on_done? fun(task?: luma.Task, path_or_err?: string|luma.Error)

---@class luma.RequestOptions: luma.JobOptions
---@field retry? boolean retry any method
---@field on_done? fun(value: any, err?: luma.Error)

---The parameters of a generation. Gateways know different ones.
---@class luma.Generation
---@field user_prompt? string
---@field expand_prompt? boolean
---@field loop? boolean
---@field image_url? string
---@field image_end_url? string
---@field notify_hook? string
---@field resolution? string such as "720p"
---@field duration? string such as "5s"
---@field model_name? string such as "ray-v2"
---@field aspect_ratio? string such as "16:9"
---@field [string] any

-- Client -------------------------------------------------------------------

---@class luma.Client
local Client = {}

---Blocks. Short for client:fetch(ids, options):result().
---@param ids luma.Ids
---@param options? luma.FetchOptions
---@return luma.Task[]? tasks in the order of the ids
---@return string[]|luma.Error missing
function Client:tasks(ids, options) end

---A job that gets the task of each id once.
---@param ids luma.Ids
---@param options? luma.FetchOptions
---@return luma.TasksJob? job
---@return luma.Error? err
function Client:fetch(ids, options) end

---A job that follows tasks until each is completed or failed.
---@param ids luma.Ids
---@param options? luma.WatchOptions
---@return luma.TasksJob? job
---@return luma.Error? err
function Client:watch(ids, options) end

---A job that downloads the file of a task.
---@param task_or_url luma.Task|string
---@param path_or_options string|luma.DownloadOptions
---@param options? luma.DownloadOptions after a path
---@return luma.DownloadJob? job
---@return luma.Error? err
function Client:download(task_or_url, path_or_options, options) end

---A job that submits a generation, once, follows its task and, with `path` or
---`dir`, downloads its file.
---@param params string|luma.Generation
---@param options? luma.GenerateOptions
---@return luma.GenerateJob? job
---@return luma.Error? err
function Client:generate(params, options) end

---A job for any other endpoint of the gateway.
---@param method string in capital letters
---@param path string begins with one slash
---@param body? string|table JSON
---@param options? luma.RequestOptions
---@return luma.RequestJob? job
---@return luma.Error? err
function Client:request(method, path, body, options) end

---Delivers events; never blocks.
---@param seconds? number until that time is used up, one event at least
---@return integer unfinished jobs
function Client:step(seconds) end

---Blocks until an event is ready. Delivers nothing.
---@param seconds? number
---@param fd? integer a descriptor that ends the wait when it is readable
---@return boolean ready
---@return boolean? readable whether `fd` is
function Client:wait(seconds, fd) end

---A descriptor that is readable while an event is ready. Never read from it.
---@return integer
function Client:fd() end

---For LuaSocket's select: the descriptor.
---@return integer
function Client:getfd() end

---For LuaSocket's select: whether an event is ready.
---@return boolean
function Client:dirty() end

---For cqueues: the descriptor.
---@return integer
function Client:pollfd() end

---For cqueues.
---@return "r"
function Client:events() end

---For cqueues.
---@return nil
function Client:timeout() end

---@return luma.Stats
function Client:stats() end

---Ends all jobs, and waits at most 100 ms for that.
function Client:close() end

---@class luma.Stats
---@field requests integer since the client was made
---@field retries integer
---@field bytes integer
---@field tasks integer that were delivered
---@field unchanged integer tasks that a watch saw again without a change
---@field dropped integer tasks that were not requested, or came twice
---@field unreadable integer rows over a limit, or not JSON
---@field bad_hints integer Retry-After headers that could not be read
---@field undelivered integer bytes of tasks that are not delivered yet
---@field queue integer events that are not delivered yet
---@field active integer requests in flight

-- Jobs ---------------------------------------------------------------------

---@class luma.Job
local Job = {}

---Whether it has ended and everything has been delivered.
---@return boolean
function Job:done() end

---Blocks until the job has ended.
---@param seconds? number then the error has the code "pending"
---@return any
---@return any
function Job:result(seconds) end

---An iterator over the tasks as they arrive. It blocks between two tasks.
---@return fun(): luma.Task?, string, luma.State
function Job:each() end

---@return luma.Progress
function Job:progress() end

---Ends the job. Tasks that have arrived are still delivered.
function Job:cancel() end

---@class luma.TasksJob: luma.Job
---@field result fun(self, seconds?: number): luma.Task[]?, string[]|luma.Error

---@class luma.DownloadJob: luma.Job
---@field result fun(self, seconds?: number): string?, integer|luma.Error

---@class luma.GenerateJob: luma.Job
---@field result fun(self, seconds?: number): luma.Task?, string|luma.Error|nil

---@class luma.RequestJob: luma.Job
---@field result fun(self, seconds?: number): any, luma.Error?

---@class luma.Progress
---@field ids integer
---@field tasks integer
---@field missing integer
---@field failed integer
---@field cancelled integer
---@field requests integer
---@field retries integer
---@field bytes integer
---@field total_bytes integer 0 while unknown
---@field rate? integer bytes a second, of a download or a generation
---@field id? string of a generation, once it is known

-- Errors -------------------------------------------------------------------

---@class luma.Error
---@field code luma.Code
---@field message string
---@field retryable boolean a retry may succeed
---@field status? integer HTTP status
---@field phase? "connect"|"wait"|"body"
---@field attempts? integer
---@field retry_after? number seconds
---@field request_id? string the gateway's
---@field value? any of the response: of a request or a generation
---@field id? string of a generation
---@field tasks? luma.Task[] that have arrived
---@field missing? string[]
---@field failed? table<string, luma.Error> by id
---@field cancelled? string[]
---@field pending? string[]
---@field states? table<string, luma.State> of a watch: by open id
---@field words? table<string, string> likewise, the gateway's own

---@alias luma.Code
---| "argument"
---| "memory"
---| "thread"
---| "pending"
---| "cancelled"
---| "deadline"
---| "resolve"
---| "connect"
---| "tls"
---| "network"
---| "connect_timeout"
---| "attempt_timeout"
---| "stall_timeout"
---| "auth"
---| "rate_limit"
---| "redirect"
---| "rejected"
---| "server"
---| "gateway"
---| "unknown_outcome"
---| "reply"
---| "truncated"
---| "too_large"
---| "decode"
---| "link"
---| "address"
---| "file"

return luma
