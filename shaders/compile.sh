#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# GLSL -> optimized, validated SPIR-V. usage: compile.sh GLSLANG SPIRV-OPT SPIRV-VAL SHADERS GENERATED SOURCE OUTPUT DEPFILE [-D...]
set -e
glslang=$1 opt=$2 val=$3 shaders=$4 generated=$5 source=$6 output=$7 depfile=$8
shift 8
"$glslang" -V --target-env vulkan1.2 --quiet -I"$shaders" -I"$generated" "$@" --depfile "$depfile" -o "$output.raw" "$source"
sed -i "s|^[^:]*:|$output:|" "$depfile"
"$opt" --target-env=vulkan1.2 -O "$output.raw" -o "$output"
"$val" --target-env vulkan1.2 --scalar-block-layout "$output"
rm "$output.raw"
