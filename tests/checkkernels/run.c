/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "run.h"
#include "adam.h"

#include <math.h>
#include <string.h>

#include "graph/op.h"
#include <idiom/program.h>

/*
 * An error may be this much of the largest expected value (and of 0.1, as the data are around 1). Accumulation is fp32
 * always: 1e-5 leaves room for sums of 10^5 terms. With fp16 the result itself is rounded to 5e-4.
 */
static const double tolerance_of[] = {[IDIOM_FP32] = 1e-5, [IDIOM_FP16] = 2e-3};

/* --- values ----------------------------------------------------------------------------------------- */

static double random_value(Fill fill, GRand *random)
{
    double x = g_rand_double_range(random, 0.001, 1);
    switch (fill) {
    case FILL_POSITIVE:
        return 0.1 + x;
    case FILL_SHIFTED:
        return 4 + 2 * x;
    case FILL_LEVELS:
        return g_rand_int_range(random, -2, 3) / 2.0;
    case FILL_OFFSETS:
        return g_rand_int_range(random, -6, 7);
    default:
        return g_rand_boolean(random) ? x : -x;
    }
}

static double round_to_half(double x)
{
    int exponent;
    double fraction = frexp(x, &exponent);
    return ldexp(nearbyint(fraction * 2048) / 2048, exponent);
}

/* Random values that the device's storage holds exactly, so that only its arithmetic is judged. */
static Ref *random_tensor(IdiomShape shape, Fill fill, gboolean half, GRand *random)
{
    Ref *t = ref_new(shape);
    for (gsize i = 0; i < idiom_shape_elements(shape); i++) {
        double x = random_value(fill, random);
        t->v[i] = half ? round_to_half(x) : (float)x;
    }
    return t;
}

static float *to_floats(const Ref *t)
{
    float *values = g_new(float, idiom_shape_elements(t->shape));
    for (gsize i = 0; i < idiom_shape_elements(t->shape); i++)
        values[i] = (float)t->v[i];
    return values;
}

static double largest(const Ref *t)
{
    double result = 0;
    for (gsize i = 0; i < idiom_shape_elements(t->shape); i++)
        result = fmax(result, fabs(t->v[i]));
    return result;
}

/* --- comparison ------------------------------------------------------------------------------------- */

char *run_compare(const char *what, const Ref *expected, const float *got, guint stored, double tolerance)
{
    IdiomShape s = expected->shape;
    double worst = -1;
    char *message = NULL;
    for (guint n = 0; n < s.n; n++)
        for (guint c = 0; c < stored; c++)
            for (gsize p = 0; p < (gsize)s.h * s.w; p++) {
                double value = got[((gsize)n * stored + c) * s.h * s.w + p];
                double reference = c < s.c ? expected->v[((gsize)n * s.c + c) * s.h * s.w + p] : 0;
                double error = isfinite(value) ? fabs(value - reference) : INFINITY;
                if (error <= (c < s.c ? tolerance : 0) || error <= worst)
                    continue;
                worst = error;
                g_free(message);
                message = g_strdup_printf("%s at n %u c %u y %u x %u%s: %g instead of %g; max error %.3g, "
                                          "tolerance %.3g",
                                          what, n, c, (guint)(p / s.w), (guint)(p % s.w),
                                          c < s.c ? "" : " (unused channel)", value, reference, error,
                                          c < s.c ? tolerance : 0.0);
            }
    return message;
}

/* --- one case --------------------------------------------------------------------------------------- */

/* A tensor that the program returns, and what is expected there. */
typedef struct {
    IdiomTensor *tensor;
    gsize offset; /* elements before it */
    guint stored; /* channels that are stored */
    Ref *expected;
    char *what;
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
        /* the unused channels of the last four as well: they are in the same storage */
        stored = 4 * idiom_c4(stored);
        tensor = idiom_stop_gradient(g, tensor);
        if (tensor)
            tensor->shape.c = stored;
        tensor = idiom_to_flat(g, tensor);
    }
    g_array_append_val(outputs, ((Output){tensor, offset, stored, expected, what}));
}

typedef struct {
    const Case *c;
    Pass pass;
    IdiomPrecision precision;
    IdiomGraph *graph;
    IdiomParams *params;
    Ref *values[REF_MAX_IN], *gradients[REF_MAX_IN];
    IdiomTensor *inputs[REF_MAX_IN];   /* written by the host */
    IdiomTensor *operands[REF_MAX_IN]; /* what the operation gets */
    Ref *result;
} Run;

