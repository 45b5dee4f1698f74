/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Can be compiled where conv2d_matrix.comp can; see shaders/meson.build. */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "matrix.glsl"

void main()
{
    matrix_sums sums = matrix_sums(0.0);
}
