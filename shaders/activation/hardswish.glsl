/* SPDX-License-Identifier: LGPL-2.1-or-later */
vec4 activate_hardswish(vec4 x)
{
    return x * clamp(x * (1.0 / 6.0) + 0.5, 0.0, 1.0);
}

/* of the argument: the function falls and rises again, so its result does not determine it */
vec4 slope_hardswish(vec4 x)
{
    return mix(mix(x * (1.0 / 3.0) + 0.5, vec4(1), greaterThanEqual(x, vec4(3))), vec4(0), lessThanEqual(x, vec4(-3)));
}
