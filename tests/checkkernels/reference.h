/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Every operation in plain C, in double precision: what the shaders are checked against. Written for clarity:
 * an operation is the list of its partial derivatives (RefRule.entries), from which its gradient follows and,
 * where it is linear, its result too.
 */
#ifndef CHECK_REFERENCE_H
#define CHECK_REFERENCE_H

#include <idiom-unstable/ops.h>

#define REF_MAX_IN 6

/* NCHW. */
typedef struct {
    IdiomShape shape;
    double *v;
    double *pre; /* before the activation; NULL where there is none */
} Ref;

Ref *ref_new(IdiomShape shape);
void ref_free(Ref *t);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Ref, ref_free)

/* The constant arguments of an operation. */
typedef struct {
    guint n[5]; /* as RefRule's comment says */
    double f[2];
    IdiomConvParams conv;
    IdiomActivation act;
} RefArgs;

typedef struct RefSink RefSink;

typedef struct {
    IdiomShape (*shape)(const RefArgs *a, Ref *const *in);
    /* Calls emit(input, out index, in index, d out / d in) for every pair that has one. */
    void (*entries)(const RefArgs *a, Ref *const *in, RefSink *sink);
    /*
     * Bit set: the inputs over which sum(d out / d in * in) is the result before the activation. 0: value()
     * says.
     */
    guint linear;
    void (*value)(const RefArgs *a, Ref *const *in, Ref *out);
    /* Instead of all of the above but shape: for what has no short list of derivatives. */
    void (*forward)(const RefArgs *a, Ref *const *in, Ref *out);
    void (*backward)(const RefArgs *a, Ref *const *in, const Ref *out_gradient, Ref *const *in_gradient);
} RefRule;

/* Result; inputs that are absent are NULL. */
Ref *ref_forward(const RefRule *rule, const RefArgs *a, Ref *const *in);

/* Adds to the gradients; those not wanted are NULL. */
void ref_backward(const RefRule *rule, const RefArgs *a, Ref *const *in, const Ref *out,
                  const Ref *out_gradient, Ref *const *in_gradient);

double ref_activate(double x, IdiomActivation act);
double ref_activate_slope(double x, IdiomActivation act);

extern const RefRule ref_identity;
extern const RefRule ref_add, ref_sub, ref_mul, ref_affine, ref_channel_affine, ref_mix, ref_power;
extern const RefRule ref_conv2d; /* x, x2, weight, bias */
extern const RefRule ref_pad2d;  /* n: left, right, top, bottom, mode */
extern const RefRule ref_concat, ref_slice, ref_crop, ref_warp, ref_unshuffle, ref_shuffle;
extern const RefRule ref_upsample2;        /* n: IdiomUpsample */
extern const RefRule ref_upsample2_conv2d; /* x, x2, weight, bias */
extern const RefRule ref_pool2d;           /* n: IdiomPool, k, stride, ceil */
extern const RefRule ref_mean_hw, ref_variance_hw;
extern const RefRule ref_instance_norm; /* x, gamma, beta, mix, residual */
extern const RefRule ref_gram;          /* x, center */
extern const RefRule ref_spectral_norm; /* weight, u */
extern const RefRule ref_difference;    /* n: axis, order */
extern const RefRule ref_mean, ref_mean_square, ref_mean_abs, ref_mse, ref_mae, ref_gram_distance, ref_divide;

#endif
