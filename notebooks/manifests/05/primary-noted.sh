#!/bin/sh
# Wait until Patroni has noted the last change of the primary.
#
# A new primary writes the note some seconds after its election, beside the settings. Whoever changes a
# setting in that moment is refused: "Config modification aborted due to concurrent changes".
set -eu

# Each new primary begins a new timeline: the first one has 1. There is none while it is still a replica.
TIMELINE="SELECT ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int
          WHERE NOT pg_is_in_recovery()"

primary() {
	kubectl get pods -l app=pg,role=primary -o jsonpath='{.items[0].metadata.name}'
}

timeline() {
	kubectl exec "$(primary)" -- psql -h /tmp -U postgres -Atc "$TIMELINE"
}

# The note is a list, [[1, …], [2, …]]: of each timeline that came to an end.
ended() {
	kubectl get configmap pg-config -o jsonpath='{.metadata.annotations.history}' |
		grep -o '\[[0-9][0-9]*,' | tail -1 | tr -d '[,'
}

until [ "$(timeline)" = "$(($(ended) + 1))" ]; do :; done
