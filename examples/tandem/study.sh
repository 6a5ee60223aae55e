#!/bin/sh
# study.sh OUTPUT [OPTION...]: converts every teacher in every mode, one after the other, and prints one table.
#
# A run whose results.json is in OUTPUT is skipped, and one that was stopped goes on, so that the same command again
# does what is left. Options go to the program: --threads 4, --stage2-epochs 5, ... Variables:
#   STUDY_PROGRAM   the program, by default build/native/examples/tandem_study of this repository, built if missing
#   STUDY_NETWORKS  "mlp convolutional vgg-small resnet20 alexnet"; left out by default is what reads CIFAR-10 or a
#                   file of weights that is not found
#   STUDY_BITS      "8 4 1"; resnet20 and alexnet have 8 and 4
#   STUDY_SEEDS     "1"
#   STUDY_TEACHERS  a folder of checkpoints NETWORK-BITS-seedSEED.intaglio, used where there is one
#   STUDY_RESNET20  the safetensors file of resnet20's teacher
set -u
if [ $# -lt 1 ]; then
    sed -n '2,13s/^# \{0,1\}//p' "$0" >&2
    exit 1
fi
output=$1
shift
root=$(dirname "$0")/../..
program=${STUDY_PROGRAM:-$root/build/native/examples/tandem_study}
if [ ! -x "$program" ]; then
    if [ -n "${STUDY_PROGRAM:-}" ]; then
        echo "$program is missing" >&2
        exit 1
    fi
    echo "$program is missing and is built now, which takes some minutes"
    (cd "$root" && cmake --preset native && cmake --build build/native --target tandem_study) || exit 1
fi
networks=${STUDY_NETWORKS:-mlp convolutional vgg-small resnet20 alexnet}
status=0
for seed in ${STUDY_SEEDS:-1}; do
    for network in $networks; do
        for bits in ${STUDY_BITS:-8 4 1}; do
            case $network-$bits in resnet20-1 | alexnet-1) continue ;; esac
            name=$network-$bits-seed$seed
            [ -f "$output/$name/results.json" ] && continue
            mkdir -p "$output/$name"
            teacher=${STUDY_TEACHERS:-}/$name.intaglio
            [ -n "${STUDY_TEACHERS:-}" ] && [ -f "$teacher" ] || teacher=
            resnet20=${STUDY_RESNET20:-$root/../shared/data/models/resnet20-cifar10.safetensors}
            [ "$network" = resnet20 ] && [ -f "$resnet20" ] && teacher=$resnet20
            echo "$name: see $output/$name/log.txt"
            "$program" --network "$network" --bits "$bits" --seed "$seed" --output "$output" --resume "$@" \
                ${teacher:+--teacher "$teacher"} > "$output/$name/log.txt" 2>&1
            result=$?
            if [ $result -eq 130 ]; then exit 130; fi
            if [ $result -ne 0 ]; then
                tail -n 1 "$output/$name/log.txt" >&2
                # Without CIFAR-10 the study is that of Fashion-MNIST.
                case $network in vgg-small | resnet20)
                    if [ -z "${STUDY_NETWORKS:-}" ] && [ $result -eq 1 ]; then break; fi ;;
                esac
                status=$result
            fi
        done
    done
done
"$program" --summary "$output" || exit $?
exit $status
