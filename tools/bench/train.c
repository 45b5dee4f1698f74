/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* idiom-bench train: time of one training step, made of the trainer's own losses and optimizer. */
#include "bench.h"
#include "output.h"
#include "rows.h"
#include "standin.h"

#include "loss/losses.h"
#include "loop/optimizer.h"

#include <idiom-unstable/generator.h>
#include <idiom-unstable/ops.h>
#include <string.h>
#include <sys/resource.h>

#define PROFILE_STEPS 5

typedef struct {
    const char *size, *device;
    char **features;
    int batch, crop, steps;
    gboolean plain, profile;
    Output output;
} Options;

typedef struct {
    IdiomDevice *device;
    IdiomFeatures *features; /* NULL for the plain step */
    Losses *losses;
    Objective *objective;
    IdiomParams *generator;
    Optimizer adam;
    IdiomProgram *program;
    const float *gradient;
    GArray *rows; /* ProfileRow */
} Job;

static void job_clear(Job *job)
{
    g_clear_pointer(&job->rows, g_array_unref);
    g_clear_pointer(&job->objective, objective_free);
    g_clear_pointer(&job->program, idiom_program_free);
    optimizer_clear(&job->adam);
    g_clear_pointer(&job->generator, idiom_params_unref);
    g_clear_pointer(&job->losses, losses_free);
    g_clear_pointer(&job->features, idiom_features_free);
    g_clear_pointer(&job->device, idiom_device_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Job, job_clear)

static void fill_noise(float *values, gsize n, guint32 seed)
{
    for (gsize i = 0; i < n; i++) {
        seed = seed * 1664525u + 1013904223u;
        values[i] = (float)(seed >> 8) / (1 << 24);
    }
}

/* Content and style alone: what else training adds is small beside them or doubles the generator's part. */
static gboolean prepare_losses(Job *job, const Options *o, GError **error)
{
    static LossConfig config;
    config = loss_defaults;
    config.luma = config.tv = config.hf = config.temporal = 0;
    job->features = o->features ? idiom_features_load((const char *const *)o->features,
                                                      g_strv_length(o->features), job->device, error)
                                : standin_features(job->device, error);
    if (!job->features || !(job->losses = losses_new(&config, job->features, job->device, error)))
        return FALSE;
    const guint side = (guint)o->crop;
    g_autofree float *picture = g_new(float, (gsize)3 * side * side);
    fill_noise(picture, (gsize)3 * side * side, 2);
    return losses_add_style(job->losses, &(Reference){picture, side, side, 1}, 1, error);
}

static gboolean prepare(Job *job, const Options *o, GError **error)
{
    IdiomGeneratorConfig config;
    if (!idiom_generator_preset(o->size, 1, &config, error) ||
        !(job->device = idiom_device_open(o->device, error)) || (!o->plain && !prepare_losses(job, o, error)))
        return FALSE;
    job->generator = idiom_params_new(job->device);
    idiom_generator_declare(job->generator, &config, 1);
    if (!optimizer_init(&job->adam, job->device, job->generator, &(const AdamOptions){1e-3, 0.9, 0.99}, NULL,
                        0, error))
        return FALSE;

    const IdiomShape shape = IDIOM_SHAPE((guint)o->batch, 3, (guint)o->crop, (guint)o->crop);
    IdiomGraph *g = idiom_graph_new(job->device, IDIOM_FP32);
    IdiomTensor *content = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, shape);
    IdiomTensor *planes = idiom_to_planes(g, content);
    IdiomTensor *painted = idiom_generator_build(g, job->generator, &config, planes, NULL, NULL, NULL, TRUE);
    IdiomTensor *gradient;
    if (o->plain) {
        IdiomTensor *loss = idiom_mse(g, painted, planes);
        gradient = idiom_graph_differentiate(g, &loss, (const double[]){1}, 1, job->generator);
    } else {
        job->objective = objective_new(job->losses, g, planes, painted, FALSE);
        gradient = objective_differentiate(job->objective, job->generator);
    }
    if (!(job->program = idiom_program_new(g, &gradient, 1, error)))
        return FALSE;
    fill_noise(idiom_program_map(job->program, content), idiom_shape_elements(shape), 1);
    if (job->objective)
        objective_set_style(job->objective, job->program, 0);
    job->gradient = idiom_program_map(job->program, gradient);
    return TRUE;
}

