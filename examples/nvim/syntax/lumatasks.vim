" SPDX-License-Identifier: MIT
" Colours for the buffers of :LumaTasks: the header, the problem, and the state
" at the start of each line.

if exists("b:current_syntax")
  finish
endif

syntax match lumaTasksHeader /\%1l.*/
syntax match lumaTasksProblem /\%2l.*/
syntax match lumaTasksWaiting /\%>2l^waiting\>/
syntax match lumaTasksPending /\%>2l^pending\>/
syntax match lumaTasksProcessing /\%>2l^processing\>/
syntax match lumaTasksCompleted /\%>2l^completed\>/
syntax match lumaTasksFailed /\%>2l^\(failed\|missing\|error\)\>/
syntax match lumaTasksLink /\<https\?:\/\/\S\+$/

highlight default link lumaTasksHeader Title
highlight default link lumaTasksProblem ErrorMsg
highlight default link lumaTasksWaiting Comment
highlight default link lumaTasksPending Type
highlight default link lumaTasksProcessing Identifier
highlight default link lumaTasksCompleted String
highlight default link lumaTasksFailed WarningMsg
highlight default link lumaTasksLink Underlined

let b:current_syntax = "lumatasks"
