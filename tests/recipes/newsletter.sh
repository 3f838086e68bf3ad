#!/bin/sh
# SPDX-License-Identifier: MIT
# The newsletter goes out to one reader.
set -eu
mails=$(mktemp -d)
mkfifo "$mails/ready"
${CMTA_SINK:-cmta sink} --listen 127.0.0.1:0 --quiet --count 1 --wait 30 --dir "$mails" >"$mails/ready" &
sink=$!
trap 'kill $sink 2>/dev/null || :; rm -r "$mails"' EXIT
read -r _ host port <"$mails/ready" # "listening 127.0.0.1 40587"

# What is tested; here curl stands for it.
printf 'Subject: News\r\n\r\nHello.\r\n' |
  curl -sS "smtp://$host:$port" --mail-from news@example.org --mail-rcpt bob@example.net -T -

wait $sink # 0 when the mail has come, 1 when it has not in 30 seconds
grep -q '^Subject: News' "$mails"/*.eml
