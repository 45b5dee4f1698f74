/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CAMERA_GLSL
#define CAMERA_GLSL

#include "motion/trust.glsl"

const int BLOCK = 8; /* patches a side */

#endif
