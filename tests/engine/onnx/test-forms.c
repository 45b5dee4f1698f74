/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What exporters write: operators in parts, sizes computed from shapes, the same thing as attribute or operand. */
#include "run-model.h"

#include <math.h>
#include <stdlib.h>

#define X(c, y, x) picture_at(c, y, x)
#define F(name_, expression_)                                                                                \
    static double name_(int c, int y, int x)                                                                 \
    {                                                                                                        \
        (void)c, (void)y, (void)x;                                                                           \
        return expression_;                                                                                  \
    }

static double value(const char *name, int k)
{
    return model_value(name, "float", (gsize)k);
}

/* --- convolutions ----------------------------------------------------------------------------------- */

/* 3x3, all three channels. */
static double conv(int c, int y, int x, int dilation, int top, int left)
{
    double sum = 0;
    for (int k = 0; k < 27; k++)
        sum += value("w", c * 27 + k) * X(k / 9, y - top + k / 3 % 3 * dilation, x - left + k % 3 * dilation);
    return sum;
}
F(conv_group, conv(c, y, x, 1, 1, 1))
F(conv_far, conv(c, y, x, 5, 5, 5))
F(conv_pads, conv(c, y, x, 1, 0, 1))

static double batch(int c, double v)
{
    return (v - value("m", c)) / sqrt(model_value("v", "positive", (gsize)c) + 1e-5) * value("s", c) +
           value("b", c);
}
F(conv_batch_relu, fmax(batch(c, conv(c, y, x, 1, 1, 1)), 0))

/* The zeros around are of what the norm makes. */
static double batch_conv(int c, int y, int x)
{
    double sum = 0;
    for (int k = 0; k < 27; k++) {
        const int i = k / 9, sy = y - 1 + k / 3 % 3, sx = x - 1 + k % 3;
        const gboolean inside = sy >= 0 && sx >= 0 && sy < TEST_H && sx < TEST_W;
        sum += inside ? value("w", c * 27 + k) * batch(i, X(i, sy, sx)) : 0;
    }
    return sum;
}

static double quantized_conv(int c, int y, int x)
{
    double sum = 0;
    for (int k = 0; k < 27; k++)
        sum += (c ? 0.03 : 0.02) *
               (model_value("q", "int8", (gsize)(c * 27 + k)) - model_value("z", "int8", (gsize)c)) *
               X(k / 9, y - 1 + k / 3 % 3, x - 1 + k % 3);
    return sum;
}

/* 3x3, stride 2; channels [first, first + count) make output @at of @outputs of each. */
static double transposed(int first, int count, int outputs, int at, int y, int x, int top, int left)
{
    double sum = 0;
    for (int i = first; i < first + count; i++)
        for (int k = 0; k < 9; k++) {
            const int sy = y + top - k / 3, sx = x + left - k % 3;
            if (sy >= 0 && sx >= 0 && sy % 2 == 0 && sx % 2 == 0)
                sum += value("w", (i * outputs + at) * 9 + k) * X(i, sy / 2, sx / 2);
        }
    return sum;
}
F(transposed_group, transposed(c / 2, 1, 2, c % 2, y, x, 1, 1))
F(transposed_uneven, transposed(0, 3, 2, c, y, x, 0, 1))
F(transposed_upper, transposed(0, 3, 2, c, y, x, 0, 0))
F(transposed_lower, transposed(0, 3, 2, c, y, x, 1, 1))

/* --- norms and functions in parts ------------------------------------------------------------------- */

static double instance(int c, int y, int x)
{
    double sum = 0, squares = 0;
    for (int k = 0; k < TEST_H * TEST_W; k++) {
        const double v = X(c, k / TEST_W, k % TEST_W);
        sum += v;
        squares += v * v;
    }
    const double mean = sum / (TEST_H * TEST_W);
    return (X(c, y, x) - mean) / sqrt(squares / (TEST_H * TEST_W) - mean * mean + 1e-5);
}
F(hard_swish, X(c, y, x) * fmin(fmax(X(c, y, x) + 3, 0), 6) / 6)
F(silu, X(c, y, x) / (1 + exp(-X(c, y, x))))
F(gelu, 0.5 * X(c, y, x) * (1 + erf(X(c, y, x) * M_SQRT1_2)))
F(prelu, X(c, y, x) < 0 ? value("s", c) * X(c, y, x) : X(c, y, x))

/* --- pools ------------------------------------------------------------------------------------------ */

/* 3x3, stride 2, what is outside does not count. */
static double pool(int c, int y, int x, gboolean mean)
{
    double sum = 0, most = -9, count = 0;
    for (int k = 0; k < 9; k++) {
        const int sy = 2 * y + k / 3, sx = 2 * x + k % 3;
        if (sy >= TEST_H || sx >= TEST_W)
            continue;
        sum += X(c, sy, sx);
        most = fmax(most, X(c, sy, sx));
        count++;
    }
    return mean ? sum / count : most;
}
F(max_pool, pool(c, y, x, FALSE))
F(mean_pool, pool(c, y, x, TRUE))

