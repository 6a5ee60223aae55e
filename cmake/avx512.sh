# The tests of kernels for AVX-512 on any machine, in an emulator. ./check sources it after common.sh.
# shellcheck shell=bash

# Naive references of these take hours there: of floats, which have no kernel for AVX-512 alone, and of all extents.
avx512_without='*real convolutions*,*every number of channels*,*window sums give weights an offset*'

# check_avx512 [WORD]: compiles the tests for both kinds of AVX-512 and runs those whose names contain WORD, all unless
# given, on the emulated machine; adds to `passed` and `failed`. A program that does not end is a failure more.
check_avx512() {
    local word=${1:-} folder=build/avx512 sets=(icelake-client skylake-avx512) set test since=$SECONDS log good bad
    install_missing "${packages_build[@]}" "${packages_tests[@]}" "${packages_avx512[@]}"
    mkdir -p "$folder"
    rm -f "$folder"/*.o "$folder"/*.log
    for set in "${sets[@]}"; do
        rm -f "$folder/$set"
        for test in main kernels_test plane_kernels_test pool_kernels_test operations_test; do
            echo "-march=$set -c tests/$test.cpp -o $folder/$set.$test.o"
        done
    done | xargs -P "$(nproc)" -L 1 "${CXX:-g++}" -std=c++20 -O2 -Iinclude -Itests
    for set in "${sets[@]}"; do
        "${CXX:-g++}" -static "$folder/$set".*.o -o "$folder/$set" || rm -f "$folder/$set"
    done
    took "avx512: build" "$since"
    since=$SECONDS
    for set in "${sets[@]}"; do
        BOCHS_SECONDS=3600 tests/avx512/run.sh "$folder/$set" --no-skip --no-colors --duration=true "--test-case=*$word*" \
            "--test-case-exclude=$avx512_without" >"$folder/$set.log" 2>&1 9>&- &
    done
    wait
    for set in "${sets[@]}"; do
        log=$folder/$set.log
        printf '\n== %s, emulated\n' "$set"
        cat "$log"
        # [doctest] test cases: 15 | 14 passed | 1 failed | 3 skipped
        read -r good bad <<<"$(sed -nE 's/.*test cases: +[0-9]+ \| +([0-9]+) passed \| +([0-9]+) failed.*/\1 \2/p' "$log")"
        [ "${good:-0}" -gt 0 ] || bad=$((${bad:-0} + 1))
        passed=$((passed + ${good:-0}))
        failed=$((failed + ${bad:-0}))
    done
    took "avx512: tests" "$since"
}
