/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "run.h"
#include "operands.h"
#include "reference/activation.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "gpu/gpu.h"
#include "graph/op.h"

/*
 * An error may be this much of the largest expected value (and of 0.1, as the data are around 1).
 * Accumulation is fp32 always: 1e-5 leaves room for sums of 10^5 terms. With fp16 the result itself is
 * rounded to 5e-4.
 */
static const double tolerance_of[] = {[IDIOM_FP32] = 1e-5, [IDIOM_FP16] = 2e-3};

static double largest(const Ref *t)
{
    double result = 0;
    for (gsize i = 0; i < idiom_shape_elements(t->shape); i++)
        result = fmax(result, fabs(t->v[i]));
    return result;
}

char *run_compare(const char *what, const Ref *expected, const float *got, guint stored, double tolerance)
{
    IdiomShape s = expected->shape;
    gsize pixels = (gsize)s.h * s.w;
    double worst = -1;
    char *message = NULL;
    for (gsize i = 0; i < s.n * stored * pixels; i++) {
        gsize p = i % pixels, c = i / pixels % stored, n = i / pixels / stored;
        gsize k = (n * s.c + c) * pixels + p;
        double reference = c < s.c ? expected->v[k] : 0;
        if (c < s.c && expected->open && expected->open[k])
            continue;
        double allowed = c < s.c ? tolerance : 0;
        double error = isfinite(got[i]) ? fabs(got[i] - reference) : INFINITY;
        if (error <= allowed || error <= worst)
            continue;
        worst = error;
        g_free(message);
        message =
            g_strdup_printf("%s at n %u c %u y %u x %u%s: %g instead of %g; max error %.3g, tolerance %.3g",
                            what, (guint)n, (guint)c, (guint)(p / s.w), (guint)(p % s.w),
                            c < s.c ? "" : " (unused channel)", got[i], reference, error, allowed);
    }
    return message;
}

/* A tensor that the program returns, and what is expected there. */
typedef struct {
    IdiomTensor *tensor;
    gsize offset; /* elements before it */
    guint stored; /* channels that are stored */
    Ref *expected;
    char *what;
    double slack; /* what it may be off besides */
} Output;

static void output_clear(gpointer data)
{
    Output *o = data;
    ref_free(o->expected);
    g_free(o->what);
}

static void add_output(GArray *outputs, IdiomGraph *g, IdiomTensor *tensor, gsize offset, Ref *expected,
                       char *what)
{
    guint stored = expected->shape.c;
    if (tensor && tensor->layout == IDIOM_LAYOUT_PLANES) {
        /* the unused channels of the last four as well: they lie in the same storage */
        stored = 4 * idiom_c4(stored);
        tensor = idiom_stop_gradient(g, tensor);
        if (tensor)
            tensor->shape.c = stored;
        tensor = idiom_to_flat(g, tensor);
    }
    Output output = {tensor, offset, stored, expected, what, 0};
    g_array_append_val(outputs, output);
}

/* A sum over pixels is made of their mean, which is rounded as they are: numbers up to 1, whatever they sum up to. */
static double sum_slack(IdiomShape sum, IdiomShape of)
{
    const gboolean over_pixels = sum.h == 1 && sum.w == 1 && sum.c == of.c;
    return over_pixels ? 4 * FLT_EPSILON * of.n * of.h * of.w : 0;
}

static guint wanted_gradients(const Case *c)
{
    guint mask = 0;
    for (guint i = 0; i < MIN(c->n_in, G_N_ELEMENTS(c->in)); i++)
        mask |= (guint)(c->in[i].gradient != FALSE) << i;
    return mask;
}

/* fp32 operands become fp16 */
static gboolean rounds_operands(const IdiomDevice *device)
{
    return idiom_device_products(device) == IDIOM_PRODUCTS_MATRIX_ALL;
}

