#!/usr/bin/env bash
# run.sh PROGRAM [ARGUMENT...]: runs a statically linked program on an emulated machine that has AVX-512 with VNNI and
# VPOPCNTDQ, shows what it prints, and ends as it ends; 124 after BOCHS_SECONDS seconds, 1800 unless set. The program
# finds the files of BOCHS_FILES, names in this project's tests/, in its folder, and no others.
#
# The machine is Bochs, the only emulator in Debian that knows AVX-512: it boots a Linux of Debian, which is unpacked
# below build/avx512/ and not installed, from a CD image made for this run. A thousandth of the speed of a real one is
# what to expect, and minutes until the program starts.
set -u
program=$(realpath "$1") || exit 1
shift
cd "$(dirname "$0")/../.." || exit 1
. cmake/common.sh
install_missing "${packages_avx512[@]}"

cache=build/avx512
mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9
if [ ! -e "$cache/vmlinuz" ]; then
    # Linux 6.1 does not survive its own messages there. What is called 6.12 on Debian 12 is the only one on Debian 13.
    kernel=
    for name in linux-image-6.12-cloud-amd64 linux-image-cloud-amd64; do
        if is_available $name; then
            kernel=$(apt-cache depends $name | awk '$1 == "Depends:" && $2 ~ /^linux-image/ { print $2; exit }')
            break
        fi
    done
    [ -n "$kernel" ] || die "this Debian has no package linux-image-cloud-amd64"
    folder=$(mktemp -d)
    (cd "$folder" && apt-get download -q "$kernel" >&2 && dpkg-deb -x ./*.deb .) || die "$kernel could not be downloaded"
    mv "$folder"/boot/vmlinuz-* "$cache/vmlinuz"
    rm -rf "$folder"
fi
if [ ! "$cache/init" -nt tests/avx512/init.cpp ]; then
    "${CXX:-g++}" -O1 -static tests/avx512/init.cpp -o "$cache/init" || exit 1
fi
exec 9>&-

here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
mkdir -p "$here/root/dev" "$here/root/tests" "$here/disc"
cp "$cache/init" "$here/root/init"
cp "$program" "$here/root/program"
# shellcheck disable=SC2086 # a list
[ -z "${BOCHS_FILES:-}" ] || (cd tests && cp -r --parents $BOCHS_FILES "$here/root/tests")
printf '%s\n' "$@" | sed '/^$/d' >"$here/root/arguments"
mknod "$here/root/dev/console" c 5 1 2>/dev/null || die "tests/avx512/run.sh needs root, for /dev/console"
(cd "$here/root" && find . | cpio -o -H newc --quiet) >"$here/disc/initrd"
cp "$cache/vmlinuz" /usr/lib/ISOLINUX/isolinux.bin /usr/lib/syslinux/modules/bios/ldlinux.c32 "$here/disc"
# The sizes of the states that XSAVE keeps are right in Bochs's Ice Lake as long as neither protection keys nor compacted
# states are in use.
cat >"$here/disc/isolinux.cfg" <<'END'
default linux
label linux
kernel vmlinuz
append initrd=initrd console=ttyS0 quiet nokaslr mitigations=off panic=1 ibt=off idle=halt tsc=reliable lpj=1000000 no_timer_check lsm= clearcpuid=pku,ospke,xsavec,xsaves
END
xorriso -as mkisofs -quiet -o "$here/disc.iso" -b isolinux.bin -c boot.cat -no-emul-boot -boot-load-size 4 \
    -boot-info-table "$here/disc" 2>/dev/null || die "xorriso could not write the disc"

# Its debugger waits for a command before the first instruction; the screen is one that nobody looks at.
echo c >"$here/commands"
cat >"$here/bochsrc" <<END
cpu: model=corei7_icelake_u, ips=20000000
megs: 512
boot: cdrom
ata0-master: type=cdrom, path=$here/disc.iso, status=inserted
com1: enabled=1, mode=file, dev=$here/serial
display_library: rfb, options="timeout=0"
plugin_ctrl: unmapped=1, biosdev=1, speaker=0, extfpuirq=1, parallel=0, serial=1, gameport=0, iodebug=0
sound: driver=dummy
clock: sync=none
log: $here/log
panic: action=fatal
romimage: file=/usr/share/bochs/BIOS-bochs-latest
vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest
END
timeout --kill-after=10 "${BOCHS_SECONDS:-1800}" bochs-bin -q -rc "$here/commands" -f "$here/bochsrc" \
    >"$here/output" 2>&1 </dev/null
touch "$here/serial"
tr -d '\r' <"$here/serial" | awk '/^program ends: / { exit } shown { print } /^program starts$/ { shown = 1 }'
status=$(tr -d '\r' <"$here/serial" | sed -n 's/^program ends: //p' | tail -n 1)
if [ -z "$status" ]; then
    echo "the emulated machine stopped, or its time ran out, before the program had ended" >&2
    tail -n 20 "$here/serial" >&2
    grep -a -v RDMSR "$here/log" | tail -n 5 >&2
    exit 124
fi
exit "$status"
