/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peak.h"

#include <math.h>
#include <string.h>

#include "graph/op.h"
#include <idiom-unstable/program.h>

/* As in bench_peak.comp. */
#define CHAINS 16
#define STEPS 64
#define LOCAL 64
#define GROUPS 1024

#define LONG_ENOUGH 0.02 /* seconds */
#define REPEATS 15

typedef struct {
    guint64 source, result;
    guint32 rounds;
} Push;

static gboolean record_peak(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    Push push = {idiom_recorder_address(r, op->in[0]), idiom_recorder_address(r, op->out[0]),
                 *(const guint32 *)op->params};
    IdiomDispatch d = {
        .shader = "bench_peak",
        .local = {LOCAL},
        .groups = {GROUPS},
        .push = &push,
        .push_size = sizeof push,
    };
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass peak_class = {.name = "peak", .record = record_peak};

/* Does what the shader does, for the first invocation: all of the work was done. */
static gboolean verify(const float *source, float result, guint rounds, GError **error)
{
    double chains[CHAINS], sum = 0;
    for (guint k = 0; k < CHAINS; k++)
        chains[k] = source[1] * k;
    for (gsize step = 0; step < (gsize)rounds * STEPS; step++) {
        double last[CHAINS];
        memcpy(last, chains, sizeof last);
        /* the neighbour of x in a is x in b, ..., of x in d y in a */
        for (guint k = 0; k < CHAINS; k++) {
            guint next = k < CHAINS - 4 ? k + 4 : (k + 1) % 4;
            chains[k] = last[k] * last[next] + source[0];
        }
    }
    for (guint k = 0; k < CHAINS; k++)
        sum += chains[k];
    if (fabs(result - sum) <= 1e-4 * sum)
        return TRUE;
    g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_VULKAN, "the peak shader computed %g instead of %g", result,
                sum);
    return FALSE;
}

static const float SOURCE[] = {0.2F, 0.005F};

/* @out: what it makes. */
static IdiomProgram *new_program(IdiomDevice *device, guint32 rounds, IdiomTensor **out, GError **error)
{
    IdiomGraph *g = idiom_graph_new(device, IDIOM_FP32);
    IdiomTensor *in = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 2, 1, 1));
    IdiomOp *op = idiom_graph_add_op(g, &peak_class, &in, 1, &rounds, sizeof rounds);
    *out = idiom_op_add_output(op, g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, LOCAL * GROUPS));
    IdiomProgram *program = idiom_program_new(g, out, 1, error);
    if (program)
        memcpy(idiom_program_map(program, in), SOURCE, sizeof SOURCE);
    return program;
}

IdiomProgram *peak_program(IdiomDevice *device, guint32 rounds, double *flops, GError **error)
{
    IdiomTensor *out;
    *flops = 2.0 * CHAINS * STEPS * rounds * LOCAL * GROUPS;
    return new_program(device, rounds, &out, error);
}

/* Best time of some runs, in seconds; negative on failure. */
static double time_rounds(IdiomDevice *device, guint32 rounds, GError **error)
{
    IdiomTensor *out;
    g_autoptr(IdiomProgram) program = new_program(device, rounds, &out, error);
    if (!program || !idiom_program_profile(program, TRUE, error))
        return -1;
    double best = INFINITY;
    for (guint i = 0; i <= REPEATS; i++) {
        guint count;
        if (!idiom_program_run(program, error))
            return -1;
        const IdiomOpTime *times = idiom_program_times(program, &count);
        if (i > 0 && count == 1) /* not the first: it compiles */
            best = fmin(best, times[0].seconds);
    }
    return verify(SOURCE, *(const float *)idiom_program_map(program, out), rounds, error) ? best : -1;
}

gboolean peak_check(IdiomDevice *device, GError **error)
{
    return time_rounds(device, 4, error) >= 0;
}

double peak_measure(IdiomDevice *device, GError **error)
{
    for (guint32 rounds = 4; rounds < 1u << 24; rounds *= 2) {
        double seconds = time_rounds(device, rounds, error);
        if (seconds < 0)
            return 0;
        if (seconds >= LONG_ENOUGH)
            return 2.0 * CHAINS * STEPS * rounds * LOCAL * GROUPS / seconds;
    }
    g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_VULKAN, "the device's clock does not run");
    return 0;
}
