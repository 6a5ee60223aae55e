# Exported and imported ONNX files in ONNX Runtime and in qonnx. ./check sources it after common.sh.
# shellcheck shell=bash

# make_python FOLDER PACKAGE...: a Python environment in FOLDER with packages of the Python index, each named as it is
# imported.
make_python() {
    local folder=$1 package
    shift
    install_missing python3 python3-venv
    [ -x "$folder/bin/python" ] || run_quietly "making $folder" python3 -m venv "$folder"
    for package in "$@"; do
        "$folder/bin/python" -c "import $package" 2>/dev/null ||
            run_quietly "installing $package in $folder" "$folder/bin/python" -m pip install "$package"
    done
}

# check_onnx: exports networks with every operation, runs them on 1000 images each and compares all logits; prints in how
# many values the QDQ files differ, also that of the network of the demo; adds to `passed` and `failed`.
check_onnx() {
    local folder=build/onnx since=$SECONDS name good bad
    install_missing "${packages_build[@]}" "${packages_examples[@]}"
    mkdir -p "$folder"
    make_python "$folder/python" numpy onnx onnxruntime qonnx
    for name in write trained; do
        "${CXX:-g++}" -std=c++20 -O1 -march=native -Iinclude -Itests "tests/export_onnx/$name.cpp" -o "$folder/$name" \
            -pthread -lz -llzma || die "tests/export_onnx/$name.cpp does not compile"
    done
    took "onnx: build" "$since"
    since=$SECONDS
    rm -rf "$folder/networks"
    "$folder/write" "$folder/networks" || die "$folder/write failed"
    "$folder/trained" "$folder/networks/fashion_mnist" || die "$folder/trained failed"
    "$folder/python/bin/python" -B tests/export_onnx/check.py "$folder/networks" >"$folder/log"
    cat "$folder/log"
    # ONNX Runtime 1.32.0: 14 passed, 0 failed
    read -r good bad <<<"$(sed -nE 's/.*: ([0-9]+) passed, ([0-9]+) failed$/\1 \2/p' "$folder/log")"
    [ "${good:-0}" -gt 0 ] || bad=$((${bad:-0} + 1))
    passed=$((passed + ${good:-0}))
    failed=$((failed + ${bad:-0}))
    took "onnx: tests" "$since"
    check_import "$folder"
}

# check_import FOLDER: imports networks as other tools export them and compares their logits.
check_import() {
    local folder=$1 since=$SECONDS good bad
    "${CXX:-g++}" -std=c++20 -O1 -Iinclude tools/intaglio-import.cpp -o "$folder/intaglio-import" ||
        die "tools/intaglio-import.cpp does not compile"
    CXX=${CXX:-g++} "$folder/python/bin/python" -B tests/import_onnx/check.py "$folder/intaglio-import" \
        "$folder/imported" >"$folder/log"
    cat "$folder/log"
    read -r good bad <<<"$(sed -nE 's/.*: ([0-9]+) passed, ([0-9]+) failed$/\1 \2/p' "$folder/log")"
    [ "${good:-0}" -gt 0 ] || bad=$((${bad:-0} + 1))
    passed=$((passed + ${good:-0}))
    failed=$((failed + ${bad:-0}))
    took "onnx: imports" "$since"
}
