/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IDIOM_OPS_H
#define IDIOM_OPS_H

#include <idiom-unstable/graph.h>

G_BEGIN_DECLS

/**
 * The operations. Each function appends to the graph and returns the result, a new tensor of the graph. [n,c,h,w]
 * gives shapes; tensors are planes unless "flat" is said. Each has a gradient for the inputs that carry activations
 * or parameters unless "no gradient" is said. All are deterministic: reductions add in a fixed order.
 * Shapes that do not fit set the graph's error (IDIOM_ERROR_SHAPE).
 */

/* --- constants and transfer ----------------------------------------------------------------------- */

/** idiom_constant: a flat tensor with @values (copied), in NCHW order. */
IdiomTensor *idiom_constant(IdiomGraph *g, IdiomShape shape, const float *values);
/** idiom_to_planes: flat [n,c,h,w] -> planes of the same shape. */
IdiomTensor *idiom_to_planes(IdiomGraph *g, IdiomTensor *flat);
/** idiom_to_flat: planes -> flat of the same shape. */
IdiomTensor *idiom_to_flat(IdiomGraph *g, IdiomTensor *planes);

/* --- pointwise ------------------------------------------------------------------------------------ */

/**
 * IdiomActivation: element functions. Where an operation takes one, it is applied to its result at no extra pass.
 * @IDIOM_ACT_LEAKY: max(x, 0.2 x)
 * @IDIOM_ACT_TANH01: 0.5 + 0.5 tanh(x): pictures in 0..1
 * @IDIOM_ACT_SOFTPLUS: log(1 + exp(x)); -log sigmoid(-x), for binary cross entropy on logits
 * @IDIOM_ACT_HARDSWISH: x times x / 6 + 0.5, the latter clamped to 0..1
 */
typedef enum {
    IDIOM_ACT_NONE,
    IDIOM_ACT_RELU,
    IDIOM_ACT_LEAKY,
    IDIOM_ACT_TANH,
    IDIOM_ACT_SIGMOID,
    IDIOM_ACT_TANH01,
    IDIOM_ACT_SOFTPLUS,
    IDIOM_ACT_HARDSWISH,
} IdiomActivation;

/**
 * idiom_add, idiom_sub, idiom_mul: @b has @a's shape, or n = 1 and/or h = w = 1, and is then repeated. Flat tensors of
 * equal shape also.
 */
IdiomTensor *idiom_add(IdiomGraph *g, IdiomTensor *a, IdiomTensor *b);
IdiomTensor *idiom_sub(IdiomGraph *g, IdiomTensor *a, IdiomTensor *b);
IdiomTensor *idiom_mul(IdiomGraph *g, IdiomTensor *a, IdiomTensor *b);
/** idiom_affine: scale * a + offset. Flat tensors also. */
IdiomTensor *idiom_affine(IdiomGraph *g, IdiomTensor *a, double scale, double offset);
/** idiom_channel_affine: a * scale[c] + offset[c]; @scale, @offset flat [1,c,1,1], no gradient for these two. */
IdiomTensor *idiom_channel_affine(IdiomGraph *g, IdiomTensor *a, IdiomTensor *scale, IdiomTensor *offset);
/** idiom_mix: a + t (b - a); @t flat with one element, no gradient for it. Same shapes. */
IdiomTensor *idiom_mix(IdiomGraph *g, IdiomTensor *a, IdiomTensor *b, IdiomTensor *t);
/** idiom_activation: @act of each element. */
IdiomTensor *idiom_activation(IdiomGraph *g, IdiomTensor *a, IdiomActivation act);
/** idiom_power: max(a, 1e-20) to @exponent; 0.5 is the square root. */
IdiomTensor *idiom_power(IdiomGraph *g, IdiomTensor *a, double exponent);

/* --- convolution ---------------------------------------------------------------------------------- */

