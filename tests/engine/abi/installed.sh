#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# installed.sh MESON BUILD PREFIX SOURCE: installs to a temporary folder and uses the library from there as a program
# of somebody else would: headers, pkg-config files, libraries and styles.
set -eu
meson=$1 build=$2 prefix=$3 source=$4
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
DESTDIR=$root "$meson" install -C "$build" --no-rebuild --quiet

export PKG_CONFIG_PATH
PKG_CONFIG_PATH=$(dirname "$(find "$root" -name idiom.pc)")
sed -i "s|^prefix=|&$root|" "$PKG_CONFIG_PATH"/idiom*.pc
libdir=$(pkg-config --variable=libdir idiom)
headers=$(pkg-config --variable=includedir idiom)

# Each stable header alone, in C and C++; the unstable ones are out of reach.
mkdir "$root/stable"
ln -s "$headers/idiom" "$root/stable/idiom"
read -ra glib <<<"$(pkg-config --cflags glib-2.0)"
for header in "$headers"/idiom/*.h; do
    include=$(printf "#include <idiom/%s>\nint main(void);" "$(basename "$header")")
    cc -std=c17 -Wall -Wextra -Wpedantic -Werror -fsyntax-only -xc -I"$root/stable" "${glib[@]}" - <<<"$include"
    c++ -std=c++17 -Wall -Wextra -Wpedantic -Werror -fsyntax-only -xc++ -I"$root/stable" "${glib[@]}" - <<<"$include"
done
echo "stable headers: $(find "$headers/idiom" -name '*.h' | wc -l)"

flags=$(pkg-config --cflags --libs idiom-unstable)
# shellcheck disable=SC2086 # several words
cc -Wall -Werror "$source/tests/engine/abi/unstable.c" $flags -o "$root/unstable"

# The example program: three frames of noise, twice; what comes out is of the same size, the same both times, and not
# what went in.
flags=$(pkg-config --cflags --libs idiom)
# shellcheck disable=SC2086 # several words
cc -std=c17 -Wall -Wextra -Werror "$source/examples/stylize-raw.c" $flags -o "$root/stylize-raw"
[ "$(wc -l <"$source/examples/stylize-raw.c")" -le 40 ]
readelf -d "$root/stylize-raw" | grep -q 'NEEDED.*libidiom\.so\.'
head -c $((3 * 64 * 48 * 4)) "$source/styles/comic.safetensors" >"$root/in"
export LD_LIBRARY_PATH=$libdir IDIOM_STYLE_PATH=$root$prefix/share/idiom/styles
for run in 1 2; do
    "$root/stylize-raw" 64 48 starry-night-nano <"$root/in" >"$root/out$run"
done
cmp "$root/out1" "$root/out2"
[ "$(wc -c <"$root/in")" = "$(wc -c <"$root/out1")" ]
! cmp -s "$root/in" "$root/out1"
if "$root/stylize-raw" 64 48 no-such-style </dev/null 2>"$root/message"; then
    exit 1
fi
grep -q no-such-style "$root/message"

# The element finds the library and its styles.
element=$(find "$root" -name libgstidiom.so)
if [ -n "$element" ]; then
    GST_PLUGIN_PATH=$(dirname "$element") GST_REGISTRY=$root/registry gst-inspect-1.0 idiom >"$root/inspect"
    grep -q style-fade "$root/inspect"
fi
