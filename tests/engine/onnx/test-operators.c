/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every operator with its attributes: small ONNX files, and what each element of the result must be, in plain C. */
#include "run-model.h"

#include <math.h>
#include <string.h>

#define X(c, y, x) picture_at(c, y, x)
#define V(name, kind, k) model_value(name, kind, (gsize)(k))
#define F(name_, expression_)                                                                                \
    static double name_(int c, int y, int x)                                                                 \
    {                                                                                                        \
        (void)c, (void)y, (void)x;                                                                           \
        return expression_;                                                                                  \
    }

/* --- references ------------------------------------------------------------------------------------- */

static double conv(int c, int y, int x, int kh, int kw, const int *stride, const int *dilation,
                   const int *pad, int groups, const char *kind)
{
    double sum = 0;
    const int inputs = 3 / groups;
    for (int i = 0; i < inputs; i++)
        for (int ky = 0; ky < kh; ky++)
            for (int kx = 0; kx < kw; kx++)
                sum += V("w", kind, ((c * inputs + i) * kh + ky) * kw + kx) *
                       X(groups == 3 ? c : i, y * stride[0] - pad[0] + ky * dilation[0],
                         x * stride[1] - pad[1] + kx * dilation[1]);
    return sum;
}
#define P(...) ((const int[]){__VA_ARGS__})
F(conv_plain, conv(c, y, x, 3, 3, P(1, 1), P(1, 1), P(1, 1), 1, "float") + V("b", "float", c))
F(conv_strided, conv(c, y, x, 3, 3, P(2, 2), P(1, 1), P(0, 1), 1, "float"))
F(conv_dilated, conv(c, y, x, 3, 3, P(1, 1), P(2, 2), P(2, 2), 1, "float"))
F(conv_uneven, conv(c, y, x, 1, 3, P(1, 2), P(1, 1), P(0, 2), 1, "float"))
F(conv_depthwise, conv(c, y, x, 3, 3, P(1, 1), P(1, 1), P(1, 1), 3, "float"))
F(conv_half, conv(c, y, x, 3, 3, P(1, 1), P(1, 1), P(1, 1), 1, "half"))
F(conv_int8, 0.02 * conv(c, y, x, 3, 3, P(1, 1), P(1, 1), P(1, 1), 1, "int8"))
F(conv_same, conv(c, y, x, 3, 3, P(2, 2), P(1, 1), P(0, 0), 1, "float"))
F(conv_same_lower, conv(c, y, x, 3, 3, P(2, 2), P(1, 1), P(1, 1), 1, "float"))

static double transposed(int c, int y, int x, int k, int stride, int pad)
{
    double sum = 0;
    for (int i = 0; i < 3; i++)
        for (int ky = 0; ky < k; ky++)
            for (int kx = 0; kx < k; kx++) {
                const int sy = y + pad - ky, sx = x + pad - kx;
                if (sy % stride == 0 && sx % stride == 0)
                    sum += V("w", "float", ((i * 2 + c) * k + ky) * k + kx) *
                           X(i, sy < 0 ? -1 : sy / stride, sx < 0 ? -1 : sx / stride);
            }
    return sum;
}
F(transposed_4, transposed(c, y, x, 4, 2, 1) + V("b", "float", c))
F(transposed_3, transposed(c, y, x, 3, 2, 1))
F(transposed_1, transposed(c, y, x, 3, 1, 0))

/* mean and variance of the picture's channels [first, first + count) */
static double moment(int first, int count, gboolean variance)
{
    double sum = 0, squares = 0;
    const int n = count * TEST_H * TEST_W;
    for (int k = 0; k < n; k++) {
        const double v = X(first + k / (TEST_H * TEST_W), k / TEST_W % TEST_H, k % TEST_W);
        sum += v;
        squares += v * v;
    }
    return variance ? squares / n - sum * sum / n / n : sum / n;
}

static double norm(int c, int y, int x, int first, int count, double epsilon)
{
    return (X(c, y, x) - moment(first, count, FALSE)) / sqrt(moment(first, count, TRUE) + epsilon);
}
F(batch, (X(c, y, x) - V("m", "float", c)) / sqrt(V("v", "positive", c) + 1e-3) * V("s", "float", c) +
             V("b", "float", c))