typedef enum {
    IDIOM_PAD_ZERO,
    IDIOM_PAD_REFLECT, /**< mirror without repeating the edge; tiny tensors mirror again and again */
    IDIOM_PAD_EDGE,    /**< repeat the edge */
} IdiomPadMode;

typedef struct {
    guint stride; /**< 0 means 1 */
    guint pad;    /**< on every side */
    IdiomPadMode mode;
    guint groups;        /**< 0 means 1 */
    IdiomActivation act; /**< applied after the bias */
} IdiomConvParams;

/**
 * idiom_conv2d: cross-correlation, as in neural-network libraries.
 * @x: [n,c,h,w]
 * @x2: NULL, or [n,c2,h,w]: more input channels, as if concatenated after @x's; groups must be 1
 * @weight: flat OIHW [o,(c+c2)/groups,kh,kw]
 * @bias: flat [1,o,1,1] or NULL
 * Result: [n,o,(h+2 pad-kh)/stride+1,(w+2 pad-kw)/stride+1]
 */
IdiomTensor *idiom_conv2d(IdiomGraph *g, IdiomTensor *x, IdiomTensor *x2, IdiomTensor *weight,
                          IdiomTensor *bias, const IdiomConvParams *params);

/**
 * idiom_upsample2_conv2d: idiom_upsample2() of @x, bilinear, then idiom_conv2d() with a 3x3 @weight, @x2 as more
 * channels (it has the upsampled size) and edge padding; in one pass where nothing is trained and the device gains.
 */
IdiomTensor *idiom_upsample2_conv2d(IdiomGraph *g, IdiomTensor *x, IdiomTensor *x2, IdiomTensor *weight,
                                    IdiomTensor *bias, IdiomActivation act);

/** idiom_pad2d: @left .. @bottom pixels more, by @mode. */
IdiomTensor *idiom_pad2d(IdiomGraph *g, IdiomTensor *x, guint left, guint right, guint top, guint bottom,
                         IdiomPadMode mode);

/* --- shape ---------------------------------------------------------------------------------------- */

/** idiom_concat: channels of @a, then of @b. */
IdiomTensor *idiom_concat(IdiomGraph *g, IdiomTensor *a, IdiomTensor *b);
/** idiom_slice: @count channels from @first. */
IdiomTensor *idiom_slice(IdiomGraph *g, IdiomTensor *x, guint first, guint count);
/** idiom_crop: [n,c,@h,@w] from row @top, column @left. */
IdiomTensor *idiom_crop(IdiomGraph *g, IdiomTensor *x, guint left, guint top, guint w, guint h);
/**
 * idiom_warp: result(y, x) = @x sampled at (y + flow[1], x + flow[0]) by Catmull-Rom interpolation, coordinates clamped
 * to the picture; an exact copy where the flow is 0. (Bilinear interpolation would blur what is warped again and
 * again.)
 * @flow: [n,2,h,w], in pixels
 * No gradient.
 */
IdiomTensor *idiom_warp(IdiomGraph *g, IdiomTensor *x, IdiomTensor *flow);
/** idiom_pixel_unshuffle: [n,c,h,w] -> [n,c r r,h/r,w/r], channel c r r + dy r + dx (PyTorch's order). h, w divisible, r
 *  at most 8. */
IdiomTensor *idiom_pixel_unshuffle(IdiomGraph *g, IdiomTensor *x, guint r);
/** idiom_pixel_shuffle: the inverse. */
IdiomTensor *idiom_pixel_shuffle(IdiomGraph *g, IdiomTensor *x, guint r);

typedef enum {
    IDIOM_UPSAMPLE_NEAREST,
    IDIOM_UPSAMPLE_BILINEAR,
} IdiomUpsample;

/** idiom_upsample2: twice the size; bilinear as align_corners=False. */
IdiomTensor *idiom_upsample2(IdiomGraph *g, IdiomTensor *x, IdiomUpsample mode);

typedef enum {
    IDIOM_POOL_MAX,
    IDIOM_POOL_AVG,
} IdiomPool;

