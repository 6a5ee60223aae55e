#!/bin/sh
# study.sh OUTPUT [OPTION...]: converts every teacher in every mode, one after the other, and prints one table.
#
# A run whose results.json is in OUTPUT is skipped, and one that was stopped goes on, so that the same command again
# does what is left. Options go to the program: --threads 4, --stage2-epochs 5, ... Variables:
#   STUDY_PROGRAM   the program, by default build/native/examples/tandem of this repository
#   STUDY_NETWORKS  "mlp convolutional vgg-small"; vgg-small is left out by default if CIFAR-10 is not found
#   STUDY_BITS      "8 4 1"
#   STUDY_SEEDS     "1"
#   STUDY_TEACHERS  a folder of checkpoints NETWORK-BITS-seedSEED.intaglio, used where there is one
set -u
if [ $# -lt 1 ]; then
    sed -n '2,11s/^# \{0,1\}//p' "$0" >&2
    exit 1
fi
output=$1
shift
root=$(dirname "$0")/../..
program=${STUDY_PROGRAM:-$root/build/native/examples/tandem}
if [ ! -x "$program" ]; then
    echo "$program is missing: cmake --preset native && cmake --build build/native --target tandem" >&2
    exit 1
fi
networks=${STUDY_NETWORKS:-mlp convolutional vgg-small}
status=0
for seed in ${STUDY_SEEDS:-1}; do
    for network in $networks; do
        for bits in ${STUDY_BITS:-8 4 1}; do
            name=$network-$bits-seed$seed
            [ -f "$output/$name/results.json" ] && continue
            mkdir -p "$output/$name"
            teacher=${STUDY_TEACHERS:-}/$name.intaglio
            [ -n "${STUDY_TEACHERS:-}" ] && [ -f "$teacher" ] || teacher=
            echo "$name: see $output/$name/log.txt"
            "$program" --network "$network" --bits "$bits" --seed "$seed" --output "$output" --resume "$@" \
                ${teacher:+--teacher "$teacher"} > "$output/$name/log.txt" 2>&1
            result=$?
            if [ $result -eq 130 ]; then exit 130; fi
            if [ $result -ne 0 ]; then
                tail -n 1 "$output/$name/log.txt" >&2
                # Without CIFAR-10 the study is that of Fashion-MNIST.
                if [ "$network" = vgg-small ] && [ -z "${STUDY_NETWORKS:-}" ] && [ $result -eq 1 ]; then break; fi
                status=$result
            fi
        done
    done
done
"$program" --summary "$output" || exit $?
exit $status
