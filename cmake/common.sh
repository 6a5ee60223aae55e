# Shared by ./check, ./demo, ./bench and .ci/run, which source it with the project's root as working directory.
# shellcheck shell=bash disable=SC2034 # whoever sources it uses the lists

# The Debian packages, by what they are needed for. INTAGLIO_NO_INSTALL=1 leaves the machine as it is.
packages_build=(g++ cmake ninja-build libboost-dev libxsimd-dev)
packages_examples=(zlib1g-dev liblzma-dev nlohmann-json3-dev libcli11-dev gnuplot-nox dataset-fashion-mnist)
packages_tests=(doctest-dev)
packages_benchmarks=(libbenchmark-dev jq time)
# Of Debian 13; ./bench --peers.
packages_peers=(clang-19 libdnnl-dev libxnnpack-dev libpthreadpool-dev)
packages_sanitizers=(clang-19 libclang-rt-19-dev)
packages_sets=(qemu-user) # its processors also run programs that choose their set themselves
packages_avx512=(g++ bochs bochsbios vgabios isolinux syslinux-common xorriso cpio)
packages_coverage=(gcovr)
packages_device=(gcc-arm-none-eabi libnewlib-dev libnewlib-arm-none-eabi libstdc++-arm-none-eabi-dev qemu-system-arm
    gcc-s390x-linux-gnu libc6-dev-s390x-cross qemu-user)
packages_devices=("${packages_device[@]}" g++-aarch64-linux-gnu g++-riscv64-linux-gnu g++-s390x-linux-gnu
    g++-arm-linux-gnueabihf gcc-riscv64-unknown-elf)
packages_processors=(g++-aarch64-linux-gnu g++-riscv64-linux-gnu g++-s390x-linux-gnu g++-arm-linux-gnueabihf
    g++-i686-linux-gnu g++-mips-linux-gnu g++-powerpc-linux-gnu qemu-user)

die() {
    printf '%s\n' "$*" >&2
    exit 1
}

apt() {
    if [ "$(id -u)" = 0 ]; then
        DEBIAN_FRONTEND=noninteractive apt-get "$@" </dev/null >&2
    elif command -v sudo >/dev/null; then
        sudo DEBIAN_FRONTEND=noninteractive apt-get "$@" </dev/null >&2
    else
        die "apt-get $* needs root or sudo"
    fi
}

is_installed() { dpkg-query -W -f='${Status}' "$1" 2>/dev/null | grep -q 'install ok installed'; }

lists_are_fresh=
update_lists() {
    [ -n "$lists_are_fresh" ] || apt update || true # without network, what is in the cache may do
    lists_are_fresh=1
}

# Whether a package is installed or this release of Debian has it.
is_available() {
    is_installed "$1" && return
    update_lists
    apt-cache policy "$1" | grep -q 'Candidate: [^(]'
}

install_missing() {
    [ -z "${INTAGLIO_NO_INSTALL:-}" ] || return 0
    command -v dpkg-query >/dev/null || die "this is no Debian: install the like of $* and set INTAGLIO_NO_INSTALL=1"
    local package missing=()
    for package in "$@"; do
        is_installed "$package" || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    printf 'installing: %s\n' "${missing[*]}" >&2
    update_lists
    apt install -y --no-install-recommends "${missing[@]}" || die "could not install ${missing[*]}"
}

# The versioned Clangs that this Debian offers: 12 has 14 and 19, 13 has 19.
clangs() {
    local version
    for version in 14 19; do
        if is_available clang-$version; then
            echo clang-$version
        else
            echo "this Debian has no clang-$version: what it would check is left out" >&2
        fi
    done
}

# Whether qemu has instruction sets that this machine has not got.
needs_qemu() { [ "$(uname -m)" = x86_64 ] && ! grep -qw avx2 /proc/cpuinfo; }

# run_quietly WHAT COMMAND...: runs the command, shows its output only if it fails, and then stops.
run_quietly() {
    local what=$1 log
    shift
    log=$(mktemp)
    printf '%s ...\n' "$what" >&2
    if ! "$@" >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        die "$what failed"
    fi
    rm -f "$log"
}

# check_preset PRESET [CMAKE ARGUMENT...]: configures, builds and tests a preset with the arguments `ctest_arguments`,
# and adds to `passed` and `failed`. Each entry of ctest that did not pass has failed, whatever the reason; a
# configuration or a build that fails is one failure more.
passed=0
failed=0
ctest_arguments=()
check_preset() {
    local preset=$1 results=build/$1/results.xml entries good since=$SECONDS
    shift
    printf '\n== %s\n' "$preset"
    rm -f "$results"
    if ! cmake --preset "$preset" -D INTAGLIO_REQUIRE_ALL=ON "$@"; then
        printf '%s: the configuration failed\n' "$preset"
        failed=$((failed + 1))
        return
    fi
    if ! cmake --build "build/$preset" -- -k 0; then
        printf '%s: the build failed\n' "$preset"
        failed=$((failed + 1))
    fi
    took "$preset: build" "$since"
    printf '\nThe ten targets of %s that took longest to build:\n' "$preset"
    awk -F '\t' 'NR > 1 { time[$4] = ($2 - $1) / 1000 } END { for (target in time) printf "%7.1f s  %s\n", time[target], target }' \
        "build/$preset/.ninja_log" | sort -rn | head -n 10
    since=$SECONDS
    ctest --test-dir "build/$preset" --parallel "$(nproc)" --output-on-failure --no-tests=error \
        --output-junit "$PWD/$results" "${ctest_arguments[@]}"
    took "$preset: tests" "$since"
    entries=$(grep -c '^[[:space:]]*<testcase ' "$results" 2>/dev/null || true)
    good=$(grep -c '^[[:space:]]*<testcase .*status="run"' "$results" 2>/dev/null || true)
    [ "${entries:-0}" -gt 0 ] || failed=$((failed + 1))
    passed=$((passed + ${good:-0}))
    failed=$((failed + ${entries:-0} - ${good:-0}))
}

# mark_counts NAME: passes on what another ./check says, so that its last line does not pass for that of the whole.
mark_counts() { sed -u -E "s/^[0-9]+ passed, [0-9]+ failed$/$1: &/"; }

# add_counts LOG: adds the `N passed, M failed` that ends the log of another ./check; one failure if it is not there.
add_counts() {
    if [[ $(tail -n 1 "$1") =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
        passed=$((passed + BASH_REMATCH[1]))
        failed=$((failed + BASH_REMATCH[2]))
    else
        failed=$((failed + 1))
    fi
}

# took WHAT SINCE: notes that a part of the work took all the time since then, in SECONDS of this shell.
times=
took() { times+=$(printf '%7d s  %s' $((SECONDS - $2)) "$1")$'\n'; }

# Prints how long the parts took and the one line that machines read, and ends.
finish() {
    printf '\n%s\n%d passed, %d failed\n' "$times" "$passed" "$failed"
    [ "$failed" = 0 ]
    exit
}