/**
 * idiom_pool2d: windows of @k x @k (at most 8 x 8) every @stride. @ceil_mode rounds the size up: windows at the right
 * and lower edge may hang over (max only; what lies outside does not count). The gradient of max goes to the first
 * maximum in row-major order.
 */
IdiomTensor *idiom_pool2d(IdiomGraph *g, IdiomTensor *x, IdiomPool mode, guint k, guint stride,
                          gboolean ceil_mode);

/* --- normalization and statistics ----------------------------------------------------------------- */

/**
 * idiom_shrink: planes [n,c,h,w]: each pixel the mean of the area of @x that it covers; @w and @h at most @x's. No gradient.
 */
IdiomTensor *idiom_shrink(IdiomGraph *g, IdiomTensor *x, guint w, guint h);

/**
 * idiom_guided_upsample:
 * @low: planes [n,3,h,w]
 * @low_guide: planes [n,3,h,w]: what @low was made of
 * @guide: planes [n,3,H,W]: the same in the wanted size, H at least h, W at least w
 *
 * @low in the size of @guide, interpolated linearly, with detail of @guide where the colours follow its luma: edges are as
 * sharp as those of @guide. No gradient.
 */
IdiomTensor *idiom_guided_upsample(IdiomGraph *g, IdiomTensor *low, IdiomTensor *low_guide,
                                   IdiomTensor *guide);

/**
 * idiom_recolour: the luma of @picture, planes [n,3,h,w], with the share @amount (flat scalar) of its own colour and the
 * rest of @source's. No gradient.
 */
IdiomTensor *idiom_recolour(IdiomGraph *g, IdiomTensor *picture, IdiomTensor *source, IdiomTensor *amount);

/**
 * idiom_matte_guide:
 * @mask: flat or planes [n,1,h,w], 0..1
 * @picture: planes [n,3,H,W]: the picture that it is a mask of, H at least h, W at least w
 *
 * The picture in the size of the mask, and the mask as its fourth channel: [n,4,h,w]. Each pixel is the mean of four of
 * those that it covers. No gradient.
 */
IdiomTensor *idiom_matte_guide(IdiomGraph *g, IdiomTensor *mask, IdiomTensor *picture);

/**
 * idiom_matte_fit:
 * @guide: as idiom_matte_guide() makes it
 *
 * For each pixel how the mask follows the guide's colours in the 5x5 pixels around: [n,4,h,w]: factors of R, G, B, and what
 * is added. No gradient.
 */
IdiomTensor *idiom_matte_fit(IdiomGraph *g, IdiomTensor *guide);

/**
 * idiom_matte:
 * @fit: as idiom_matte_fit() makes it
 * @guide: planes [n,3,H,W]: the picture in any size
 *
 * The mask in the size of @guide, its edges where those of @guide are. Four pixels of a row lie in one: channel x mod 4 of
 * column x / 4, shape idiom_matte_shape(). No gradient.
 */
IdiomTensor *idiom_matte(IdiomGraph *g, IdiomTensor *fit, IdiomTensor *guide);
IdiomShape idiom_matte_shape(IdiomShape guide);

/** idiom_matte_mix: @outside where @matte, of idiom_matte(), is 0, @inside where it is 1. No gradient. */
IdiomTensor *idiom_matte_mix(IdiomGraph *g, IdiomTensor *outside, IdiomTensor *inside, IdiomTensor *matte);

/** idiom_mean_hw: mean over height and width: [n,c,1,1]. */
IdiomTensor *idiom_mean_hw(IdiomGraph *g, IdiomTensor *x);
/** idiom_variance_hw: biased variance over height and width: [n,c,1,1]. */
IdiomTensor *idiom_variance_hw(IdiomGraph *g, IdiomTensor *x);
/**
 * idiom_instance_norm: conditional instance normalization (Dumoulin et al., arXiv 1610.07629):
 * act(gamma (x - mean) / sqrt(variance + 1e-5) + beta) + residual, statistics over height and width.
 * @gamma, @beta: flat [s,c,1,1], one row per style
 * @mix: flat [1 or n,s,1,1]: weight of each style; NULL where s = 1; no gradient
 * @residual: NULL, or of @x's shape
 * @keep: NULL, or flat scalar 0..1, for one picture: the mean and variance become @keep times those of the last run plus
 *   1 - @keep times those of @x, and are kept for the next; no gradient flows through what is kept
 */
