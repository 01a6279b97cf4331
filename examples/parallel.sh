#!/bin/sh
# SPDX-License-Identifier: MIT
# Asks for many ids with several processes at once: GNU parallel deals the
# lines of standard input out, a block to each worker, so that each id is asked
# for once. Prints the tasks, one JSON object a line; ends with the number of
# workers that did not have it all, 0 if all is well.
#
#   LUMA_GATEWAY_TOKEN=… sh examples/parallel.sh < ids.txt > tasks.jsonl
#
# One luma has 8 requests under way, which is plenty for most gateways. More of
# them pay where reading the replies is what takes the time, and on several
# machines (parallel --sshlogin).
exec parallel --will-cite --pipe -N "${BLOCK:-1000}" --jobs "${JOBS:-4}" \
  "${LUMA:-luma} get --quiet -"
