#!/bin/sh
# A web shop's back-end without SQLite, in curl: posts a customer and an order through the agent on this machine, looks the order up,
# and changes its state knowing what was shown.
#
#   tributary-agent run --listen 127.0.0.1:7441 &
#   agent/examples/loopback.sh /var/lib/tributary-agent
set -eu
folder=${1:?Name the folder of the agent.}
address=$(cat "$folder/loopback.address")

ask() { # PATH BODY [HEADER...]
    path=$1 body=$2
    shift 2
    curl --silent --show-error --fail-with-body "$@" --header "Authorization: Bearer $(cat "$folder/loopback.secret")" \
        --header 'Content-Type: application/json' --data "$body" "$address$path"
    echo
}

# The key names the batch: whoever is not sure that it arrived sends the same bytes under the same key again.
ask /v1/writes '{"writes": [
    {"entity": "customer", "key": "C7", "fields": {"name": "Ada Byron", "email": "ada@example.com"}},
    {"entity": "order", "key": "W1001", "fields":
        {"number": "W1001", "customer": {"key": "C7"}, "state": "placed", "total": "49.90", "currency": "GBP"}}
]}' --header 'Idempotency-Key: example-order-W1001'

found=$(ask /v1/orders/search '{"number": "W1001"}')
echo "$found"

# The token and the record's name, as the look-up gave them. (In earnest: with jq, or your language's JSON.)
seen=$(echo "$found" | sed 's/.*"seen":"\([^"]*\)".*/\1/')
record=$(echo "$found" | sed 's/.*"orders":\[{"record":"\([^"]*\)".*/\1/')
ask /v1/writes '{"writes": [{"record": "'"$record"'", "fields": {"state": "cancelled"}, "seen": "'"$seen"'"}]}' \
    --header "Idempotency-Key: $(cat /proc/sys/kernel/random/uuid)"
