#!/usr/bin/env bash
# self_test.sh FOLDER: run.sh accepts a page that is right, and refuses each of those that are not, for its reason.
set -u
here=$(cd "$(dirname "$0")" && pwd)
folder=$1
mkdir -p "$folder"
failed=0

# page REASON: reads a page, whose fences are written '''; run.sh refuses it with these words, or accepts it if there are none.
page() {
    local answer verdict=refused
    sed "s/^'''/\`\`\`/" >"$folder/page.md"
    answer=$(bash "$here/run.sh" "$folder/page.md" "$here" "$folder/work" 2>&1) && verdict=accepted
    case $verdict:$1:$answer in
    accepted::*) ;;
    refused:?*:*"$1"*) ;;
    *)
        printf 'a page was %s; expected: %s\n%s\n' "$verdict" "${1:-accepted}" "$answer"
        failed=1
        ;;
    esac
}

page '' <<'EOP'
<!-- file: a.txt -->
'''text
one
'''

<!-- append: a.txt -->
'''text
two and three
'''

<!-- run -->
'''sh
git clone "<address>" library
ls library/run.sh
cat a.txt
'''

<!-- output -->
'''text
one
two...three
'''

<!-- run: fails -->
'''sh
grep four a.txt
'''
EOP

page 'a block of code without a comment' <<'EOP'
'''sh
true
'''
EOP

page 'no block of code follows' <<'EOP'
<!-- run -->
true
EOP

page 'the last block does not end' <<'EOP'
<!-- run -->
'''sh
true
EOP

page 'the commands failed' <<'EOP'
<!-- run -->
'''sh
false
true
'''
EOP

! command -v dpkg-query >/dev/null || page 'the commands failed' <<'EOP'
<!-- run -->
'''sh
sudo apt install no-such-package-anywhere
'''
EOP

page 'the commands did not fail' <<'EOP'
<!-- run: fails -->
'''sh
true
'''
EOP

page 'did not print: three...two' <<'EOP'
<!-- run -->
'''sh
echo two and three
'''

<!-- output -->
'''text
three...two
'''
EOP

page 'has no output' <<'EOP'
<!-- run -->
'''sh
true
'''
EOP

page 'unknown comment: runs' <<'EOP'
<!-- runs -->
'''sh
true
'''
EOP
exit $failed
