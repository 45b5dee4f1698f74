#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Gradient of mirroring and edge-repeating pads: each pixel collects from itself and all of its images. */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

layout(constant_id = 3) const int MIRROR = 1;
/* A pixel has at most one image along each axis (the host knows): no loops. */
layout(constant_id = 4) const int FEW = 0;

layout(push_constant, scalar) uniform Push
{
    ivec4 dg, d; /* of the padded and of the plain tensor */
    ivec2 pad;   /* left, top */
};
PLANES_IN(0, dy);
PLANES_OUT(1, dst);

/*
 * Pixel i of n shows up at i and -i, repeated with period 2 (n - 1). Walking upward through these, the distance from
 * an i to the next is 2 (n - 1 - i), from a -i to the next 2 i. At the ends both are the same place.
 */
struct Images {
    int position; /* in the padded tensor */
    int step, other_step;
};

/* lowest k >= 0 with k = i modulo the period */
int lowest(int i, int period)
{
    return (i % period + period) % period;
}

Images first_image(int i, int n, int pad)
{
    int period = max(2 * (n - 1), 1);
    int up = lowest(i + pad, period), down = lowest(pad - i, period);
    int after_up = 2 * (n - 1 - i), after_down = 2 * i;
    if (i == 0 || i == n - 1)
        after_up = after_down = period;
    return up <= down ? Images(up, after_up, after_down) : Images(down, after_down, after_up);
}

Images next_image(Images i)
{
    return Images(i.position + i.step, i.other_step, i.step);
}

/* where pixel i of n shows up in the padded tensor besides at i + pad; outside where nowhere */
int only_image(int i, int n, int padded, int pad)
{
    int after = padded - n - pad;
    bool low = MIRROR != 0 ? i >= 1 && i <= pad : i < pad;
    bool high = MIRROR != 0 ? i < n - 1 && i >= n - 1 - after : i >= n - after;
    int below = MIRROR != 0 ? pad - i : 0, above = MIRROR != 0 ? pad + 2 * (n - 1) - i : padded - 1;
    return low ? below : high ? above : -1;
}

void main()
{
    ivec4 p = grid_position(d);
    if (p.x >= d.x)
        return;
    vec4 sum = vec4(0);
    if (FEW != 0) {
        ivec2 at = p.xy + pad, image = ivec2(only_image(p.x, d.x, dg.x, pad.x), only_image(p.y, d.y, dg.y, pad.y));
        sum = load4(dy, dg, p.w, p.z, at.y, at.x) + load4_or_zero(dy, dg, p.w, p.z, at.y, image.x) +
              load4_or_zero(dy, dg, p.w, p.z, image.y, at.x) + load4_or_zero(dy, dg, p.w, p.z, image.y, image.x);
        store4(dst, d, p.w, p.z, p.y, p.x, sum);
        return;
    }
    if (MIRROR == 0) {
        ivec2 first = mix(p.xy + pad, ivec2(0), equal(p.xy, ivec2(0)));
        ivec2 last = mix(p.xy + pad, dg.xy - 1, equal(p.xy, d.xy - 1));
        for (int y = first.y; y <= last.y; y++)
            for (int x = first.x; x <= last.x; x++)
                sum += load4(dy, dg, p.w, p.z, y, x);
        store4(dst, d, p.w, p.z, p.y, p.x, sum);
        return;
    }
    for (Images y = first_image(p.y, d.y, pad.y); y.position < dg.y; y = next_image(y))
        for (Images x = first_image(p.x, d.x, pad.x); x.position < dg.x; x = next_image(x))
            sum += load4(dy, dg, p.w, p.z, y.position, x.position);
    store4(dst, d, p.w, p.z, p.y, p.x, sum);
}