IdiomTensor *idiom_instance_norm(IdiomGraph *g, IdiomTensor *x, IdiomTensor *gamma, IdiomTensor *beta,
                                 IdiomTensor *mix, IdiomTensor *residual, IdiomActivation act,
                                 IdiomTensor *keep);
/**
 * idiom_gram: flat [n,1,c,c]: sum over pixels of (x_i - m_i)(x_j - m_j) / (h w).
 * @center: flat [1,c,1,1]: m, or NULL for 0; no gradient
 */
IdiomTensor *idiom_gram(IdiomGraph *g, IdiomTensor *x, IdiomTensor *center);

/**
 * idiom_spectral_norm: @weight over its largest singular value (Miyato et al., arXiv 1802.05957), as |W^T u| has it.
 * @weight: flat [o,i,kh,kw], a matrix of o rows and i kh kw columns, at most 65535 of either
 * @u: flat [1,o,1,1]: a unit vector kept close to the first left singular vector by idiom_spectral_iterate(); with
 *   any other the result is too large by what |W^T u| falls short. The gradient is exact for a @u that stays; there
 *   is none for @u.
 * Result: flat, of @weight's shape; a zero @weight stays zero. Asked for twice, it is made once.
 */
IdiomTensor *idiom_spectral_norm(IdiomGraph *g, IdiomTensor *weight, IdiomTensor *u);
/**
 * idiom_spectral_iterate: one step of the power iteration, in place: u becomes W W^T u / |W W^T u|. No gradient.
 * @weight, @u: as above; @u a parameter
 * It runs before what is added after it, once in each run even if asked for twice.
 */
void idiom_spectral_iterate(IdiomGraph *g, IdiomTensor *weight, IdiomTensor *u);

/* --- losses: flat scalars ------------------------------------------------------------------------- */

/** idiom_difference: x(p + order) - ... along @axis (0: x, 1: y): first (@order 1) or second (2) differences; the
 *  result is @order pixels smaller along @axis. */
IdiomTensor *idiom_difference(IdiomGraph *g, IdiomTensor *x, guint axis, guint order);
/** idiom_mean, _mean_square, _mean_abs: over all elements. */
IdiomTensor *idiom_mean(IdiomGraph *g, IdiomTensor *a);
IdiomTensor *idiom_mean_square(IdiomGraph *g, IdiomTensor *a);
IdiomTensor *idiom_mean_abs(IdiomGraph *g, IdiomTensor *a);
/** idiom_mse, idiom_mae: mean over all elements of (a - b)^2, |a - b|. */
IdiomTensor *idiom_mse(IdiomGraph *g, IdiomTensor *a, IdiomTensor *b);
IdiomTensor *idiom_mae(IdiomGraph *g, IdiomTensor *a, IdiomTensor *b);
/** idiom_gram_distance: flat scalar: mean over n of |gram_n - target|^2 / |target|^2 (Frobenius). @target: flat
 *  [1,1,c,c], no gradient. */
IdiomTensor *idiom_gram_distance(IdiomGraph *g, IdiomTensor *gram, IdiomTensor *target);
/** idiom_divide: flat scalars a / b; no gradient for @b. */
IdiomTensor *idiom_divide(IdiomGraph *g, IdiomTensor *a, IdiomTensor *b);

/* --- from run to run ------------------------------------------------------------------------------ */

/**
 * idiom_assign: @state, from idiom_graph_state(), becomes @value, of its layout and shape. Operations added before this
 * one see the old values, in every run; those added later the new ones. Has no result; never left out.
 */
