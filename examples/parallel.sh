#!/bin/sh
# SPDX-License-Identifier: MIT
# Fetches many ids with several processes. GNU parallel distributes the lines of
# standard input in blocks to the workers, so each id is requested once. Prints
# the tasks, one JSON object a line. The exit code is the number of workers that
# failed.
#
#   LUMA_GATEWAY_TOKEN=… sh examples/parallel.sh < ids.txt > tasks.jsonl
#
# One luma has 8 requests in flight, which is enough for most gateways. Several
# processes help if reading the responses takes most of the time, or on several
# machines (parallel --sshlogin).
exec parallel --will-cite --pipe -N "${BLOCK:-1000}" --jobs "${JOBS:-4}" \
  "${LUMA:-luma} get --quiet -"
