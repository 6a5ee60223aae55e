# ./bench --peers: gets the peers, builds all workers and compares. ./bench sources it after common.sh.
#
# The library is built with every compiler at hand. oneDNN and XNNPACK come with Debian 13: this machine's own packages,
# or those of a Debian 13 in build/debian/trixie, whose programs run here through its own loader. ONNX Runtime comes
# from the Python index, into build/peers/python. RTNeural is in no index: INTAGLIO_PEER_RTNEURAL names a checkout.
# shellcheck shell=bash disable=SC2154 # common.sh has the lists of packages

. cmake/debian.sh

peers_architectures=(native)
! grep -qwE 'avx_vnni|avx512_vnni' /proc/cpuinfo || peers_architectures+=(haswell)
peers_arguments=()

# build_workers FOLDER COMPILER RTNEURAL [COMMAND...]: all workers, in FOLDER/COMPILER-ARCHITECTURE; COMMAND enters the
# root in which to build.
build_workers() {
    local folder=$1 compiler=$2 rtneural=$3 architecture
    shift 3
    for architecture in "${peers_architectures[@]}"; do
        run_quietly "building with $compiler for $architecture" "$@" sh -c "
            cmake -G Ninja -S benchmarks/peers -B '$folder/$compiler-$architecture' -D CMAKE_BUILD_TYPE=Release \
                -D CMAKE_CXX_COMPILER='$compiler' -D PEERS_ARCHITECTURE='$architecture' \
                -D INTAGLIO_PEER_RTNEURAL='$rtneural' &&
            cmake --build '$folder/$compiler-$architecture'"
    done
}

# add_library FOLDER COMPILER [LOADER...]: what was built with a compiler, by the name that its worker says.
add_library() {
    local folder=$1 compiler=$2 architecture option worker name
    shift 2
    for architecture in "${peers_architectures[@]}"; do
        option=--library
        [ "$architecture" = native ] || option=--avx2-library
        worker=$folder/$compiler-$architecture/intaglio_worker
        name=$("$@" "$worker" version) || die "the worker of $compiler does not run"
        peers_arguments+=("$option" "${name##*, }=$(printf '%q ' "$@" "$worker")")
    done
}

# add_peers FOLDER [LOADER...]: the peers' workers that were built there.
add_peers() {
    local folder=$1 name worker
    shift
    for name in oneDNN XNNPACK RTNeural; do
        worker=$folder/${name,,}_worker
        if [ -x "$worker" ]; then
            peers_arguments+=(--peer "$name=$(printf '%q ' "$@" "$worker")")
        elif [ "$name" = RTNeural ]; then
            peers_arguments+=(--missing "$name=no package has it; INTAGLIO_PEER_RTNEURAL names a checkout")
        else
            peers_arguments+=(--missing "$name=its package could not be had")
        fi
    done
}

# In a Debian 13 below build/debian: compilers, and the packages of the peers.
build_in_root() {
    local root=$PWD/build/debian/trixie rtneural=
    if [ "$(id -u)" != 0 ]; then
        peers_arguments+=(--missing "oneDNN, XNNPACK=Debian 13 has them, and making one in a folder needs root")
        return
    fi
    [ -d "$root" ] || make_root trixie "$root"
    if [ -z "${INTAGLIO_NO_INSTALL:-}" ]; then
        update_root "$root"
        in_root "$root" apt-get -qy install --no-install-recommends "${packages_build[@]}" "${packages_peers[@]}" \
            >"$root/peers.log" 2>&1 || die "$root cannot have the peers' packages, as $root/peers.log tells"
    fi
    mkdir -p "$root/intaglio" "$root/peers/benchmarks"
    rm -rf "$root/peers/include" "$root/peers/benchmarks/peers" "$root/peers/rtneural"
    cp -a include "$root/peers/include"
    cp -a benchmarks/peers "$root/peers/benchmarks/peers"
    if [ -n "${INTAGLIO_PEER_RTNEURAL:-}" ]; then
        cp -a "$INTAGLIO_PEER_RTNEURAL" "$root/peers/rtneural" || die "there is no RTNeural in $INTAGLIO_PEER_RTNEURAL"
        rtneural=/peers/rtneural
    fi
    local loader
    loader=$(echo "$root"/usr/lib/*/ld-linux*.so*)
    for compiler in g++ clang++-19; do
        # shellcheck disable=SC2016 # for the inner shell
        build_workers /peers/build "$compiler" "$rtneural" in_root "$root" sh -c 'cd /peers && exec "$@"' sh
        add_library "$root/peers/build" "$compiler" "$loader" --library-path "${loader%/*}"
    done
    add_peers "$root/peers/build/g++-native" "$loader" --library-path "${loader%/*}"
}

# compare_with_peers PATTERN JSON: everything; tables and charts go beside the JSON.
compare_with_peers() {
    local pattern=$1 json=$2 python=$PWD/build/peers/python/bin/python release=12
    install_missing "${packages_build[@]}" python3 python3-venv gnuplot-nox
    run_quietly "testing the runner" python3 -B benchmarks/peers/compare_test.py
    [ -x "$python" ] || run_quietly "making build/peers/python" python3 -m venv build/peers/python
    "$python" -c 'import onnx, onnxruntime' 2>/dev/null || "$python" -m pip install -q onnx onnxruntime >&2 || true
    if "$python" -c 'import onnx, onnxruntime' 2>/dev/null; then
        peers_arguments+=(--peer "ONNX Runtime=$(printf '%q ' "$python" "$PWD/benchmarks/peers/onnx_runtime.py")")
    else
        peers_arguments+=(--missing "ONNX Runtime=the Python index does not give it")
    fi

    # shellcheck disable=SC1091 # every Debian has it
    [ ! -e /etc/os-release ] || release=$(. /etc/os-release && echo "${VERSION_ID:-99}")
    if [ "$release" -ge 13 ]; then
        install_missing "${packages_peers[@]}"
        for compiler in g++ clang++-19; do
            build_workers "$PWD/build/peers" "$compiler" "${INTAGLIO_PEER_RTNEURAL:-}"
            add_library "$PWD/build/peers" "$compiler"
        done
        add_peers "$PWD/build/peers/g++-native"
    else
        build_workers "$PWD/build/peers" g++ ""
        add_library "$PWD/build/peers" g++
        build_in_root
    fi
    python3 -B benchmarks/peers/compare.py "${peers_arguments[@]}" --only "$pattern" \
        --json "$json" --markdown "${json%.json}.md" --chart "${json%.json}.svg" || die "the comparison failed"
}
