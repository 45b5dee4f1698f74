/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Shared by the convolutions of VK_KHR_cooperative_matrix. Operands are fp16, sums fp32. What is stored as fp32 is scaled
 * by a power of two before it becomes fp16, so that the largest number in a tile is between one and two: gradients may be
 * very small.
 */
#ifndef MATRIX_GLSL
#define MATRIX_GLSL

#pragma use_vulkan_memory_model
#extension GL_KHR_cooperative_matrix : require
#extension GL_KHR_memory_scope_semantics : require
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require

layout(constant_id = 3) const int M = 16; /* rows, columns and depth of the device's matrices */
layout(constant_id = 4) const int N = 16;
layout(constant_id = 5) const int DEPTH = 16;
layout(constant_id = 6) const int SUBGROUPS = 4;

#define matrix_a coopmat<float16_t, gl_ScopeSubgroup, M, DEPTH, gl_MatrixUseA>
#define matrix_b coopmat<float16_t, gl_ScopeSubgroup, DEPTH, N, gl_MatrixUseB>
#define matrix_sums coopmat<float, gl_ScopeSubgroup, M, N, gl_MatrixUseAccumulator>

float largest4(vec4 v)
{
    v = abs(v);
    return max(max(v.x, v.y), max(v.z, v.w));
}

/* Bits of the largest magnitude -> the power of two by which it becomes one to two; infinities and NaN stay. */
float scale_of(uint bits)
{
    uint exponent = clamp(bits >> 23, 1u, 253u);
    return bits == 0u ? 1.0 : uintBitsToFloat((254u - exponent) << 23);
}

#endif