void idiom_assign(IdiomGraph *g, IdiomTensor *state, IdiomTensor *value);

/* --- networks of other people ----------------------------------------------------------------------- */

/*
 * What ONNX has and the project's own networks do not need. None has a gradient: an input that needs one is an error
 * (IDIOM_ERROR_SHAPE), so that nothing is trained through them by mistake.
 */

/** IdiomFunction: of an element x, with constants p and q; from ADD on of two, x and y. */
typedef enum {
    IDIOM_FUNCTION_CLAMP,       /**< between p and q */
    IDIOM_FUNCTION_LEAKY,       /**< p x below zero */
    IDIOM_FUNCTION_ELU,         /**< q (p (exp(x) - 1)) below zero, q x above */
    IDIOM_FUNCTION_HARDSIGMOID, /**< p x + q, clamped to 0..1 */
    IDIOM_FUNCTION_ABS,
    IDIOM_FUNCTION_SQRT, /**< 0 below zero */
    IDIOM_FUNCTION_EXP,
    IDIOM_FUNCTION_LOG, /**< of at least 1e-30 */
    IDIOM_FUNCTION_ERF, /**< to 2e-7 */
    IDIOM_FUNCTION_FLOOR,
    IDIOM_FUNCTION_CEIL,
    IDIOM_FUNCTION_ROUND,      /**< half to even */
    IDIOM_FUNCTION_POWER,      /**< x to p; 0 where that is not a number */
    IDIOM_FUNCTION_RECIPROCAL, /**< p / x */
    IDIOM_FUNCTION_ADD,
    IDIOM_FUNCTION_SUB,
    IDIOM_FUNCTION_MUL,
    IDIOM_FUNCTION_DIV,
    IDIOM_FUNCTION_MIN,
    IDIOM_FUNCTION_MAX,
    IDIOM_FUNCTION_POW,   /**< x to y; 0 where that is not a number */
    IDIOM_FUNCTION_PRELU, /**< x y where x is below zero */
} IdiomFunction;

/** idiom_function: @y: NULL for functions of one; or of @x's shape, or with n = 1, c = 1 or h = w = 1, then repeated. */
IdiomTensor *idiom_function(IdiomGraph *g, IdiomTensor *x, IdiomTensor *y, IdiomFunction function, double p,
                            double q);

/**
 * idiom_group_norm: act(gamma (x - mean) / sqrt(variance + @epsilon) + beta) + residual, statistics over height, width and
 * the channels of a group. @gamma, @beta: flat [1,c,1,1]; @groups: divides c, and c is instance norm; @residual, @keep: as
 * idiom_instance_norm().
 */
IdiomTensor *idiom_group_norm(IdiomGraph *g, IdiomTensor *x, IdiomTensor *gamma, IdiomTensor *beta,
                              guint groups, double epsilon, IdiomTensor *residual, IdiomActivation act,
                              IdiomTensor *keep);

/** Of convolutions; pairs are across, down. */
typedef struct {
    guint stride[2], dilation[2];
    gint pad[4]; /**< left, top, right, bottom: zeros; below zero: cut off */
    guint groups;
    gboolean transposed;
    guint more[2]; /**< transposed: pixels more at the right and lower edge of the result */
    IdiomActivation act;
} IdiomConvAnyParams;

/**
 * idiom_conv2d_any: convolution of any kind. @weight: flat [o,c/groups,kh,kw], transposed [c,o/groups,kh,kw]; @bias: flat
 * [1,o,1,1] or NULL. The result has (h + pads - reach) / stride + 1 rows, transposed (h - 1) stride + reach - pads + more,
 * with reach = (kh - 1) dilation + 1. Transposed with equal sides, stride 1 or 2 and one group is as fast as
 * idiom_conv2d(); everything else is simple and slow.
 */
