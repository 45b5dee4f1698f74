/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shared by the convolutions: where a tap that lies beyond the edge reads. Include after tensor.glsl. */
#ifndef CONV2D_GLSL
#define CONV2D_GLSL

#define OUTSIDE -0x40000000 /* as a coordinate: loads as zero */

/* @mode: IdiomPadMode. The host sees to it that no tap of a pixel that counts lies beyond the first mirror image. */
int place(int i, int n, int mode)
{
    int mirrored = min(abs(i), 2 * (n - 1) - abs(i));
    if (mode == IDIOM_PAD_EDGE)
        return clamp(i, 0, n - 1);
    return mode == IDIOM_PAD_REFLECT ? mirrored : uint(i) < uint(n) ? i : OUTSIDE;
}

/* the same for a row; its first texel in a lane tensor */
int place_row(int i, ivec4 d, int mode)
{
    int row = place(i, d.y, mode);
    return row == OUTSIDE ? OUTSIDE : row * d.w * d.x;
}

#endif