static void make_operands(Run *run, IdiomDevice *device, GRand *random)
{
    const Case *c = run->c;
    run->params = idiom_params_new(device);
    for (guint i = 0; i < c->n_in; i++) {
        const Operand *operand = &c->in[i];
        if (operand->kind == OPERAND_NONE)
            continue;
        gboolean half = run->precision == IDIOM_FP16 && operand->kind == OPERAND_PLANES;
        run->values[i] = random_tensor(operand->shape, operand->fill, half, random);
        if (run->pass == PASS_BACKWARD && operand->gradient)
            run->gradients[i] = ref_new(operand->shape);
        if (operand->kind == OPERAND_PARAM) {
            g_autofree float *values = to_floats(run->values[i]);
            idiom_params_add(run->params, c->op->in_names[i], operand->shape, values);
        }
    }
    for (guint i = 0; i < c->n_in; i++) {
        const Operand *operand = &c->in[i];
        if (operand->kind == OPERAND_PARAM) {
            run->operands[i] = idiom_graph_param(run->graph, run->params, c->op->in_names[i],
                                                 run->gradients[i] != NULL);
        } else if (operand->kind != OPERAND_NONE) {
            run->inputs[i] = idiom_graph_input(run->graph, IDIOM_LAYOUT_FLAT, operand->shape);
            run->operands[i] = operand->kind == OPERAND_PLANES
                                   ? idiom_to_planes(run->graph, run->inputs[i])
                                   : run->inputs[i];
            if (run->gradients[i])
                idiom_graph_want_gradient(run->graph, run->operands[i]);
        }
    }
}

/* The loss is the sum of the result's elements, each times a random number. */
static void add_gradients(Run *run, IdiomTensor *result, GArray *outputs, GRand *random)
{
    IdiomGraph *g = run->graph;
    const Case *c = run->c;
    IdiomShape shape = run->result->shape;
    g_autoptr(Ref) weights = random_tensor(shape, FILL_SIGNED, FALSE, random);
    /* no judgement where the slope jumps: rounding decides on which side we are */
    for (gsize i = 0; run->result->pre && i < idiom_shape_elements(shape); i++)
        if (fabs(run->result->pre[i]) < 1e-4)
            weights->v[i] = 0;

    IdiomTensor *loss = result;
    double factor = weights->v[0];
    if (idiom_shape_elements(shape) > 1) {
        g_autofree float *values = to_floats(weights);
        if (idiom_tensor_layout(result) == IDIOM_LAYOUT_FLAT)
            result = idiom_to_planes(g, result);
        loss = idiom_mean(g, idiom_mul(g, result, idiom_to_planes(g, idiom_constant(g, shape, values))));
        factor = (double)idiom_shape_elements(shape);
    } else if (idiom_tensor_layout(result) == IDIOM_LAYOUT_PLANES) {
        loss = idiom_mean(g, result);
    }
    gboolean has_params = idiom_params_count(run->params) > 0;
    IdiomTensor *all = idiom_graph_differentiate(g, &loss, &factor, 1, has_params ? run->params : NULL);

    ref_backward(c->op->rule, &c->args, run->values, run->result, weights, run->gradients);
    for (guint i = 0; i < c->n_in; i++) {
        if (!run->gradients[i])
            continue;
        gsize offset = 0;
        IdiomTensor *tensor = NULL;
        if (c->in[i].kind == OPERAND_PARAM) {
            guint index = (guint)idiom_params_find(run->params, c->op->in_names[i]);
            offset = idiom_params_offset(run->params, index);
            tensor = all;
        } else if (!idiom_graph_error(g)) {
            tensor = idiom_tensor_gradient(run->operands[i]);
        }
        add_output(outputs, g, tensor, offset, g_steal_pointer(&run->gradients[i]),
                   g_strdup_printf("gradient of %s", c->op->in_names[i]));
    }
}

