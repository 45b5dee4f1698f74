/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shared by the convolutions: where a tap that lies beyond the edge reads. Include after tensor.glsl. */
#ifndef CONV2D_GLSL
#define CONV2D_GLSL

#define OUTSIDE -0x40000000 /* as a coordinate: loads as zero */
#define NOWHERE -256 /* as a row of outputs: with any offset above dst */

/* @mode: IdiomPadMode. The host makes sure that taps of pixels inside the result stay within the first mirror image. */
int place(int i, int n, int mode)
{
    int mirrored = min(abs(i), 2 * (n - 1) - abs(i));
    if (mode == IDIOM_PAD_EDGE)
        return clamp(i, 0, n - 1);
    return mode == IDIOM_PAD_REFLECT ? mirrored : uint(i) < uint(n) ? i : OUTSIDE;
}

/*
 * Column and row of this invocation in the grid of idiom_conv2d_cover(): all pixels of a band of rows one after the
 * other, so that no size needs a workgroup of its own and few lanes have nothing to do. Beyond the band: a row above dst
 * wherever in it the outputs begin.
 */
ivec2 band_position(int width, int band)
{
    int i = int(gl_GlobalInvocationID.x);
    int row = int((float(i) + 0.5) / float(width)); /* exact for bands of fewer than 2^22 pixels */
    return ivec2(i - row * width, row < band ? int(gl_WorkGroupID.y) * band + row : NOWHERE);
}

/* the same for a row; its first texel in a lane tensor */
int place_row(int i, ivec4 d, int mode)
{
    int row = place(i, d.y, mode);
    return row == OUTSIDE ? OUTSIDE : row * d.w * d.x;
}

#endif