F(instance, norm(c, y, x, c, 1, 0.1) * V("s", "float", c) + V("b", "float", c))
F(group_one, norm(c, y, x, 0, 3, 1e-5) * V("s", "float", c) + V("b", "float", c))
F(instance_relu_residual,
  fmax(norm(c, y, x, c, 1, 1e-5) * V("s", "float", c) + V("b", "float", c), 0) + X(c, y, x))

static double channel_norm(int c, int y, int x)
{
    const double a = X(0, y, x), b = X(1, y, x), d = X(2, y, x), mean = (a + b + d) / 3;
    const double variance = ((a - mean) * (a - mean) + (b - mean) * (b - mean) + (d - mean) * (d - mean)) / 3;
    return (X(c, y, x) - mean) / sqrt(variance + 1e-5) * V("s", "float", c) + V("b", "float", c);
}

F(relu, fmax(X(c, y, x), 0))
F(leaky_default, X(c, y, x) < 0 ? 0.01 * X(c, y, x) : X(c, y, x))
F(leaky_own, X(c, y, x) < 0 ? 0.2 * X(c, y, x) : X(c, y, x))
F(prelu, X(c, y, x) < 0 ? V("s", "float", c) * X(c, y, x) : X(c, y, x))
F(elu, X(c, y, x) < 0 ? 1.5 * expm1(X(c, y, x)) : X(c, y, x))
F(selu, 1.0507009873554804934193349852946 *
            (X(c, y, x) < 0 ? 1.6732632423543772848170429916717 * expm1(X(c, y, x)) : X(c, y, x)))
F(tanh_, tanh(X(c, y, x)))
F(sigmoid, 1 / (1 + exp(-X(c, y, x))))
F(hard_sigmoid, fmin(fmax(0.25 * X(c, y, x) + 0.4, 0), 1))
F(hard_swish, X(c, y, x) * fmin(fmax(X(c, y, x) / 6 + 0.5, 0), 1))
F(clip, fmin(fmax(X(c, y, x), -0.5), 0.25))
F(erf_, erf(X(c, y, x)))
F(gelu, 0.5 * X(c, y, x) * (1 + erf(X(c, y, x) * M_SQRT1_2)))
F(gelu_tanh, 0.5 * X(c, y, x) * (1 + tanh(0.7978845608 * (X(c, y, x) + 0.044715 * pow(X(c, y, x), 3)))))
F(softplus, log1p(exp(X(c, y, x))))
F(negative, -X(c, y, x))
F(absolute, fabs(X(c, y, x)))
F(root, sqrt(fabs(X(c, y, x))))
F(exponential, exp(X(c, y, x)))
F(floor_, floor(3 * X(c, y, x)))
F(add_channel, X(c, y, x) + V("b", "float", c))
F(sub_from, V("b", "float", c) - X(c, y, x))
F(mul_row, X(c, y, x) * V("b", "float", x))
F(div_channel, X(c, y, x) / V("b", "positive", c))
F(div_into, 2.5 / (X(c, y, x) * X(c, y, x) + 1))
F(square, X(c, y, x) * X(c, y, x))
F(cube, pow(X(c, y, x), 3))
F(least, fmin(fmin(X(c, y, x), V("b", "float", c)), 0.3))
F(most, fmax(X(c, y, x), V("b", "float", c)))
F(sum_three, 3 * X(c, y, x))
F(concat, X(c % 3, y, x))
F(concat_wide, x < TEST_W ? X(c, y, x) : -X(c, y, x - TEST_W))
F(concat_high, y < TEST_H ? X(c, y, x) : -X(c, y - TEST_H, x))
F(sliced, X(c + 1, y + 2, 2 * x + 1))
F(reversed, X(2 - c, y, TEST_W - 1 - x))
F(split_swapped, X(c < 2 ? c + 1 : 0, y, x))
F(same, X(c, y, x))
F(turned, X(c, x, y))