/* Runs the program twice: the second run must give the same bits. */
static char *run_and_compare(Run *run, IdiomProgram *program, GArray *outputs)
{
    g_autoptr(GError) error = NULL;
    for (guint i = 0; i < run->c->n_in; i++)
        if (run->inputs[i]) {
            g_autofree float *values = to_floats(run->values[i]);
            memcpy(idiom_program_map(program, run->inputs[i]), values,
                   idiom_shape_elements(run->values[i]->shape) * sizeof *values);
        }
    if (!idiom_program_run(program, &error))
        return g_strdup(error->message);

    char *message = NULL;
    g_autoptr(GPtrArray) first = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < outputs->len && !message; i++) {
        const Output *o = &g_array_index(outputs, Output, i);
        const float *got = (const float *)idiom_program_map(program, o->tensor) + o->offset;
        double loose = run->c->op->loose ? run->c->op->loose : 1;
        double tolerance = tolerance_of[run->precision] * loose * (largest(o->expected) + 0.1);
        message = run_compare(o->what, o->expected, got, o->stored, tolerance);
        g_ptr_array_add(first, g_memdup2(got, idiom_shape_elements(o->expected->shape) * sizeof *got));
    }
    if (message)
        return message;

    if (!idiom_program_run(program, &error))
        return g_strdup(error->message);
    for (guint i = 0; i < outputs->len; i++) {
        const Output *o = &g_array_index(outputs, Output, i);
        const float *got = (const float *)idiom_program_map(program, o->tensor) + o->offset;
        if (memcmp(first->pdata[i], got, idiom_shape_elements(o->expected->shape) * sizeof *got))
            return g_strdup_printf("%s differs between two runs", o->what);
    }
    return NULL;
}

/* Builds the graph; the reference results are in @outputs. Returns NULL, or what is wrong. */
static char *build(Run *run, GArray *outputs, GRand *random)
{
    const Case *c = run->c;
    run->result = ref_forward(c->op->rule, &c->args, run->values);
    IdiomTensor *result = c->op->build(run->graph, &c->args, run->operands);
    if (!result)
        return g_strdup(idiom_graph_error(run->graph) ? idiom_graph_error(run->graph)->message : "no result");
    IdiomShape got = idiom_tensor_shape(result), expected = run->result->shape;
    if (!idiom_shape_equal(got, expected))
        return g_strdup_printf("shape [%u,%u,%u,%u] instead of [%u,%u,%u,%u]", got.n, got.c, got.h, got.w,
                               expected.n, expected.c, expected.h, expected.w);
    if (run->pass == PASS_BACKWARD)
        add_gradients(run, result, outputs, random);
    add_output(outputs, run->graph, result, 0, g_steal_pointer(&run->result), g_strdup("result"));
    for (guint i = 0; i < outputs->len && !idiom_graph_error(run->graph); i++)
        if (!g_array_index(outputs, Output, i).tensor)
            return g_strdup_printf("there is no %s", g_array_index(outputs, Output, i).what);
    return NULL;
}

char *run_case(const Case *c, Pass pass, IdiomDevice *device, IdiomPrecision precision)
{
    if (!c->op->rule)
        return adam_check(device);

    Run run = {.c = c, .pass = pass, .precision = precision, .graph = idiom_graph_new(device, precision)};
    GRand *random = g_rand_new_with_seed(g_str_hash(c->op->name) ^ g_str_hash(c->text));
    g_autoptr(GArray) outputs = g_array_new(FALSE, FALSE, sizeof(Output));
    g_array_set_clear_func(outputs, output_clear);
    make_operands(&run, device, random);
    char *message = build(&run, outputs, random);
    if (message) {
        idiom_graph_free(run.graph);
    } else {
        g_autoptr(GError) error = NULL;
        g_autofree IdiomTensor **tensors = g_new(IdiomTensor *, outputs->len);
        for (guint i = 0; i < outputs->len; i++)
            tensors[i] = g_array_index(outputs, Output, i).tensor;
        g_autoptr(IdiomProgram) program = idiom_program_new(run.graph, tensors, outputs->len, &error);
        message = program ? run_and_compare(&run, program, outputs) : g_strdup(error->message);
    }

    for (guint i = 0; i < REF_MAX_IN; i++) {
        ref_free(run.values[i]);
        ref_free(run.gradients[i]);
    }
    ref_free(run.result);
    idiom_params_unref(run.params);
    g_rand_free(random);
    return message;
}

gboolean run_applies(const Case *c, Pass pass, IdiomPrecision precision)
{
    if (precision == IDIOM_FP16 && (pass == PASS_BACKWARD || c->op->fp32_only))
        return FALSE;
    gboolean gradient = FALSE;
    for (guint i = 0; i < c->n_in; i++)
        gradient |= c->in[i].gradient;
    return pass == PASS_FORWARD || gradient;
}
