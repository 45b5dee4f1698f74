// SPDX-License-Identifier: LGPL-2.1-or-later
// The functions that are averaged to a loss; numbers are those of engine/ops/reduce.c.
#ifndef REDUCE_GLSL
#define REDUCE_GLSL

layout(constant_id = 3) const int FUNCTION = 0;
const int MEAN = 0;
const int SQUARE = 1;
const int ABSOLUTE = 2;

// of a difference or of a value; T is float or vec4
#define loss_value(v) (FUNCTION == SQUARE ? (v) * (v) : FUNCTION == ABSOLUTE ? abs(v) : (v))
#define loss_slope(T, v) (FUNCTION == SQUARE ? 2.0 * (v) : FUNCTION == ABSOLUTE ? sign(v) : T(1))

#endif