static int mirror(int i, int n)
{
    i = abs(i);
    return i < n ? i : 2 * (n - 1) - i;
}
F(pad_reflect, X(c, mirror(y - 2, TEST_H), mirror(x - 1, TEST_W)))
F(pad_edge, X(c, CLAMP(y - 1, 0, TEST_H - 1), CLAMP(x, 0, TEST_W - 1)))
static double pad_constant(int c, int y, int x)
{
    const gboolean inside = y >= 1 && y < TEST_H + 1 && x >= 2 && x < TEST_W + 2;
    return inside ? X(c, y - 1, x - 2) : 0.75;
}
static double reflect_conv(int c, int y, int x)
{
    double sum = 0;
    for (int k = 0; k < 27; k++)
        sum += V("w", "float", c * 27 + k) *
               X(k / 9, mirror(y - 1 + k / 3 % 3, TEST_H), mirror(x - 1 + k % 3, TEST_W));
    return sum;
}
static double upsample_conv(int c, int y, int x)
{
    double sum = 0;
    for (int k = 0; k < 27; k++) {
        const int sy = mirror(y - 1 + k / 3 % 3, 2 * TEST_H), sx = mirror(x - 1 + k % 3, 2 * TEST_W);
        sum += V("w", "float", c * 27 + k) * X(k / 9, sy / 2, sx / 2);
    }
    return sum;
}

static double linear(int c, double y, double x)
{
    y = CLAMP(y, 0, TEST_H - 1), x = CLAMP(x, 0, TEST_W - 1);
    const int a = (int)y, b = (int)x, d = MIN(a + 1, TEST_H - 1), e = MIN(b + 1, TEST_W - 1);
    const double p = y - a, q = x - b;
    return (1 - p) * ((1 - q) * X(c, a, b) + q * X(c, a, e)) + p * ((1 - q) * X(c, d, b) + q * X(c, d, e));
}
F(nearest_2, X(c, y / 2, x / 2))
F(nearest_half_pixel, X(c, CLAMP((int)ceil((y + 0.5) / 1.5 - 1), 0, TEST_H - 1),
                        CLAMP((int)ceil((x + 0.5) / 1.5 - 1), 0, TEST_W - 1)))
F(nearest_ceil, X(c, MIN((int)ceil(y / 2.0), TEST_H - 1), MIN((int)ceil(x / 2.0), TEST_W - 1)))
F(linear_half_pixel, linear(c, (y + 0.5) / 2 - 0.5, (x + 0.5) / 2 - 0.5))
F(linear_asymmetric, linear(c, y / 2.0, x / 2.0))
F(linear_corners, linear(c, y *(TEST_H - 1) / (2.0 * TEST_H - 1), x *(TEST_W - 1) / (2.0 * TEST_W - 1)))
F(linear_small, linear(c, (y + 0.5) * 2 - 0.5, (x + 0.5) * 2 - 0.5))
/* 12 channels, of which channel k is picture channel k % 3 */
F(depth_crd, X((c * 4 + y % 2 * 2 + x % 2) % 3, y / 2, x / 2))
F(depth_dcr, X(((y % 2 * 2 + x % 2) * 3 + c) % 3, y / 2, x / 2))
F(space, X(c % 3, 2 * y + c / 3 / 2, 2 * x + c / 3 % 2))