static double times(int c, int outputs, int y, int x)
{
    return X(0, y, x) * value("w", c) + X(1, y, x) * value("w", outputs + c) +
           X(2, y, x) * value("w", 2 * outputs + c);
}
F(channels_times, times(c, 4, y, x) + value("b", c))
F(tokens_times, times(c, 3, y, x))

/* --- shapes ----------------------------------------------------------------------------------------- */

static int mirror(int i, int n)
{
    i = abs(i);
    return i < n ? i : 2 * (n - 1) - i;
}

static double linear(int c, double y, double x)
{
    y = CLAMP(y, 0, TEST_H - 1), x = CLAMP(x, 0, TEST_W - 1);
    const int a = (int)y, b = (int)x, d = MIN(a + 1, TEST_H - 1), e = MIN(b + 1, TEST_W - 1);
    const double p = y - a, q = x - b;
    return (1 - p) * ((1 - q) * X(c, a, b) + q * X(c, a, e)) + p * ((1 - q) * X(c, d, b) + q * X(c, d, e));
}
F(same, X(c, y, x))
F(doubled, X(c, y / 2, x / 2))
F(resized, linear(c, (y + 0.5) / 2 - 0.5, (x + 0.5) / 2 - 0.5))
F(backwards, X(2 - c, y, x))
F(pad_reflect, X(c, mirror(y - 2, TEST_H), mirror(x - 1, TEST_W)))
F(stacked, c % 2 ? -X(c / 2, y, x) : X(c / 2, y, x))
F(one_after_another, c < 3 ? X(c, y, x) : -X(c - 3, y, x))
F(wide_parts, x < 4 ? X(c, y, x) : -X(c, y, x - 4))

#define SAME                                                                                                 \
    {                                                                                                        \
        1, 3, TEST_H, TEST_W                                                                                 \
    }
#define DOUBLE                                                                                               \
    {                                                                                                        \
        1, 3, 2 * TEST_H, 2 * TEST_W                                                                         \
    }