/* Adds the gradients of a loss that is the sum of the result's elements, each times a random number. */
static void add_gradients(const Operands *in, IdiomGraph *g, IdiomTensor *result, const Ref *expected,
                          GArray *outputs, GRand *random)
{
    const Case *c = in->c;
    Ref *gradients[REF_MAX_IN] = {NULL};
    double factor;
    g_autoptr(Ref) weights = random_tensor(expected->shape, FILL_SIGNED, FALSE, random);
    /* no judgement where the slope jumps: rounding decides on which side we are */
    double near = idiom_graph_matrix(g) ? tolerance_of[IDIOM_FP16] * (largest(expected) + 0.1) : 1e-4;
    for (gsize i = 0; expected->pre && i < idiom_shape_elements(expected->shape); i++)
        if (fabs(ref_activate_slope(expected->pre[i] + near, c->args.act) -
                 ref_activate_slope(expected->pre[i] - near, c->args.act)) > 0.01)
            weights->v[i] = 0;
    IdiomTensor *loss = weighted_sum(g, result, weights, &factor);
    IdiomTensor *all =
        idiom_graph_differentiate(g, &loss, &factor, 1, idiom_params_count(in->params) ? in->params : NULL);

    for (guint i = 0; i < c->n_in; i++)
        if (c->in[i].gradient)
            gradients[i] = ref_new(c->in[i].shape);
    ref_backward(c->op->rule, &c->args, in->values, expected, weights, gradients);
    for (guint i = 0; i < c->n_in; i++) {
        gsize offset = 0;
        IdiomTensor *tensor = all;
        if (!gradients[i])
            continue;
        if (c->in[i].kind == OPERAND_PARAM)
            offset =
                idiom_params_offset(in->params, (guint)idiom_params_find(in->params, c->op->in_names[i]));
        else
            tensor = idiom_graph_error(g) ? NULL : idiom_tensor_gradient(in->tensors[i]);
        add_output(outputs, g, tensor, offset, gradients[i],
                   g_strdup_printf("gradient of %s", c->op->in_names[i]));
        g_array_index(outputs, Output, outputs->len - 1).slack =
            sum_slack(gradients[i]->shape, expected->shape);
    }
}

/* Builds the graph; the reference results are in @outputs. Returns NULL, or what is wrong. */
static char *build(const Operands *in, Pass pass, IdiomGraph *g, GArray *outputs, GRand *random)
{
    const Case *c = in->c;
    IdiomTensor *result = c->op->build(g, &c->args, in->tensors);
    if (!result)
        return g_strdup(idiom_graph_error(g) ? idiom_graph_error(g)->message : "no result");
    Ref *reference = ref_forward(c->op->rule, &c->args, in->values);
    IdiomShape got = idiom_tensor_shape(result), expected = reference->shape;
    if (!idiom_shape_equal(got, expected)) {
        ref_free(reference);
        return g_strdup_printf("shape [%u,%u,%u,%u] instead of [%u,%u,%u,%u]", got.n, got.c, got.h, got.w,
                               expected.n, expected.c, expected.h, expected.w);
    }
    if (pass == PASS_BACKWARD)
        add_gradients(in, g, result, reference, outputs, random);
    add_output(outputs, g, result, 0, reference, g_strdup("result"));
    for (guint i = 0; i < outputs->len && !idiom_graph_error(g); i++)
        if (!g_array_index(outputs, Output, i).tensor)
            return g_strdup_printf("there is no %s", g_array_index(outputs, Output, i).what);
    return NULL;
}

/* A copy of what the program has computed, bytes as floats. */
static float *copy_result(IdiomProgram *program, const Output *o)
{
    IdiomShape s = o->expected->shape;
    gsize count = (gsize)s.n * o->stored * s.h * s.w;
    gconstpointer result = idiom_program_map(program, o->tensor);
    float *copy = g_new(float, count);
    for (gsize i = 0; i < count; i++)
        copy[i] = idiom_tensor_layout(o->tensor) == IDIOM_LAYOUT_BYTES
                      ? ((const guint8 *)result)[i]
                      : ((const float *)result)[o->offset + i];
    return copy;
}

static gsize stored_bytes(const Output *o)
{
    IdiomShape s = o->expected->shape;
    return (gsize)s.n * o->stored * s.h * s.w * sizeof(float);
}

