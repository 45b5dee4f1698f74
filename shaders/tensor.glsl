/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tensors in shaders. Every shader that touches planes includes this and is compiled four times:
 *   LANE   buffers read through texel buffers (CPU drivers: many times faster than loading vec4s)
 *   VECTOR storage buffers of vec4 (GPUs)
 * each with fp32 or, with HALF, fp16 storage. Arithmetic is fp32 always.
 *
 * Planes are NC4HW4: load4(t, d, n, c4, y, x) yields channels 4 c4 .. 4 c4 + 3 at a position as a vec4;
 * d is the tensor's ivec4 (w, h, c, n) from the push constants. In lane tensors the pictures of a batch lie
 * side by side: row y of block c4 holds x of picture 0, then of picture 1, and so on.
 * Channels beyond c in the last block are zero, and whoever writes planes keeps it so (keep_tail).
 *
 * Flat tensors are addresses (buffer_reference): Floats(p).v[i], Vec4s(p).v[i], Bytes as uints.
 */
#ifndef TENSOR_GLSL
#define TENSOR_GLSL

#include "enums.glsl"

#extension GL_EXT_buffer_reference : require
#extension GL_EXT_scalar_block_layout : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_shader_explicit_arithmetic_types_int64 : enable
#ifdef HALF
#extension GL_EXT_shader_16bit_storage : require
#endif

layout(local_size_x_id = 0, local_size_y_id = 1, local_size_z_id = 2) in;

layout(buffer_reference, scalar, buffer_reference_align = 4) buffer Floats {
    float v[];
};
layout(buffer_reference, scalar, buffer_reference_align = 16) buffer Vec4s {
    vec4 v[];
};
layout(buffer_reference, scalar, buffer_reference_align = 4) buffer Uints {
    uint v[];
};

#ifdef LANE
#ifdef HALF
#define TENSOR_ELEMENT uvec2
/* packing may cut off digits, and lavapipe's does: rounds to nearest what is then a half float already */
uvec2 tensor_element(vec4 v)
{
    v = uintBitsToFloat((floatBitsToUint(v) + 0x1000u) & 0xffffe000u);
    return uvec2(packHalf2x16(v.xy), packHalf2x16(v.zw));
}
#else
#define TENSOR_ELEMENT vec4
#define tensor_element(v) (v)
#endif
/*
 * One buffer seen in two ways: on lavapipe fetching a texel is many times faster than loading a vec4 from a buffer,
 * and storing a vec4 to a buffer four times faster than imageStore.
 */
#define PLANES_IN(slot, name) layout(set = 0, binding = slot) uniform textureBuffer name
#define PLANES_OUT(slot, name)                                                                                         \
    layout(set = 0, binding = slot + 8, std430) writeonly buffer name##_texels                                         \
    {                                                                                                                  \
        TENSOR_ELEMENT v[];                                                                                            \
    }                                                                                                                  \
    name##_memory
#define PLANES_INOUT(slot, name)                                                                                       \
    PLANES_IN(slot, name);                                                                                             \
    PLANES_OUT(slot, name)
/* planes in fp32, whatever the precision of the others; stored by store4_full */
#define FULL_PLANES_IN(slot, name) PLANES_IN(slot, name)
#define FULL_PLANES_OUT(slot, name)                                                                                    \
    layout(set = 0, binding = slot + 8, std430) writeonly buffer name##_texels                                         \
    {                                                                                                                  \
        vec4 v[];                                                                                                      \
    }                                                                                                                  \
    name##_memory
#define store4_full(t, d, n_, c4_, y_, x_, value) t##_memory.v[tensor_index(d, n_, c4_, y_, x_)] = value
#define tensor_index(d, n_, c4_, y_, x_) (((c4_) * (d).y + (y_)) * ((d).w * (d).x) + (n_) * (d).x + (x_))
#define load4(t, d, n_, c4_, y_, x_) texelFetch(t, tensor_index(d, n_, c4_, y_, x_))
#define store4(t, d, n_, c4_, y_, x_, value)                                                                           \
    t##_memory.v[tensor_index(d, n_, c4_, y_, x_)] = tensor_element(value)
/* -1 at a position outside of d, otherwise 0, without a branch */
#define outside_mask(d, y_, x_) (((x_) | (y_) | ((d).x - 1 - (x_)) | ((d).y - 1 - (y_))) >> 31)
/* outside: robustBufferAccess2 makes a load yield zero and drops a store, and -1 asks for it */
#define tensor_index_or_outside(d, n_, c4_, y_, x_) (tensor_index(d, n_, c4_, y_, x_) | outside_mask(d, y_, x_))
/*
 * 0, as index is not negative, but the compiler does not know. In the index of a load it keeps what index was computed
 * from in front of the load. Newer drivers check the bounds of every push constant with a branch, and behind such a
 * branch they would put all arithmetic that only a store after it needs: every product of a convolution would wait in
 * memory for its turn.
 */
