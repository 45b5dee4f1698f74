/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Interpolation by Catmull and Rom's cubic: sharp, through the samples. */
#ifndef CATMULL_ROM_GLSL
#define CATMULL_ROM_GLSL

/* weights of the samples at -1, 0, 1, 2 for a position t in 0..1; exactly 0, 1, 0, 0 at t = 0 */
vec4 catmull_rom_weights(float t)
{
    return vec4(t * (-0.5 + t * (1.0 - 0.5 * t)), 1.0 + t * t * (1.5 * t - 2.5), t * (0.5 + t * (2.0 - 1.5 * t)),
                t * t * (0.5 * t - 0.5));
}

/*
 * Assigns to `result` block c4 of picture n of planes t, of size d, at q + v: q whole, v any displacement. The fraction
 * is taken of v alone, where it is most exact. Positions are clamped to the picture.
 */
#define CATMULL_ROM_SAMPLE(result, t, d, n, c4, q, v)                                                                  \
    {                                                                                                                  \
        vec2 v_ = clamp(v, -vec2((d).xy) - 2.0, vec2((d).xy) + 2.0), whole_ = floor(v_);                               \
        vec4 wx_ = catmull_rom_weights(v_.x - whole_.x), wy_ = catmull_rom_weights(v_.y - whole_.y);                   \
        ivec2 o_ = (q) + ivec2(whole_) - 1;                                                                            \
        ivec4 x_ = clamp(o_.x + ivec4(0, 1, 2, 3), 0, (d).x - 1), y_ = clamp(o_.y + ivec4(0, 1, 2, 3), 0, (d).y - 1);  \
        result = vec4(0);                                                                                              \
        [[unroll]] for (int i_ = 0; i_ < 4; i_++)                                                                      \
            result += wy_[i_] * (wx_.x * load4(t, d, n, c4, y_[i_], x_.x) + wx_.y * load4(t, d, n, c4, y_[i_], x_.y) + \
                                 wx_.z * load4(t, d, n, c4, y_[i_], x_.z) + wx_.w * load4(t, d, n, c4, y_[i_], x_.w)); \
    }

#endif
