/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bench.h"
#include "operands.h"
#include "peak.h"
#include "run.h"

#include <json-glib/json-glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "graph/op.h"

#define MIN_RUNS 5
#define MAX_RUNS 200
#define MIN_SECONDS 0.3

typedef enum { BENCH_FORWARD, BENCH_DATA, BENCH_WEIGHTS } BenchPass;

static const char *const pass_names[] = {"forward", "backward-data", "backward-weights"};

struct Bench {
    char *filter;
    GPtrArray *cases;
    IdiomDevice *device; /* that peak belongs to */
    double peak;
    JsonBuilder *rows;
};

Bench *bench_new(GPtrArray *cases, const char *filter)
{
    Bench *b = g_new0(Bench, 1);
    b->filter = g_strdup(filter);
    b->cases = g_ptr_array_ref(cases);
    b->rows = json_builder_new();
    json_builder_begin_array(b->rows);
    return b;
}

void bench_free(Bench *b)
{
    g_free(b->filter);
    g_ptr_array_unref(b->cases);
    g_object_unref(b->rows);
    g_clear_pointer(&b->device, idiom_device_unref);
    g_free(b);
}

static guint threads(const IdiomDevice *device)
{
    const char *set = g_getenv("LP_NUM_THREADS");
    if (strcmp(idiom_device_info(device)->type, "cpu") != 0)
        return 1;
    return set && atoi(set) > 0 ? (guint)atoi(set) : g_get_num_processors();
}

/* Inputs to whose gradient the pass leads. */
static guint pass_inputs(const Case *c, BenchPass pass)
{
    guint mask = 0;
    for (guint i = 0; i < c->n_in; i++)
        if (c->in[i].gradient && ((pass == BENCH_DATA && c->in[i].kind == OPERAND_PLANES) ||
                                  (pass == BENCH_WEIGHTS && c->in[i].kind == OPERAND_PARAM)))
            mask |= 1u << i;
    return mask;
}

/* A graph whose last operations are those of the pass. */
static IdiomProgram *make_program(const Case *c, guint gradients, gboolean backward, IdiomDevice *device,
                                  IdiomPrecision precision, Operands *in, GError **error)
{
    GRand *random = g_rand_new_with_seed(1);
    IdiomGraph *g = idiom_graph_new(device, precision);
    IdiomTensor *outputs[1 + REF_MAX_IN];
    guint n_outputs = 1;
    operands_init(in, c, device, g, precision, gradients, random);
    outputs[0] = c->op->build(g, &c->args, in->tensors);
    if (backward && outputs[0]) {
        /* differentiate from the result on, without a loss: what a loss costs is not to be measured */
        IdiomTensor *seed = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, outputs[0]->shape);
        outputs[0]->gradient = outputs[0]->layout == IDIOM_LAYOUT_FLAT ? seed : idiom_to_planes(g, seed);
        gboolean has_params = idiom_params_count(in->params) > 0;
        IdiomTensor *all = idiom_graph_differentiate(g, NULL, NULL, 0, has_params ? in->params : NULL);
        for (guint i = 0; i < c->n_in; i++)
            if (gradients >> i & 1)
                outputs[n_outputs++] =
                    c->in[i].kind == OPERAND_PARAM ? all : idiom_tensor_gradient(in->tensors[i]);
    }
    g_rand_free(random);
    return idiom_program_new(g, outputs, n_outputs, error);
}

typedef struct {
    double seconds, bytes;
    guint ops; /* in the whole program */
} Measure;