IdiomTensor *idiom_conv2d_any(IdiomGraph *g, IdiomTensor *x, IdiomTensor *weight, IdiomTensor *bias,
                              const IdiomConvAnyParams *params);

/**
 * idiom_upsample2_nearest_conv2d: idiom_upsample2() of @x, nearest neighbour, then idiom_conv2d() with a 3x3 kernel, pad 1
 * by @mode and @act, in one. @weight: values of shape @kernel, [o,c,3,3], on the host; @bias: flat [1,o,1,1] or NULL.
 */
IdiomTensor *idiom_upsample2_nearest_conv2d(IdiomGraph *g, IdiomTensor *x, IdiomShape kernel,
                                            const float *weight, IdiomTensor *bias, IdiomPadMode mode,
                                            IdiomActivation act);

/** IdiomRounding: of positions for nearest neighbour. */
typedef enum {
    IDIOM_ROUNDING_HALF_DOWN,
    IDIOM_ROUNDING_HALF_UP,
    IDIOM_ROUNDING_FLOOR,
    IDIOM_ROUNDING_CEIL,
} IdiomRounding;

typedef struct {
    IdiomUpsample mode;
    IdiomRounding rounding;
    double scale[2],
        offset[2]; /**< across, down: pixel i is taken from i scale + offset, within the picture */
} IdiomResizeParams;

/** idiom_resize2d: planes [n,c,@h,@w]. */
IdiomTensor *idiom_resize2d(IdiomGraph *g, IdiomTensor *x, guint w, guint h, const IdiomResizeParams *params);

/** Of pooling; pairs are across, down. */
typedef struct {
    IdiomPool mode;
    guint kernel[2], stride[2], dilation[2];
    guint pad[4];        /**< left, top, right, bottom */
    gboolean ceil_mode;  /**< the size is rounded up; windows begin inside */
    gboolean count_pads; /**< the mean counts what is padded, as zeros */
} IdiomPoolAnyParams;

/** idiom_pool2d_any: idiom_pool2d() with padding and windows of any kind. */
IdiomTensor *idiom_pool2d_any(IdiomGraph *g, IdiomTensor *x, const IdiomPoolAnyParams *params);

#define IDIOM_REARRANGE_MAX_RANK 8

/**
 * idiom_rearrange: planes of @shape whose element (i, j, ...) in @rank dimensions @dims, counted in NCHW order, is the
 * element @offset + i strides[0] + j strides[1] + ... of @x, counted so as well.
 */
IdiomTensor *idiom_rearrange(IdiomGraph *g, IdiomTensor *x, IdiomShape shape, guint rank, const gint64 *dims,
                             const gint64 *strides, gint64 offset);

/* --- optimization --------------------------------------------------------------------------------- */

/**
 * idiom_adam: one step of Adam (Kingma and Ba, arXiv 1412.6980) on whole parameter sets, in place.
 * @params, @m, @v: sets of equal size; @m and @v hold the moments and start at zero
 * @gradient: flat [1,1,1,elements]
 * @hyper: flat [1,5,1,1] written by the host before each run: learning rate, beta1, beta2, epsilon, and the step
 *   number counted from 1
 * Has no result; it runs after everything before it.
 */
void idiom_adam(IdiomGraph *g, IdiomParams *params, IdiomTensor *gradient, IdiomParams *m, IdiomParams *v,
                IdiomTensor *hyper);

/**
 * idiom_average: one step of an exponential moving average of a whole parameter set, in place:
 * average += (1 - decay) (params - average). What averaged weights are worth: Yazici et al., arXiv 1806.04498.
 * @average: a set of the size of @params, which starts as a copy of it
 * @decay: flat, one element, 0 (copies) to 1 (changes nothing)
 * Has no result; it runs after everything before it, so after idiom_adam() of the same graph it sees the new values.
 */
void idiom_average(IdiomGraph *g, IdiomParams *average, IdiomParams *params, IdiomTensor *decay);

G_END_DECLS

#endif