static double pool(int c, int y, int x, int k, int stride, int pad, gboolean mean, gboolean all)
{
    double sum = 0, best = -9, count = 0;
    for (int i = 0; i < k * k; i++) {
        const int sy = y * stride - pad + i / k, sx = x * stride - pad + i % k;
        const gboolean inside = sy >= 0 && sx >= 0 && sy < TEST_H && sx < TEST_W;
        count += inside || all;
        sum += X(c, sy, sx);
        best = inside ? fmax(best, X(c, sy, sx)) : best;
    }
    return mean ? sum / count : best;
}
F(max_pool, pool(c, y, x, 2, 2, 0, FALSE, FALSE))
F(max_pool_padded, pool(c, y, x, 3, 2, 1, FALSE, FALSE))
F(mean_pool_padded, pool(c, y, x, 3, 2, 1, TRUE, FALSE))
F(mean_pool_counted, pool(c, y, x, 3, 1, 1, TRUE, TRUE))
F(global_mean, moment(c, 1, FALSE))
F(mean_times, X(c, y, x) * moment(c, 1, FALSE))
F(mean_channels, (X(0, y, x) + X(1, y, x) + X(2, y, x)) / 3)
F(mean_all, moment(0, 3, FALSE))
static double mean_rows(int c, int y, int x)
{
    double sum = 0;
    (void)y;
    for (int k = 0; k < TEST_H; k++)
        sum += X(c, k, x);
    return sum / TEST_H;
}
static double gated(int c, int y, int x)
{
    double sum = 0;
    for (int k = 0; k < 3; k++)
        sum += moment(k, 1, FALSE) * V("w", "float", k * 3 + c);
    return X(c, y, x) / (1 + exp(-(sum + V("b", "float", c))));
}
static double gated_transposed(int c, int y, int x)
{
    double sum = 0;
    for (int k = 0; k < 3; k++)
        sum += moment(k, 1, FALSE) * V("w", "float", c * 3 + k);
    return X(c, y, x) + 0.5 * sum + 2 * V("b", "float", c);
}
F(quantized, 0.02 * (fmin(fmax(nearbyint(X(c, y, x) / 0.02) + 100, 0), 255) - 100))
F(quantized_signed, 0.005 * fmin(fmax(nearbyint(X(c, y, x) / 0.005), -128), 127))

/* --- cases ------------------------------------------------------------------------------------------ */

#define SAME                                                                                                 \
    {                                                                                                        \
        1, 3, TEST_H, TEST_W                                                                                 \
    }
#define DOUBLE                                                                                               \
    {                                                                                                        \
        1, 3, 2 * TEST_H, 2 * TEST_W                                                                         \
    }
#define SMALL                                                                                                \
    {                                                                                                        \
        1, 3, TEST_H / 2, TEST_W / 2                                                                         \
    }
#define TWELVE "Concat x x x x > t axis=1; "