static gboolean step(Job *job, GError **error)
{
    return idiom_program_run(job->program, error) && optimizer_step(&job->adam, job->gradient, 1e-4, error);
}

static int compare_doubles(gconstpointer a, gconstpointer b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Of all threads so far. */
static double processor_seconds(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/*
 * Sorted seconds of @steps steps after a first one that compiles; NULL with @error set.
 * @processor: seconds of processor time in a step
 */
static GArray *time_steps(Job *job, guint steps, double *processor, GError **error)
{
    g_autoptr(GArray) seconds = g_array_new(FALSE, FALSE, sizeof(double));
    double before = 0;
    for (guint i = 0; i <= steps; i++) {
        if (i == 1)
            before = processor_seconds();
        gint64 begin = g_get_monotonic_time();
        if (!step(job, error))
            return NULL;
        double time = (double)(g_get_monotonic_time() - begin) / 1e6;
        if (i > 0)
            g_array_append_val(seconds, time);
    }
    *processor = (processor_seconds() - before) / steps;
    g_array_sort(seconds, compare_doubles);
    return g_steal_pointer(&seconds);
}

/* The shortest time of each operation: other work on the machine only ever makes it slower. */
static gboolean profile_steps(Job *job, guint steps, GError **error)
{
    g_autoptr(GArray) best = g_array_new(FALSE, FALSE, sizeof(IdiomOpTime));
    if (!idiom_program_profile(job->program, TRUE, error))
        return FALSE;
    for (guint i = 0; i < steps; i++) {
        if (!step(job, error))
            return FALSE;
        guint count;
        const IdiomOpTime *times = idiom_program_times(job->program, &count);
        if (i == 0)
            g_array_append_vals(best, times, count);
        for (guint k = 0; k < count; k++) {
            IdiomOpTime *time = &g_array_index(best, IdiomOpTime, k);
            time->seconds = MIN(time->seconds, times[k].seconds);
        }
    }
    job->rows = profile_rows_new();
    profile_rows_add(job->rows, (const IdiomOpTime *)best->data, best->len, 0, 1);
    return TRUE;
}

/* Sums over the rows whose operations belong to the backward pass, or to the forward pass. */
static ProfileRow sum_pass(const GArray *rows, gboolean backward)
{
    ProfileRow sum = {0};
    for (guint i = 0; i < rows->len; i++) {
        const ProfileRow *row = &g_array_index(rows, ProfileRow, i);
        if ((strstr(row->op, "backward") != NULL) == backward) {
            sum.calls += row->calls;
            sum.seconds += row->seconds;
            sum.flops += row->flops;
        }
    }
    return sum;
}

/* As they were before and after: other work on the machine only ever makes it slower. */
static Ceilings best_of(const Ceilings *a, const Ceilings *b)
{
    return (Ceilings){MAX(a->flops, b->flops), MAX(a->bytes, b->bytes)};
}

static void add_json(const Job *job, const Options *o, const GArray *seconds, double processor,
                     const Ceilings *ceilings, JsonBuilder *json)
{
    const IdiomDeviceInfo *info = idiom_device_info(job->device);
    output_add_text(json, "device", info->name);
    output_add_text(json, "driver", info->driver);
    output_add_text(json, "size", o->size);
    output_add_number(json, "batch", o->batch);
    output_add_number(json, "crop", o->crop);
    output_add_number(json, "plain", o->plain);
    output_add_number(json, "step_ms", 1000 * g_array_index(seconds, double, seconds->len / 2));
    output_add_number(json, "best_ms", 1000 * g_array_index(seconds, double, 0));
    output_add_number(json, "processor_ms", 1000 * processor);
    output_add_number(json, "memory_bytes", (double)idiom_program_memory(job->program));
    profile_rows_add_json(job->rows, ceilings, json);
}

static void print_step(const Job *job, const Options *o, const GArray *seconds, double processor,
                       const Ceilings *ceilings)
{
    const IdiomDeviceInfo *info = idiom_device_info(job->device);
    const ProfileRow forward = sum_pass(job->rows, FALSE), backward = sum_pass(job->rows, TRUE);
    const double flops = forward.flops + backward.flops, peak = ceilings->flops;
    const double median = g_array_index(seconds, double, seconds->len / 2),
                 best = g_array_index(seconds, double, 0);
    g_print("device           %s (%s, %s)\n", info->name, info->type, info->driver);
    g_print("step             %s generator, batch %d, %dx%d, %s\n", o->size, o->batch, o->crop, o->crop,
            o->plain      ? "plain reconstruction"
            : o->features ? "content and style losses"
                          : "content and style losses (random weights in the feature networks)");
    g_print("time             %.1f ms a step (median of %u; best %.1f), %.1f ms of processor time\n",
            1000 * median, seconds->len, 1000 * best, 1000 * processor);
    g_print("work             %.2f GFLOP a step: forward %.2f, backward %.2f\n", flops / 1e9,
            forward.flops / 1e9, backward.flops / 1e9);
    g_print("speed            %.1f GFLOP/s, %.0f %% of the device's measured peak of %.1f (best step %.1f, "
            "%.0f %%)\n",
            flops / median / 1e9, 100 * flops / median / peak, peak / 1e9, flops / best / 1e9,
            100 * flops / best / peak);
    g_print("operations       forward %u in %.1f ms, backward %u in %.1f ms\n", forward.calls,
            1000 * forward.seconds, backward.calls, 1000 * backward.seconds);
    g_print("memory           %.1f MiB on the device\n",
            (double)idiom_program_memory(job->program) / 1048576);
    if (o->profile)
        profile_rows_print(job->rows, ceilings);
}

static gboolean run(const Options *o, GError **error)
{
    g_auto(Job) job = {0};
    Ceilings before, after;
    if (!prepare(&job, o, error) || !ceilings_measure(&before, job.device, error))
        return FALSE;
    double processor;
    g_autoptr(GArray) seconds = time_steps(&job, (guint)o->steps, &processor, error);
    if (!seconds || !profile_steps(&job, (guint)MIN(o->steps, PROFILE_STEPS), error) ||
        !ceilings_measure(&after, job.device, error))
        return FALSE;
    const Ceilings ceilings = best_of(&before, &after);
    profile_rows_sort(job.rows);
    print_step(&job, o, seconds, processor, &ceilings);
    g_autoptr(JsonBuilder) json = output_begin("train");
    add_json(&job, o, seconds, processor, &ceilings, json);
    return output_end(&o->output, json, error);
}

int bench_train(int argc, char **argv)
{
    Options o = {.batch = 4, .crop = 256, .steps = 15};
    g_autofree char *size = NULL, *device = NULL;
    g_auto(GStrv) features = NULL;
    const GOptionEntry entries[] = {
        {"batch", 'b', 0, G_OPTION_ARG_INT, &o.batch, "Crops in a step (default 4)", "N"},
        {"crop", 0, 0, G_OPTION_ARG_INT, &o.crop, "Pixels a side (default 256)", "PIXELS"},
        {"size", 0, 0, G_OPTION_ARG_STRING, &size, "Generator: nano, small, base (default small)", "SIZE"},
        {"features", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &features,
         "Feature network (repeat for several; default: random weights)", "FILE"},
        {"plain", 0, 0, G_OPTION_ARG_NONE, &o.plain,
         "Mean squared difference to the input instead of feature losses", NULL},
        {"steps", 'n', 0, G_OPTION_ARG_INT, &o.steps, "Steps to measure (default 15)", "N"},
        {"profile", 'p', 0, G_OPTION_ARG_NONE, &o.profile, "Also list the operations, slowest first", NULL},
        {"device", 'd', 0, G_OPTION_ARG_STRING, &device, "Vulkan device, number or part of the name",
         "DEVICE"},
        OUTPUT_OPTIONS(o.output),
        {NULL}};
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_option_context_add_main_entries(context, entries, NULL);
    g_autoptr(GError) error = NULL;
    if (!g_option_context_parse(context, &argc, &argv, &error)) {
        g_printerr("idiom-bench train: %s\n", error->message);
        return 2;
    }
    if (argc != 1 || o.batch < 1 || o.crop < 16 || o.steps < 1) {
        g_autofree char *help = g_option_context_get_help(context, TRUE, NULL);
        g_printerr("%s", help);
        return 2;
    }
    o.size = size ? size : "small";
    o.device = device;
    o.features = features;
    if (run(&o, &error))
        return 0;
    g_printerr("idiom-bench train: %s\n", error->message);
    return 1;
}
