#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# symbols.sh LIBRARY LIST: what LIBRARY exports is what LIST says, at most 80 functions, all with the library's prefix.
set -eu
exported=$(nm -D --defined-only "$1" | awk '{print $3}' | LC_ALL=C sort)
if ! diff -u --label "$2" --label "$1" "$2" - <<<"$exported"; then
    echo "what is new is marked + and belongs in the list if programs may use it; what is gone (-) breaks those that did"
    exit 1
fi
grep -vn '^idiom_' "$2" && exit 1
[ "$(wc -l <"$2")" -le 80 ]