/* clang-format off */
static const ModelCase cases[] = {
    {"conv-batchnorm-relu", 9,
     "w float 4 3 3 3; s float 4; b float 4; m float 4; v positive 4; Conv x w > c pads=1,1,1,1; "
     "BatchNormalization c s b m v > n; Relu n > y", {1, 4, 6, 8}, conv_batch_relu},
    {"batchnorm-conv", 9,
     "w float 4 3 3 3; s float 3; b float 3; m float 3; v positive 3; BatchNormalization x s b m v > n; "
     "Conv n w > y pads=1,1,1,1", {1, 4, 6, 8}, batch_conv},
    {"conv-two-groups", 11, "w float 4 3 3 3; Concat x x > t axis=1; Conv t w > y group=2 pads=1,1,1,1",
     {1, 4, 6, 8}, conv_group},
    {"conv-dilated-far", 11, "w float 2 3 3 3; Conv x w > y dilations=5,5 pads=5,5,5,5", {1, 2, 6, 8}, conv_far},
    {"conv-four-pads", 11, "w float 2 3 3 3; Conv x w > y pads=0,1,2,3", {1, 2, 6, 10}, conv_pads},
    {"conv-quantized-channels", 13,
     "q int8 2 3 3 3; s number 0.02 0.03; z int8 2; DequantizeLinear q s z > w axis=0; Conv x w > y pads=1,1,1,1",
     {1, 2, 6, 8}, quantized_conv},
    {"convtranspose-groups", 11,
     "w float 3 2 3 3; ConvTranspose x w > y group=3 strides=2,2 pads=1,1,1,1 output_padding=1,1",
     {1, 6, 12, 16}, transposed_group},
    {"convtranspose-uneven", 11, "w float 3 2 3 3; ConvTranspose x w > y strides=2,2 pads=0,1,1,0",
     {1, 2, 12, 16}, transposed_uneven},
    {"convtranspose-same-upper", 11, "w float 3 2 3 3; ConvTranspose x w > y strides=2,2 auto_pad='SAME_UPPER",
     {1, 2, 12, 16}, transposed_upper},
    {"convtranspose-same-lower", 11, "w float 3 2 3 3; ConvTranspose x w > y strides=2,2 auto_pad='SAME_LOWER",
     {1, 2, 12, 16}, transposed_lower},
    {"convtranspose-shape-odd", 11, "w float 3 2 3 3; ConvTranspose x w > y strides=2,2 output_shape=12,16",
     {1, 2, 12, 16}, transposed_lower},
    {"instancenorm-parts", 13,
     "e scalar 0.00001; ReduceMean x > m axes=2,3; Sub x m > d; Mul d d > q; ReduceMean q > v axes=2,3; "
     "Add v e > w; Sqrt w > s; Div d s > y", SAME, instance},
    {"instancenorm-parts-18", 18,
     "e scalar 0.00001; a int -2 -1; ReduceMean x a > m; Sub x m > d; Mul d d > q; ReduceMean q a > v; "
     "Add v e > w; Sqrt w > s; Reciprocal s > r; Mul d r > y", SAME, instance},
    {"hardswish-parts", 11,
     "three scalar 3; six scalar 6; zero scalar 0; Add x three > p; Clip p zero six > q; Mul x q > r; Div r six > y",
     SAME, hard_swish},
    {"silu-parts", 9, "Sigmoid x > s; Mul x s > y", SAME, silu},
    {"gelu-parts", 13,
     "r scalar 1.41421356; one scalar 1; half scalar 0.5; Div x r > p; Erf p > e; Add e one > q; Mul x q > s; "
     "Mul s half > y", SAME, gelu},
    {"prelu-four-dims", 16, "s float 1 3 1 1; PRelu x s > y", SAME, prelu},
    {"maxpool-ceil", 11, "MaxPool x > y kernel_shape=3,3 strides=2,2 ceil_mode=1", {1, 3, 3, 4}, max_pool},
    {"averagepool-ceil", 11, "AveragePool x > y kernel_shape=3,3 strides=2,2 ceil_mode=1", {1, 3, 3, 4}, mean_pool},
    {"maxpool-same-upper", 11, "MaxPool x > y kernel_shape=3,3 strides=2,2 auto_pad='SAME_UPPER", {1, 3, 3, 4},
     max_pool},
    {"matmul-channels", 17,
     "w float 3 4; b float 4; Transpose x > t perm=0,2,3,1; MatMul t w > m; Add m b > a; Transpose a > y perm=0,3,1,2",
     {1, 4, 6, 8}, channels_times},
    {"matmul-tokens", 13,
     "w float 3 3; r int 1 3 48; e int 1 3 6 8; Reshape x r > f; Transpose f > t perm=0,2,1; MatMul t w > m; "
     "Transpose m > n perm=0,2,1; Reshape n e > y", SAME, tokens_times},
    /* mosaic-9 and its like */
    {"upsample-computed", 9,
     "i int 2; j int 3; two number 2; o number 1 1; Shape x > d; Gather d i > h; Gather d j > w; "
     "Cast h > hf to=1; Cast w > wf to=1; Mul hf two > hg; Mul wf two > wg; Floor hg > hh; Floor wg > wh; "
     "Div hh hf > a; Div wh wf > b; Concat o a b > s axis=0; Upsample x s > y mode='nearest", DOUBLE, doubled},
    {"resize-computed", 13,
     "a int 0; e int 2; z int 12 16; Shape x > d; Slice d a e > n; Concat n z > s axis=0; "
     "Resize x - - s > y mode='linear coordinate_transformation_mode='pytorch_half_pixel", DOUBLE, resized},
    {"resize-18-axes", 18, "z int 12 16; Resize x - - z > y mode='linear axes=2,3", DOUBLE, resized},
    {"split-18", 18, "Split x > p q r axis=1 num_outputs=3; Concat r q p > y axis=1", SAME, backwards},
    {"gather-channels", 11, "i int 2 1 0; Gather x i > y axis=1", SAME, backwards},
    {"pad-18-axes", 18, "p int 2 1 1 2; a int 2 3; Pad x p - a > y mode='reflect", {1, 3, 9, 11}, pad_reflect},
    {"stack", 11,
     "r int 1 6 6 8; Neg x > n; Unsqueeze x > p axes=2,; Unsqueeze n > q axes=2,; Concat p q > s axis=2; "
     "Reshape s r > y", {1, 6, 6, 8}, stacked},
    {"concat-first", 11, "r int 1 6 6 8; Neg x > n; Concat x n > s axis=0; Reshape s r > y", {1, 6, 6, 8},
     one_after_another},
    {"concat-last-of-five", 13,
     "e int 1 3 6 8; t int 0; Neg x > n; z int 0; h int 4; k int 3; "
     "Slice x z h k > p; Slice n z h k > q; Unsqueeze p t > f; Unsqueeze q t > g; Concat f g > s axis=4; "
     "Reshape s e > y", SAME, wide_parts},
    {"two-transposes", 13,
     "Transpose x > t perm=0,2,3,1; Relu t > r; Neg t > n; Relu n > o; Sub r o > s; Transpose s > y perm=0,3,1,2",
     SAME, same},
    {"shape-21", 21,
     "b int 48; Shape x > d start=0 end=2; Concat d b > s axis=0; Reshape x s > f; Shape x > e; "
     "Reshape f e > y", SAME, same},
};
/* clang-format on */

int main(int argc, char **argv)
{
    return run_cases(argc, argv, "forms", cases, G_N_ELEMENTS(cases));
}
