/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef LUMA_GLSL
#define LUMA_GLSL

/* of RGB (ITU-R BT.709's weights) */
float luma(vec3 rgb)
{
    return dot(rgb, vec3(0.2126, 0.7152, 0.0722));
}

#endif
