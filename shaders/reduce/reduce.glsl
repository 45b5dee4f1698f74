// SPDX-License-Identifier: LGPL-2.1-or-later
// The functions that are averaged to a loss.
#ifndef REDUCE_GLSL
#define REDUCE_GLSL

layout(constant_id = 3) const int FUNCTION = 0; // ReduceFunction

// of a difference or of a value; T is float or vec4
#define loss_value(v) (FUNCTION == REDUCE_SQUARE ? (v) * (v) : FUNCTION == REDUCE_ABSOLUTE ? abs(v) : (v))
#define loss_slope(T, v) (FUNCTION == REDUCE_SQUARE ? 2.0 * (v) : FUNCTION == REDUCE_ABSOLUTE ? sign(v) : T(1))

#endif
