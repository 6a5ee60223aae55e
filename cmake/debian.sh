# The checks on another release of Debian: in a folder below build/debian/ that debootstrap fills once, and chroot enters.
# ./check sources it after common.sh.
# shellcheck shell=bash

# release_of NAME: the code name of `debian13`, or what follows `debian:`.
release_of() {
    case $1 in
    debian12) echo bookworm ;;
    debian13) echo trixie ;;
    debian14) echo forky ;;
    debian:[a-z]*) echo "${1#debian:}" ;;
    *) die "$1 is no release of Debian that is known here: name it as in debian:sid" ;;
    esac
}

# Whether this machine lets us have mounts and processes that vanish with what we run.
can_enclose() { unshare --mount --pid --fork true 2>/dev/null; }

# enclosed COMMAND...: runs it so that nothing that it mounts or starts outlives it, or Ctrl-C.
enclosed() {
    local rc=0
    if can_enclose; then
        setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child "$@" &
        # shellcheck disable=SC2064 # the process of now
        trap "kill -KILL $! 2>/dev/null; exit 130" INT TERM HUP
        wait $! || rc=$?
        trap - INT TERM HUP
        return $rc
    fi
    "$@"
}

# make_root RELEASE ROOT: a minimal system, from the mirror that this machine's own packages come from.
make_root() {
    local release=$1 root=$2 mirror script=$1
    install_missing debootstrap debian-archive-keyring
    update_lists
    # shellcheck disable=SC2016 # apt replaces it
    mirror=$(apt-get indextargets --format '$(REPO_URI)' \
        'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | head -n 1)
    [ -n "$mirror" ] || die "the apt sources of this machine name no mirror of Debian"
    [ -e "/usr/share/debootstrap/scripts/$release" ] || script=sid # a release that it does not know yet is made alike
    rm -rf --one-file-system "$root.partial"
    mkdir -p "$root.partial"
    run_quietly "making a Debian $release in $root" \
        enclosed debootstrap --variant=minbase "$release" "$root.partial" "$mirror" "$script"
    mv "$root.partial" "$root"
}

# in_root ROOT COMMAND...: runs it as root of the system there, in its folder /intaglio.
in_root() {
    local root=$1 mounts=:
    shift
    if can_enclose; then
        # shellcheck disable=SC2016 # for the inner shell
        mounts='mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev"'
    else
        echo "no mount is permitted here: going on without /proc" >&2
    fi
    # shellcheck disable=SC2016 # for the inner shell
    enclosed sh -c "$mounts"' && exec chroot "$0" env -i HOME=/root LC_ALL=C.UTF-8 \
        PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive \
        sh -c "cd /intaglio && exec \"\$@\"" sh "$@"' "$root" "$@"
}

# update_root ROOT: brings it up to date, by the network of this machine.
update_root() {
    local root=$1
    cp -L /etc/resolv.conf "$root/etc/resolv.conf"
    apt-config dump | grep -iE '^Acquire::https?::Proxy' >"$root/etc/apt/apt.conf.d/99proxy"
    mkdir -p "$root/intaglio"
    in_root "$root" sh -c 'dpkg --configure -a && apt-get -q update && apt-get -qy dist-upgrade' >"$root/upgrade.log" 2>&1 ||
        echo "$root cannot be brought up to date, as $root/upgrade.log tells: going on with what is there" >&2
}

# check_debian NAME [ARGUMENT...]: ./check ARGUMENT... of the last commit on that release; without arguments ./demo and
# ./check, as a new user would. Adds to `passed` and `failed`.
check_debian() {
    local name=$1 release root
    shift
    release=$(release_of "$name") || exit 1
    root=$PWD/build/debian/$release
    [ "$(id -u)" = 0 ] || die "./check $name needs root: it makes a Debian $release in a folder and changes its root there"
    [ -z "$(git_here status --porcelain)" ] || echo "what is not committed is not checked" >&2
    [ -d "$root" ] || make_root "$release" "$root"

    rm -rf --one-file-system "$root/intaglio"
    mkdir "$root/intaglio"
    git_here archive HEAD | tar -x -C "$root/intaglio" || die "the last commit cannot be copied to $root"
    update_root "$root"

    if [ $# = 0 ]; then
        printf '\n== %s: ./demo\n' "$name"
        if in_root "$root" ./demo; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
    fi
    printf '\n== %s: ./check %s\n' "$name" "$*"
    # shellcheck disable=SC2016 # for the inner shell
    in_root "$root" bash -c '. cmake/common.sh; ./check "$@" 2>&1 | tee check.log | mark_counts "$0"' "$name" "$@"
    add_counts "$root/intaglio/check.log"
}

# Also where the folder belongs to somebody else than root.
git_here() { git -c safe.directory="$PWD" "$@"; }
