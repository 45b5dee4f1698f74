#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# found.sh MESON BUILD: installs into a folder, lays that over the system's files, and uses everything from there without
# any environment variable that helps to find it. What lies over the system is seen by this script alone.
set -eu
if [ "${3-}" != inside ]; then
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    DESTDIR=$work/installed "$1" install -C "$2" --no-rebuild --quiet
    unshare --map-root-user --mount true 2>/dev/null || { echo "SKIP: no user and mount namespaces here"; exit 77; }
    unshare --map-root-user --mount "$0" "$1" "$2" inside "$work"
    exit
fi

work=$4
for folder in "$work"/installed/*; do
    over=/$(basename "$folder")
    mount -t overlay overlay -o "lowerdir=$folder:$over" "$over" 2>/dev/null ||
        { echo "SKIP: nothing can be laid over $over here"; exit 77; }
done
run() {
    env -i PATH=/usr/local/bin:/usr/bin:/bin HOME="$work" GST_REGISTRY="$work/registry" "$@"
}

set -x
run idiom-train info | grep -x starry-night
run idiom-train --version
run idiom-bench devices
completed=$(run bash -c '. "$0"; COMP_WORDS=(idiom-train di) COMP_CWORD=1; _idiom; echo "${COMPREPLY[@]}"
    COMP_WORDS=(idiom-train train --ini) COMP_CWORD=2; _idiom; echo "${COMPREPLY[@]}"
    COMP_WORDS=(idiom-train apply --style starry-night-n) COMP_CWORD=3; _idiom; echo "${COMPREPLY[@]}"' \
    "$(find "$work/installed" -path '*bash-completion/completions/idiom-train')")
[ "$completed" = "distill
--init
starry-night-nano" ]
pages=$(find "$work/installed" -path '*man1/idiom-*.1' | wc -l)
[ "$pages" = 0 ] || [ "$pages" = "$(find "$work/installed" -path '*/bin/idiom-*' | wc -l)" ]

# GStreamer looks in its own folder and the user's; another prefix cannot be found without being named
plugin=$(find "$work/installed" -name libgstidiom.so)
case ${plugin#"$work/installed"} in
"$(pkg-config --variable=pluginsdir gstreamer-1.0)"/*)
    run gst-launch-1.0 -q videotestsrc num-buffers=2 ! video/x-raw,width=64,height=64 ! idiom style=starry-night-nano ! \
        fakesink ;;
*)
    set +x
    echo "the element goes to ${plugin#"$work/installed"}: that it is found is not tested" ;;
esac