static const ModelCase cases[] = {
    {"conv", 11, "w float 4 3 3 3; b float 4; Conv x w b > y pads=1,1,1,1", {1, 4, 6, 8}, conv_plain},
    {"conv-strides",
     7,
     "w float 2 3 3 3; Conv x w > y strides=2,2 pads=0,1,1,0 kernel_shape=3,3",
     {1, 2, 3, 4},
     conv_strided},
    {"conv-dilations",
     11,
     "w float 2 3 3 3; Conv x w > y dilations=2,2 pads=2,2,2,2",
     {1, 2, 6, 8},
     conv_dilated},
    {"conv-uneven", 11, "w float 2 3 1 3; Conv x w > y strides=1,2 pads=0,2,0,1", {1, 2, 6, 5}, conv_uneven},
    {"conv-group", 11, "w float 3 1 3 3; Conv x w > y group=3 pads=1,1,1,1", SAME, conv_depthwise},
    {"conv-half", 11, "w half 2 3 3 3; Conv x w > y pads=1,1,1,1", {1, 2, 6, 8}, conv_half},
    {"conv-int8",
     13,
     "q int8 2 3 3 3; s scalar 0.02; DequantizeLinear q s > w; Conv x w > y pads=1,1,1,1",
     {1, 2, 6, 8},
     conv_int8},
    {"conv-same-upper",
     11,
     "w float 2 3 3 3; Conv x w > y auto_pad='SAME_UPPER strides=2,2",
     {1, 2, 3, 4},
     conv_same},
    {"conv-same-lower",
     11,
     "w float 2 3 3 3; Conv x w > y auto_pad='SAME_LOWER strides=2,2",
     {1, 2, 3, 4},
     conv_same_lower},
    {"convtranspose",
     11,
     "w float 3 2 4 4; b float 2; ConvTranspose x w b > y strides=2,2 pads=1,1,1,1",
     {1, 2, 12, 16},
     transposed_4},
    {"convtranspose-more",
     11,
     "w float 3 2 3 3; ConvTranspose x w > y strides=2,2 pads=1,1,1,1 output_padding=1,1",
     {1, 2, 12, 16},
     transposed_3},
    {"convtranspose-shape",
     11,
     "w float 3 2 3 3; ConvTranspose x w > y strides=2,2 output_shape=12,16 output_padding=1,1",
     {1, 2, 12, 16},
     transposed_3},
    {"convtranspose-1", 11, "w float 3 2 3 3; ConvTranspose x w > y", {1, 2, 8, 10}, transposed_1},
    {"batchnorm", 9,
     "s float 3; b float 3; m float 3; v positive 3; BatchNormalization x s b m v > y epsilon=0.001", SAME,
     batch},
    {"instancenorm", 9, "s float 3; b float 3; InstanceNormalization x s b > y epsilon=0.1", SAME, instance},
    {"instancenorm-fused", 9,
     "s float 3; b float 3; InstanceNormalization x s b > n; Relu n > r; Add r x > y", SAME,
     instance_relu_residual},
    {"groupnorm-21", 21, "s float 3; b float 3; GroupNormalization x s b > y num_groups=1", SAME, group_one},
    {"groupnorm-decomposed", 11,
     "one number 1.0; zero number 0.0; r int 0 1 -1; s float 3 1 1; b float 3 1 1; Reshape x r > f; "
     "InstanceNormalization f one zero > n; Shape x > d; Reshape n d > p; Mul p s > q; Add q b > y",
     SAME, group_one},
    {"layernorm", 17,
     "s float 3; b float 3; Transpose x > t perm=0,2,3,1; LayerNormalization t s b > n axis=-1; Transpose n "
     "> y perm=0,3,1,2",
     SAME, channel_norm},
    {"layernorm-decomposed", 11,
     "e scalar 0.00001; two scalar 2; s float 3 1 1; b float 3 1 1; ReduceMean x > m axes=1, keepdims=1; Sub "
     "x m > d; Pow d two > q; "
     "ReduceMean q > v axes=1,; Add v e > w; Sqrt w > z; Div d z > n; Mul n s > o; Add o b > y",
     SAME, channel_norm},
    {"relu", 7, "Relu x > y", SAME, relu},
    {"leakyrelu", 7, "LeakyRelu x > y", SAME, leaky_default},
    {"leakyrelu-alpha", 7, "LeakyRelu x > y alpha=0.2", SAME, leaky_own},
    {"prelu", 9, "s float 3 1 1; PRelu x s > y", SAME, prelu},
    {"elu", 7, "Elu x > y alpha=1.5", SAME, elu},
    {"selu", 7, "Selu x > y", SAME, selu},
    {"tanh", 7, "Tanh x > y", SAME, tanh_},
    {"sigmoid", 7, "Sigmoid x > y", SAME, sigmoid},
    {"hardsigmoid", 7, "HardSigmoid x > y alpha=0.25 beta=0.4", SAME, hard_sigmoid},
    {"hardswish", 14, "HardSwish x > y", SAME, hard_swish},
    {"clip-6", 7, "Clip x > y min=-0.5 max=0.25", SAME, clip},
    {"clip-11", 11, "a scalar -0.5; b scalar 0.25; Clip x a b > y", SAME, clip},
    {"erf", 9, "Erf x > y", SAME, erf_},
    {"gelu", 20, "Gelu x > y", SAME, gelu},
    {"gelu-tanh", 20, "Gelu x > y approximate='tanh", SAME, gelu_tanh},
    {"softplus", 7, "Softplus x > y", SAME, softplus},
    {"neg", 7, "Neg x > y", SAME, negative},
    {"abs", 7, "Abs x > y", SAME, absolute},
    {"sqrt", 7, "Abs x > a; Sqrt a > y", SAME, root},
    {"exp", 7, "Exp x > y", SAME, exponential},
    {"floor", 7, "t scalar 3; Mul x t > a; Floor a > y", SAME, floor_},
    {"add", 7, "b float 3 1 1; Add x b > y", SAME, add_channel},
    {"sub", 7, "b float 1 3 1 1; Sub b x > y", SAME, sub_from},
    {"mul", 7, "b float 8; Mul x b > y", SAME, mul_row},
    {"div", 7, "b positive 3 1 1; Div x b > y", SAME, div_channel},
    {"div-into", 7, "o scalar 1; t scalar 2.5; Mul x x > q; Add q o > p; Div t p > y", SAME, div_into},
    {"pow-2", 7, "t scalar 2; Pow x t > y", SAME, square},
    {"pow-3", 7, "t scalar 3; Pow x t > y", SAME, cube},
    {"min", 8, "b float 3 1 1; t scalar 0.3; Min x b t > y", SAME, least},
    {"max", 8, "b float 3 1 1; Max x b > y", SAME, most},
    {"sum", 8, "Sum x x x > y", SAME, sum_three},
    {"concat", 7, "Concat x x > y axis=1", {1, 6, 6, 8}, concat},
    {"concat-wide", 7, "Neg x > n; Concat x n > y axis=3", {1, 3, 6, 16}, concat_wide},
    {"concat-high", 7, "Neg x > n; Concat x n > y axis=-2", {1, 3, 12, 8}, concat_high},
    {"slice-9",
     9,
     "Slice x > s starts=1,2 ends=3,100 axes=1,2; a int 1; e int 100; k int 3; t int 2; Slice s a e k t > y",
     {1, 2, 4, 4},
     sliced},
    {"slice-back", 11, "a int -1 -1; e int -100 -100; k int 1 3; t int -1 -1; Slice x a e k t > y", SAME,
     reversed},
    {"split", 11, "Split x > p q axis=1 split=1,2; Concat q p > y axis=1", SAME, split_swapped},
    {"split-13", 13, "s int 1 2; Split x s > p q axis=1; Concat q p > y axis=1", SAME, split_swapped},
    {"transpose", 7, "Transpose x > y perm=0,1,3,2", {1, 3, 8, 6}, turned},
    {"identity", 7, "Identity x > a; Dropout a > b; Cast b > c to=10; Cast c > y to=1", SAME, same},
    {"squeeze", 11, "Squeeze x > a axes=0,; Unsqueeze a > y axes=0,", SAME, same},
    {"squeeze-13", 13, "z int 0; Squeeze x z > a; Unsqueeze a z > y", SAME, same},
    {"shapes", 11,
     "two scalar 2; i int 2; j int 3; Shape x > d; Gather d i > h; Gather d j > w; n int 1 -1; Concat n h w "
     "> r axis=0; "
     "Reshape x r > y",
     SAME, same},
    {"expand", 11,
     "o number 1.0; Shape x > d; ConstantOfShape d > z; Expand o d > e; Mul x e > m; Add m z > y", SAME,
     same},
    {"pad-2", 9, "Pad x > y mode='reflect pads=0,0,2,1,0,0,1,2", {1, 3, 9, 11}, pad_reflect},
    {"pad-11", 11, "p int 0 0 1 0 0 0 2 3; Pad x p > y mode='edge", {1, 3, 9, 11}, pad_edge},
    {"pad-constant", 11, "p int 0 0 1 2 0 0 1 1; v scalar 0.75; Pad x p v > y", {1, 3, 8, 11}, pad_constant},
    {"pad-conv",
     9,
     "w float 2 3 3 3; Pad x > p mode='reflect pads=0,0,1,1,0,0,1,1; Conv p w > y",
     {1, 2, 6, 8},
     reflect_conv},
    {"upsample-pad-conv",
     9,
     "w float 2 3 3 3; s number 1 1 2 2; Upsample x s > u; Pad u > p mode='reflect pads=0,0,1,1,0,0,1,1; "
     "Conv p w > y",
     {1, 2, 12, 16},
     upsample_conv},
    {"upsample-7", 7, "Upsample x > y scales=1.0,1.0,2.0,2.0", DOUBLE, nearest_2},
    {"resize-10", 10, "s number 1 1 2 2; Resize x s > y mode='linear", DOUBLE, linear_asymmetric},
    {"resize-nearest",
     11,
     "r number 0 0; s number 1 1 1.5 1.5; Resize x r s > y",
     {1, 3, 9, 12},
     nearest_half_pixel},
    {"resize-ceil", 11,
     "s number 1 1 2 2; Resize x - s > y coordinate_transformation_mode='asymmetric nearest_mode='ceil",
     DOUBLE, nearest_ceil},
    {"resize-linear", 11, "s number 1 1 2 2; Resize x - s > y mode='linear", DOUBLE, linear_half_pixel},
    {"resize-pytorch", 11,
     "z int 1 3 3 4; Resize x - - z > y mode='linear coordinate_transformation_mode='pytorch_half_pixel",
     SMALL, linear_small},
    {"resize-corners", 13,
     "z int 1 3 12 16; Resize x - - z > y mode='linear coordinate_transformation_mode='align_corners", DOUBLE,
     linear_corners},
    {"depthtospace-crd", 11, TWELVE "DepthToSpace t > y blocksize=2 mode='CRD", DOUBLE, depth_crd},
    {"depthtospace-dcr", 11, TWELVE "DepthToSpace t > y blocksize=2", DOUBLE, depth_dcr},
    {"depthtospace-decomposed", 11,
     TWELVE
     "a int 1 3 2 2 6 8; e int 1 3 12 16; Reshape t a > p; Transpose p > q perm=0,1,4,2,5,3; Reshape q e > y",
     DOUBLE, depth_crd},
    {"spacetodepth", 11, "SpaceToDepth x > y blocksize=2", {1, 12, 3, 4}, space},
    {"maxpool", 11, "MaxPool x > y kernel_shape=2,2 strides=2,2", SMALL, max_pool},
    {"maxpool-pads", 11, "MaxPool x > y kernel_shape=3,3 strides=2,2 pads=1,1,1,1 ceil_mode=0", SMALL,
     max_pool_padded},
    {"averagepool", 11, "AveragePool x > y kernel_shape=3,3 strides=2,2 pads=1,1,1,1", SMALL,
     mean_pool_padded},
    {"averagepool-count", 11, "AveragePool x > y kernel_shape=3,3 pads=1,1,1,1 count_include_pad=1", SAME,
     mean_pool_counted},
    {"globalaveragepool", 11, "GlobalAveragePool x > y", {1, 3, 1, 1}, global_mean},
    {"globalaveragepool-mul", 11, "GlobalAveragePool x > m; Mul x m > y", SAME, mean_times},
    {"reducemean-channels", 11, "ReduceMean x > y axes=1, keepdims=1", {1, 1, 6, 8}, mean_channels},
    {"reducemean-all", 18, "a int 1 2 3; ReduceMean x a > y", {1, 1, 1, 1}, mean_all},
    {"reducemean-rows", 11, "ReduceMean x > y axes=-2,", {1, 3, 1, 8}, mean_rows},
    {"matmul", 11,
     "w float 3 3; b float 3; r int 1 3 1 1; GlobalAveragePool x > m; Flatten m > f; MatMul f w > p; Add p b "
     "> s; "
     "Sigmoid s > g; Reshape g r > t; Mul x t > y",
     SAME, gated},
    {"gemm", 11,
     "w float 3 3; b float 3; r int 1 3 1 1; ReduceMean x > f axes=2,3 keepdims=0; Gemm f w b > g alpha=0.5 "
     "beta=2.0 transB=1; "
     "Reshape g r > t; Add x t > y",
     SAME, gated_transposed},
    {"quantize", 13, "s scalar 0.02; z zerou8 100; QuantizeLinear x s z > q; DequantizeLinear q s z > y",
     SAME, quantized},
    {"quantize-signed", 13, "s scalar 0.005; z zero8 0; QuantizeLinear x s z > q; DequantizeLinear q s z > y",
     SAME, quantized_signed},
};

int main(int argc, char **argv)
{
    return run_cases(argc, argv, "operators", cases, G_N_ELEMENTS(cases));
}
