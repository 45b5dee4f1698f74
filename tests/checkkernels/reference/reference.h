/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Operations in plain C, in double precision: what the shaders are checked against. Written for clarity: an operation is
 * the list of its partial derivatives (RefRule.entries), from which its gradient follows and, where it is linear, its
 * result too.
 */
#ifndef CHECK_REFERENCE_H
#define CHECK_REFERENCE_H

#include <idiom-unstable/ops.h>

#define REF_MAX_IN 8

/* NCHW. */
typedef struct {
    IdiomShape shape;
    double *v;
    double *pre; /* before the activation; NULL where there is none */
    /*
     * Elements that are not judged; NULL: all are. Those of which nothing is said, and those where rounding decides
     * between two values that are far apart.
     */
    gboolean *open;
} Ref;

Ref *ref_new(IdiomShape shape);
void ref_free(Ref *t);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Ref, ref_free)

/* Element @i is not judged. */
void ref_leave_open(Ref *t, gsize i);

/* The constant arguments of an operation. */
typedef struct {
    guint n[5]; /* as the operation's file says */
    double f[4];
    IdiomConvParams conv;
    IdiomActivation act;
    gconstpointer more; /* static */
} RefArgs;

/* Where partial derivatives go. */
typedef struct {
    guint linear;
    Ref *const *in;
    Ref *out;            /* forward: where results are added */
    const Ref *gradient; /* backward: of the result before the activation */
    Ref *const *in_gradient;
} RefSink;

typedef struct {
    IdiomShape (*shape)(const RefArgs *a, Ref *const *in);
    /* Calls emit(sink, input, out index, in index, d out / d in) for every pair that has one. */
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

/* --- for rules ------------------------------------------------------------------------------------ */

static inline gsize at(const Ref *t, guint n, guint c, guint y, guint x)
{
    return (((gsize)n * t->shape.c + c) * t->shape.h + y) * t->shape.w + x;
}

/* Index of the position nearest to (@y, @x). */
static inline gsize at_clamped(const Ref *t, guint n, guint c, int y, int x)
{
    return at(t, n, c, (guint)CLAMP(y, 0, (int)t->shape.h - 1), (guint)CLAMP(x, 0, (int)t->shape.w - 1));
}

static inline gsize elements(const Ref *t)
{
    return idiom_shape_elements(t->shape);
}

static inline void emit(RefSink *s, guint input, gsize out, gsize in, double factor)
{
    if (s->out) {
        if (s->linear >> input & 1)
            s->out->v[out] += factor * s->in[input]->v[in];
    } else if (s->in_gradient[input]) {
        s->in_gradient[input]->v[in] += factor * s->gradient->v[out];
    }
}

/* Loops over all positions of a shape. */
#define FOR_SHAPE(s, n_, c_, y_, x_)                                                                         \
    for (guint n_ = 0; n_ < (s).n; n_++)                                                                     \
        for (guint c_ = 0; c_ < (s).c; c_++)                                                                 \
            for (guint y_ = 0; y_ < (s).h; y_++)                                                             \
                for (guint x_ = 0; x_ < (s).w; x_++)

/* Shapes of results: the first input's, [1,1,1,1], [n,c,1,1]. */
IdiomShape same_shape(const RefArgs *a, Ref *const *in);
IdiomShape scalar_shape(const RefArgs *a, Ref *const *in);
IdiomShape channel_shape(const RefArgs *a, Ref *const *in);

/* --- what several rules share --------------------------------------------------------------------- */

extern const RefRule ref_identity;
extern const RefRule ref_conv2d;    /* x, x2, weight, bias */
extern const RefRule ref_upsample2; /* n: IdiomUpsample */
extern const RefRule ref_pool2d;    /* n: IdiomPool, k, stride, ceil */

/* Where position @i of a padded row of @n comes from; -1: zero. */
int ref_padded_source(int i, int n, IdiomPadMode mode);

double ref_plane_mean(const double *v, gsize count);
double ref_plane_variance(const double *v, gsize count);

/* Of RGB at a position (ITU-R BT.709's weights). */
double ref_luma(const Ref *t, int y, int x);

/* Channel @c at a position between the pixels, by linear interpolation; the edge is repeated. */
double ref_linear(const Ref *t, guint n, guint c, double y, double x);

/* Catmull and Rom's cubic: weight of a sample at distance @t. */
double ref_catmull_rom(double t);

#endif
