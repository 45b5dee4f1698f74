/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef TRUST_GLSL
#define TRUST_GLSL

/* How far a patch of flow_patch is to be trusted, 0 .. 1: by what there is to see in it, and how well that fits. */
float trust(vec4 motion)
{
    return motion.z / (motion.z + 1.0) / (1.0 + 8.0 * motion.w);
}

#endif
