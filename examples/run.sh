#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# examples/run.sh [VIDEO]: installs what is missing, builds, and stylizes VIDEO, or without one a clip that it draws.
# Environment: STYLE (default: the first shipped style), OUT (folder for the results, default: out), BUILD (build).
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
build=${BUILD:-$root/build}
out=${OUT:-$root/out}

if [ $# -gt 1 ] || [ "${1-}" = --help ]; then
    sed -n '3,4s/^# //p' "$0"
    exit 2
fi
if [ $# -eq 1 ] && [ ! -r "$1" ]; then
    echo "$1: cannot be read" >&2
    exit 1
fi

"$root/.ci/install"
[ -f "$build/build.ninja" ] || meson setup "$build" "$root" >"$build.log" 2>&1 || { cat "$build.log" >&2; exit 1; }
rm -f "$build.log"
ninja -C "$build" --quiet

mkdir -p "$out"
if [ $# -eq 1 ]; then
    video=$1
else
    video=$out/demo.mp4
    "$build/examples/idiom-demo-scene" "$video"
fi
name=$(basename "${video%.*}")

export GST_PLUGIN_PATH="$build/gst-plugin${GST_PLUGIN_PATH:+:$GST_PLUGIN_PATH}"
export IDIOM_STYLE_PATH="${IDIOM_STYLE_PATH:+$IDIOM_STYLE_PATH:}$root/styles"
exec "$build/tools/idiom-bench" video ${STYLE:+--style "$STYLE"} \
    --before-after "$out/$name-before-after.png" "$video" "$out/$name-stylized.mp4"