#define after(index) ((index) >> 31)
#define store4_inside(t, d, n_, c4_, y_, x_, value)                                                                    \
    t##_memory.v[tensor_index_or_outside(d, n_, c4_, y_, x_)] = tensor_element(value)
#define load4_or_zero(t, d, n_, c4_, y_, x_) texelFetch(t, tensor_index_or_outside(d, n_, c4_, y_, x_))
#else
#ifdef HALF
#define TENSOR_ELEMENT f16vec4
#else
#define TENSOR_ELEMENT vec4
#endif
#define PLANES_IN(slot, name)                                                                                          \
    layout(set = 0, binding = slot, std430) readonly buffer name##_block                                               \
    {                                                                                                                  \
        TENSOR_ELEMENT v[];                                                                                            \
    }                                                                                                                  \
    name
#define PLANES_OUT(slot, name)                                                                                         \
    layout(set = 0, binding = slot, std430) writeonly buffer name##_block                                              \
    {                                                                                                                  \
        TENSOR_ELEMENT v[];                                                                                            \
    }                                                                                                                  \
    name
#define PLANES_INOUT(slot, name)                                                                                       \
    layout(set = 0, binding = slot, std430) buffer name##_block                                                        \
    {                                                                                                                  \
        TENSOR_ELEMENT v[];                                                                                            \
    }                                                                                                                  \
    name
/* planes in fp32, whatever the precision of the others; stored by store4_full */
#define FULL_PLANES_IN(slot, name)                                                                                     \
    layout(set = 0, binding = slot, std430) readonly buffer name##_block                                               \
    {                                                                                                                  \
        vec4 v[];                                                                                                      \
    }                                                                                                                  \
    name
#define FULL_PLANES_OUT(slot, name)                                                                                    \
    layout(set = 0, binding = slot, std430) writeonly buffer name##_block                                              \
    {                                                                                                                  \
        vec4 v[];                                                                                                      \
    }                                                                                                                  \
    name
#define store4_full(t, d, n_, c4_, y_, x_, value) t.v[tensor_index(d, n_, c4_, y_, x_)] = value
#define tensor_index(d, n_, c4_, y_, x_) ((((n_) * (((d).z + 3) / 4) + (c4_)) * (d).y + (y_)) * (d).x + (x_))
#define load4(t, d, n_, c4_, y_, x_) vec4(t.v[tensor_index(d, n_, c4_, y_, x_)])
#define store4(t, d, n_, c4_, y_, x_, value) t.v[tensor_index(d, n_, c4_, y_, x_)] = TENSOR_ELEMENT(value)
#define store4_inside(t, d, n_, c4_, y_, x_, value)                                                                    \
    if (uint(x_) < uint((d).x) && uint(y_) < uint((d).y))                                                              \
    store4(t, d, n_, c4_, y_, x_, value)
#define load4_or_zero(t, d, n_, c4_, y_, x_)                                                                           \
    ((uint(x_) < uint((d).x) && uint(y_) < uint((d).y)) ? load4(t, d, n_, c4_, y_, x_) : vec4(0))
#endif

/* channel blocks of a tensor */
#define blocks(d) (((d).z + 3) / 4)

/*
 * Where this invocation stands in the grid of idiom_dispatch_cover() over a tensor d: x, y, channel block, n.
 * Integer division takes a CPU about 100 cycles for eight lanes; in fp32 it is exact for the sizes a grid can have.
 */
ivec4 grid_position(ivec4 d)
{
    ivec3 i = ivec3(gl_GlobalInvocationID);
    int n = int((float(i.z) + 0.5) / float(blocks(d)));
    return ivec4(i.xy, i.z - n * blocks(d), n);
}

/* element of this invocation in the grid of idiom_dispatch_cover_flat() */
int flat_index()
{
    return int(gl_GlobalInvocationID.y * gl_NumWorkGroups.x * gl_WorkGroupSize.x + gl_GlobalInvocationID.x);
}

/* zeroes the channels of block c4 that lie beyond `channels` */
vec4 keep_tail(vec4 v, int c4, int channels)
{
    ivec4 c = ivec4(0, 1, 2, 3) + 4 * c4;
    return mix(vec4(0), v, lessThan(c, ivec4(channels)));
}

/* mirrors index i into [0, n) without repeating the edge, however far outside it lies */
int reflect_index(int i, int n)
{
    int period = max(2 * (n - 1), 1);
    int m = abs(i) % period;
    return n == 1 ? 0 : min(m, period - m);
}

#endif