/* How far a result may be from what is expected. */
static double tolerance(const Case *c, const IdiomDevice *device, IdiomPrecision precision, const Output *o)
{
    double loose = c->op->loose > 0 ? c->op->loose : 1;
    /* bytes are rounded, the reference is not */
    if (idiom_tensor_layout(o->tensor) == IDIOM_LAYOUT_BYTES)
        return 0.5 + loose * 255 * tolerance_of[precision] / 4;
    if (c->args.act >= IDIOM_ACT_TANH)
        loose *= 4; /* a saturated function's slope is a difference of numbers close to each other */
    if (c->op->fp32_result)
        precision = IDIOM_FP32;
    /* what is stored as fp32 is rounded, too: weights, and with matrices all operands */
    if (idiom_device_products(device) != IDIOM_PRODUCTS_FP32)
        loose *= 4;
    if (rounds_operands(device))
        precision = IDIOM_FP16;
    return tolerance_of[precision] * loose * (largest(o->expected) + 0.1) + o->slack;
}

/* Runs the program twice: the second run must give the same bits. */
static char *run_twice(const Operands *in, const IdiomDevice *device, IdiomPrecision precision,
                       IdiomProgram *program, GArray *outputs)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) first = g_ptr_array_new_with_free_func(g_free);
    operands_upload(in, program);
    if (!idiom_program_run(program, &error))
        return g_strdup(error->message);
    for (guint i = 0; i < outputs->len; i++) {
        const Output *o = &g_array_index(outputs, Output, i);
        float *result = copy_result(program, o);
        g_ptr_array_add(first, result);
        char *message =
            run_compare(o->what, o->expected, result, o->stored, tolerance(in->c, device, precision, o));
        if (message)
            return message;
    }
    if (!idiom_program_run(program, &error))
        return g_strdup(error->message);
    for (guint i = 0; i < outputs->len; i++) {
        const Output *o = &g_array_index(outputs, Output, i);
        g_autofree float *again = copy_result(program, o);
        if (memcmp(first->pdata[i], again, stored_bytes(o)))
            return g_strdup_printf("%s differs between two runs", o->what);
    }
    return NULL;
}

char *run_case(const Case *c, Pass pass, IdiomDevice *device, IdiomPrecision precision)
{
    if (c->op->check)
        return c->op->check(device, precision);

    GRand *random = g_rand_new_with_seed(g_str_hash(c->op->name) ^ g_str_hash(c->text));
    g_autoptr(GArray) outputs = g_array_new(FALSE, FALSE, sizeof(Output));
    g_array_set_clear_func(outputs, output_clear);
    IdiomGraph *g = idiom_graph_new(device, precision);
    Operands in;
    operands_init(&in, c, device, g, precision, pass == PASS_BACKWARD ? wanted_gradients(c) : 0, random);

    char *message = build(&in, pass, g, outputs, random);
    if (message) {
        idiom_graph_free(g);
    } else {
        g_autoptr(GError) error = NULL;
        g_autofree IdiomTensor **tensors = g_new(IdiomTensor *, outputs->len);
        for (guint i = 0; i < outputs->len; i++)
            tensors[i] = g_array_index(outputs, Output, i).tensor;
        g_autoptr(IdiomProgram) program = idiom_program_new(g, tensors, outputs->len, &error);
        message = program ? run_twice(&in, device, precision, program, outputs) : g_strdup(error->message);
    }
    operands_clear(&in);
    g_rand_free(random);
    return message;
}

gboolean run_applies(const Case *c, Pass pass, IdiomPrecision precision)
{
    if (precision == IDIOM_FP16 && (pass == PASS_BACKWARD || c->op->fp32_only))
        return FALSE;
    return pass == PASS_FORWARD || wanted_gradients(c) != 0;
}

gboolean run_depends(const Case *c, IdiomDevice *device, IdiomPrecision precision)
{
    IdiomProducts products = idiom_device_products(device);
    if (products == IDIOM_PRODUCTS_FP32)
        return TRUE;
    return (precision == IDIOM_FP16 || products == IDIOM_PRODUCTS_MATRIX_ALL) &&
           (strstr(c->op->name, "conv2d") || strstr(c->op->name, "gram"));
}

char *variant_name(IdiomFamily family, IdiomPrecision precision)
{
    return g_strdup_printf("%s%s", family == IDIOM_FAMILY_LANE ? "lane" : "vec",
                           precision == IDIOM_FP16 ? "16" : "32");
}
