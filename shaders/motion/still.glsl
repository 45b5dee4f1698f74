/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef STILL_GLSL
#define STILL_GLSL

const float STILL = 0.06; /* pixels: less motion than this is none, and nothing is interpolated */

#endif
