#!/usr/bin/env bash
# Time and peak memory of whole audits on simulated tenants: requests, snapshot, reduction, all packs, JSON.
#
#   benches/simulator.sh [PROGRAM] [RUNS]
#
# PROGRAM is target/release/gwsaudit unless said, RUNS is 5 (the quickest counts: what else the machine does only adds).
# The simulator is a process of its own, so that its memory is not counted. Needs GNU time (`apt install time`).
set -euo pipefail

program=${1:-target/release/gwsaudit}
runs=${2:-5}
packs=(okta-workflows-gmail cis-gws-1.3 cis-gws-1.4 scuba-gws-1 app-exposure)
folder=$(mktemp -d)
simulator=
stop() {
    if [ -n "$simulator" ]; then kill "$simulator" && wait "$simulator" || true; simulator=; fi
}
trap 'stop; rm -rf "$folder"' EXIT

# scenario NAME SERVICE GENERATE
scenario() {
    cat > "$folder/$1.toml" <<TOML
about = "A generated tenant."
[customer]
id = "C0bench01"
primary_domain = "bench.example"
organization_name = "Bench Example"
[[user]]
email = "root@bench.example"
role = "super_admin"
[service]
$2
[generate]
$3
TOML
}

# measure NAME RUNS
measure() {
    mkdir -p "$folder/$1"
    "$program" simulator --scenario "$folder/$1.toml" --listen 127.0.0.1:0 --dir "$folder/$1" > "$folder/$1.log" &
    simulator=$!
    until grep -qs "^try:" "$folder/$1.log"; do kill -0 "$simulator"; sleep 0.05; done
    for _ in $(seq "$2"); do
        # Failed checks are no failure of the measurement.
        /usr/bin/time --quiet -a -o "$folder/$1.times" -f '%e %U %S %M' \
            "$program" audit --config "$folder/$1/gwsaudit.toml" "${packs[@]/#/--pack=}" --format json \
            --output "$folder/$1.json" 2> "$folder/$1.talk" || case $? in 1 | 3) ;; *) cat "$folder/$1.talk" >&2; exit 1 ;; esac
    done
    stop
    sort -n "$folder/$1.times" | head -1 | while read -r wall user system memory; do
        results=$(grep -c '"check":' "$folder/$1.json")
        printf '%-10s %7s s  (user %s s, system %s s)  %6d KiB at most  %d results\n' \
            "$1" "$wall" "$user" "$system" "$memory" "$results"
    done
}

large='policies = 5027
org_units = 200
groups = 300
memberships = 10
users = 2000'
scenario small '' 'policies = 27
org_units = 2
groups = 3
memberships = 5
users = 20'
scenario large '' "$large"
scenario throttled 'policy_reads_per_second = 1' "$large"

measure small "$runs"
measure large "$runs"
[ -n "${NO_THROTTLE:-}" ] || measure throttled 1