static int compare_doubles(gconstpointer a, gconstpointer b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Median time of one run of the program's operations from @first on; transfer of the inputs is left out. */
static gboolean measure(IdiomProgram *program, const Operands *in, guint first, guint runs, Measure *result,
                        GError **error)
{
    g_autoptr(GArray) seconds = g_array_new(FALSE, FALSE, sizeof(double));
    double total = 0;
    operands_upload(in, program);
    if (!idiom_program_profile(program, TRUE, error))
        return FALSE;
    for (guint run = 0; run <= runs && (run <= MIN_RUNS || total < MIN_SECONDS); run++) {
        double sum = 0;
        if (!idiom_program_run(program, error))
            return FALSE;
        const IdiomOpTime *times = idiom_program_times(program, &result->ops);
        result->bytes = 0;
        for (guint i = first; i < result->ops; i++) {
            if (!strcmp(times[i].op, "to_planes"))
                continue;
            sum += times[i].seconds;
            result->bytes += times[i].bytes;
        }
        total += sum;
        if (run > 0) /* not the first: it compiles */
            g_array_append_val(seconds, sum);
    }
    result->seconds = 0;
    if (seconds->len) {
        g_array_sort(seconds, compare_doubles);
        result->seconds = g_array_index(seconds, double, seconds->len / 2);
    }
    return TRUE;
}

static gboolean measure_pass(const Case *c, BenchPass pass, IdiomDevice *device, IdiomPrecision precision,
                             Measure *result, GError **error)
{
    guint gradients = pass_inputs(c, pass), forward_ops = 0;
    if (pass != BENCH_FORWARD) {
        /* how many operations the forward pass has in a program that is differentiated */
        Operands in;
        g_autoptr(IdiomProgram) forward = make_program(c, gradients, FALSE, device, precision, &in, error);
        gboolean ok = forward && measure(forward, &in, 0, 0, result, error);
        operands_clear(&in);
        if (!ok)
            return FALSE;
        forward_ops = result->ops;
    }
    Operands in;
    g_autoptr(IdiomProgram) program =
        make_program(c, gradients, pass != BENCH_FORWARD, device, precision, &in, error);
    gboolean ok = program && measure(program, &in, forward_ops, MAX_RUNS, result, error);
    operands_clear(&in);
    return ok;
}

static void add_string(JsonBuilder *rows, const char *key, const char *value)
{
    json_builder_set_member_name(rows, key);
    json_builder_add_string_value(rows, value);
}

static void add_number(JsonBuilder *rows, const char *key, double value)
{
    json_builder_set_member_name(rows, key);
    json_builder_add_double_value(rows, value);
}

static void add_row(Bench *b, const Case *c, BenchPass pass, const char *variant, const Measure *m)
{
    double flops = c->op->flops ? c->op->flops(&c->args, c->in) : 0;
    double gflops = flops / m->seconds * 1e-9, gbps = m->bytes / m->seconds * 1e-9;
    double percent = 100 * gflops / (b->peak * 1e-9);
    guint count = threads(b->device);
    printf("%-15s %-16s %-7s %-78s %7u %9.3f %8.1f %7.1f %11.1f %15.1f\n", c->op->name, pass_names[pass],
           variant, c->text, count, 1e3 * m->seconds, gflops, gbps, b->peak * 1e-9, percent);
    fflush(stdout);

    json_builder_begin_object(b->rows);
    add_string(b->rows, "op", c->op->name);
    add_string(b->rows, "pass", pass_names[pass]);
    add_string(b->rows, "variant", variant);
    add_string(b->rows, "shape", c->text);
    json_builder_set_member_name(b->rows, "threads");
    json_builder_add_int_value(b->rows, count);
    add_number(b->rows, "milliseconds", 1e3 * m->seconds);
    add_number(b->rows, "gflops", gflops);
    add_number(b->rows, "gbps", gbps);
    add_number(b->rows, "peak_gflops", b->peak * 1e-9);
    add_number(b->rows, "percent_of_peak", percent);
    add_string(b->rows, "device", idiom_device_info(b->device)->name);
    json_builder_end_object(b->rows);
}

/* Measures the peak, once for each device. */
static gboolean start_device(Bench *b, IdiomDevice *device, GError **error)
{
    if (b->device == device)
        return TRUE;
    g_clear_pointer(&b->device, idiom_device_unref);
    b->device = idiom_device_ref(device);
    b->peak = peak_measure(device, error);
    if (b->peak <= 0)
        return FALSE;
    printf("# %s, %s\n%-15s %-16s %-7s %-78s %7s %9s %8s %7s %11s %15s\n", idiom_device_info(device)->name,
           idiom_device_info(device)->driver, "op", "pass", "variant", "shape", "threads", "ms", "gflops",
           "gbps", "peak_gflops", "percent_of_peak");
    return TRUE;
}

gboolean bench_run(Bench *b, IdiomDevice *device, IdiomPrecision precision, GError **error)
{
    g_autofree char *variant = variant_name(idiom_device_info(device)->family, precision);
    if (!start_device(b, device, error))
        return FALSE;
    for (guint i = 0; i < b->cases->len; i++) {
        const Case *c = b->cases->pdata[i];
        for (BenchPass pass = BENCH_FORWARD; pass <= BENCH_WEIGHTS; pass++) {
            g_autofree char *name =
                g_strdup_printf("%s %s %s %s", c->op->name, pass_names[pass], variant, c->text);
            Measure m;
            if (!run_applies(c, pass == BENCH_FORWARD ? PASS_FORWARD : PASS_BACKWARD, precision) ||
                (pass != BENCH_FORWARD && !pass_inputs(c, pass)) ||
                (b->filter && !g_pattern_match_simple(b->filter, name)))
                continue;
            if (!measure_pass(c, pass, device, precision, &m, error)) {
                g_prefix_error(error, "%s: ", name);
                return FALSE;
            }
            if (m.seconds > 0) /* some gradients are the result's own: nothing to compute */
                add_row(b, c, pass, variant, &m);
        }
    }
    return TRUE;
}

gboolean bench_write(Bench *b, const char *path, GError **error)
{
    json_builder_end_array(b->rows);
    g_autoptr(JsonNode) root = json_builder_get_root(b->rows);
    g_autoptr(JsonGenerator) generator = json_generator_new();
    json_generator_set_root(generator, root);
    json_generator_set_pretty(generator, TRUE);
    return json_generator_to_file(generator, path, error);
}
