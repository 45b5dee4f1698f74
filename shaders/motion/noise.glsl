/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef NOISE_GLSL
#define NOISE_GLSL

/* deviation of a pixel's luma from which it counts as a sensor's noise, and from which it surely is */
const vec2 NOISE = vec2(0.006, 0.0095);

#endif
