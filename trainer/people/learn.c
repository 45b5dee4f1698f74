/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "people/learn.h"

#include "loop/checkpoint.h"
#include "loop/interrupt.h"
#include "loop/optimizer.h"
#include "people/network.h"
#include "people/views.h"
#include "tool/console.h"

#include <idiom-unstable/ops.h>
#include <idiom/renderer.h>
#include <idiom/version.h>
#include <math.h>
#include <string.h>

#define FORMAT "idiom-people-checkpoint"
#define AVERAGE 0.995

typedef struct {
    const PeopleOptions *options;
    IdiomDevice *device;
    char *checkpoint;
    Views *views;
    IdiomParams *weights, *average;
    Optimizer adam;
    IdiomProgram *program;
    float *pictures, *masks;               /* inputs */
    const float *gradient, *entropy, *off; /* results */
    guint64 step;
    gint64 began, spoken;
    guint64 began_at;
} Learning;

static void learning_clear(Learning *l)
{
    optimizer_clear(&l->adam);
    g_clear_pointer(&l->program, idiom_program_free);
    g_clear_pointer(&l->weights, idiom_params_unref);
    g_clear_pointer(&l->average, idiom_params_unref);
    g_clear_pointer(&l->views, views_free);
    g_free(l->checkpoint);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Learning, learning_clear)

/* --- a step ---------------------------------------------------------------------------------------- */

void people_losses(IdiomGraph *graph, IdiomTensor *logits, IdiomTensor *wanted, IdiomTensor *losses[2])
{
    losses[0] = idiom_mean(graph, idiom_sub(graph, idiom_activation(graph, logits, IDIOM_ACT_SOFTPLUS),
                                            idiom_mul(graph, logits, wanted)));
    losses[1] = idiom_mae(graph, idiom_activation(graph, logits, IDIOM_ACT_SIGMOID), wanted);
}

static gboolean make_step(Learning *l, GError **error)
{
    const guint n = (guint)l->options->batch;
    IdiomGraph *graph = idiom_graph_new(l->device, IDIOM_FP32);
    IdiomTensor *pictures =
        idiom_graph_input(graph, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(n, 3, PEOPLE_HEIGHT, PEOPLE_WIDTH));
    IdiomTensor *masks =
        idiom_graph_input(graph, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(n, 1, PEOPLE_HEIGHT, PEOPLE_WIDTH));
    IdiomTensor *logits = people_build(graph, l->weights, idiom_to_planes(graph, pictures), TRUE);
    IdiomTensor *losses[2];
    people_losses(graph, logits, idiom_to_planes(graph, masks), losses);
    const double weights[] = {1, 1};
    IdiomTensor *gradient = idiom_graph_differentiate(graph, losses, weights, 2, l->weights);
    IdiomTensor *outputs[] = {losses[0], losses[1], gradient};
    l->program = idiom_program_new(graph, outputs, G_N_ELEMENTS(outputs), error);
    if (!l->program) {
        g_prefix_error(error, "--batch %u: ", n);
        return FALSE;
    }
    l->pictures = idiom_program_map(l->program, pictures);
    l->masks = idiom_program_map(l->program, masks);
    l->entropy = idiom_program_map(l->program, losses[0]);
    l->off = idiom_program_map(l->program, losses[1]);
    l->gradient = idiom_program_map(l->program, gradient);
    return TRUE;
}

static gboolean take_step(Learning *l, GError **error)
{
    const PeopleOptions *o = l->options;
    views_batch(l->views, l->step, (guint)o->batch, l->pictures, l->masks);
    if (!idiom_program_run(l->program, error))
        return FALSE;
    if (!isfinite(*l->entropy) || !isfinite(*l->off)) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_NOT_FINITE,
                    "step %" G_GUINT64_FORMAT ": a loss is not finite; a lower --lr helps", l->step);
        return FALSE;
    }
    const double rate = optimizer_rate(o->rate, l->step, (double)l->step / o->steps);
    return optimizer_step(&l->adam, l->gradient, rate, error);
}

/* --- files ----------------------------------------------------------------------------------------- */

/* What the weights depend on, and the state, string -> string. */
static GHashTable *describe(const Learning *l)
{
    const PeopleOptions *o = l->options;
    GHashTable *fields = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
    char rate[G_ASCII_DTOSTR_BUF_SIZE];
    g_hash_table_insert(fields, "teacher", g_path_get_basename(o->teacher));
    g_hash_table_insert(fields, "content", g_strjoinv(" ", (char **)o->content));
    g_hash_table_insert(fields, "steps", g_strdup_printf("%d", o->steps));
    g_hash_table_insert(fields, "batch", g_strdup_printf("%d", o->batch));
    g_hash_table_insert(fields, "views", g_strdup_printf("%d", o->views));
    g_hash_table_insert(fields, "seed", g_strdup_printf("%" G_GINT64_FORMAT, o->seed));
    g_hash_table_insert(fields, "lr", g_strdup(g_ascii_dtostr(rate, sizeof rate, o->rate)));
    return fields;
}

static guint checkpoint_sets(const Learning *l, CheckpointSet sets[4])
{
    sets[0] = (CheckpointSet){"weights", l->weights};
    sets[1] = (CheckpointSet){"average", l->average};
    sets[2] = (CheckpointSet){"m", l->adam.m};
    sets[3] = (CheckpointSet){"v", l->adam.v};
    return 4;
}

static gboolean write_network(Learning *l, GError **error)
{
    const PeopleOptions *o = l->options;
    g_autoptr(IdiomNetwork) network = people_network(l->average, error);
    g_autoptr(GHashTable) fields = describe(l);
    GHashTable *teacher = idiom_style_metadata(o->style);
    const char *who = g_hash_table_lookup(teacher, "attribution");
    if (l->step < (guint64)o->steps)
        g_hash_table_insert(fields, "unfinished", g_strdup_printf("%" G_GUINT64_FORMAT " steps", l->step));
    if (who)
        g_hash_table_insert(fields, "attribution", g_strdup_printf("learned from the masks of %s", who));
    g_hash_table_insert(fields, "licence", g_strdup(g_hash_table_lookup(teacher, "licence")));
    if (!g_hash_table_lookup(fields, "licence"))
        g_hash_table_remove(fields, "licence");
    g_hash_table_insert(fields, "command", g_strdup(o->command));
    g_hash_table_insert(fields, "device", g_strdup(idiom_device_info(l->device)->name));
    g_hash_table_insert(fields, "made-with", g_strdup("idiom-train " IDIOM_VERSION));
    return network && idiom_network_save(network, o->out, IDIOM_PEOPLE_DEFAULT, fields, error);
}

static gboolean save(Learning *l, GError **error)
{
    CheckpointSet sets[4];
    g_autoptr(GHashTable) fields = describe(l);
    g_hash_table_insert(fields, "format", g_strdup(FORMAT));
    g_hash_table_insert(fields, "step", g_strdup_printf("%" G_GUINT64_FORMAT, l->step));
    return checkpoint_write(l->checkpoint, sets, checkpoint_sets(l, sets), fields, error) &&
           write_network(l, error);
}

static gboolean load(Learning *l, GError **error)
{
    if (!g_file_test(l->checkpoint, G_FILE_TEST_EXISTS)) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FILE, "--resume: there is no checkpoint %s",
                    l->checkpoint);
        return FALSE;
    }
    g_autoptr(IdiomTensorFile) file = idiom_tensor_file_open(l->checkpoint, error);
    if (!file)
        return FALSE;
    GHashTable *metadata = idiom_tensor_file_metadata(file);
    const char *step = g_hash_table_lookup(metadata, "step");
    if (g_strcmp0(g_hash_table_lookup(metadata, "format"), FORMAT) != 0 || !step ||
        !g_ascii_string_to_unsigned(step, 10, 0, G_MAXINT, &l->step, NULL)) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FORMAT, "%s: not a checkpoint of this kind",
                    l->checkpoint);
        return FALSE;
    }
    g_autoptr(GHashTable) fields = describe(l);
    GHashTableIter iter;
    gpointer key, value;
    g_hash_table_iter_init(&iter, fields);
    while (g_hash_table_iter_next(&iter, &key, &value)) {
        const char *old = g_hash_table_lookup(metadata, key);
        if (g_strcmp0(old, value) != 0) {
            g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT,
                        "--resume: %s was made with --%s %s, not %s", l->checkpoint, (char *)key,
                        old ? old : "(none)", (char *)value);
            return FALSE;
        }
    }
    CheckpointSet sets[4];
    l->adam.steps = l->step;
    return checkpoint_read(file, sets, checkpoint_sets(l, sets), error);
}

/* --- all steps ------------------------------------------------------------------------------------- */

static void say_step(Learning *l)
{
    const gint64 now = g_get_monotonic_time();
    const gint64 pause = console_is_terminal() ? G_USEC_PER_SEC / 5 : 10 * G_USEC_PER_SEC;
    if (l->step < (guint64)l->options->steps && now - l->spoken < pause)
        return;
    l->spoken = now;
    const double pace = (double)(now - l->began) / G_USEC_PER_SEC / (double)(l->step - l->began_at);
    const guint left = (guint)(pace * (double)((guint64)l->options->steps - l->step));
    say_progress("step %" G_GUINT64_FORMAT
                 "/%d  %.2f s/step  ETA %u:%02u:%02u  cross entropy %.4f  off %.4f  [%s]",
                 l->step, l->options->steps, pace, left / 3600, left / 60 % 60, left % 60,
                 (double)*l->entropy, (double)*l->off, idiom_device_info(l->device)->name);
}

static gboolean run(Learning *l, GError **error)
{
    const guint64 steps = (guint64)l->options->steps, every = (guint64)l->options->checkpoint_every;
    l->began = l->spoken = g_get_monotonic_time();
    l->began_at = l->step;
    while (l->step < steps) {
        if (!take_step(l, error))
            return FALSE;
        l->step++;
        say_step(l);
        const gboolean stop = interrupt_came() && l->step < steps;
        if ((l->step % every == 0 || l->step == steps || stop) && !save(l, error))
            return FALSE;
        if (stop) {
            g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT,
                        "interrupted after step %" G_GUINT64_FORMAT
                        "; %s can be used as it is, --resume goes on",
                        l->step, l->options->out);
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean prepare(Learning *l, GError **error)
{
    static const AdamOptions adam = {.beta1 = 0.9, .beta2 = 0.99};
    const PeopleOptions *o = l->options;
    const guint64 seed = (guint64)o->seed;
    l->weights = idiom_params_new(l->device);
    l->average = idiom_params_new(l->device);
    people_declare(l->weights, seed);
    people_declare(l->average, seed);
    if (!optimizer_init(&l->adam, l->device, l->weights, &adam, l->average, AVERAGE, error) ||
        (o->resume && !load(l, error)) || !make_step(l, error))
        return FALSE;
    g_autoptr(Masker) teacher = masker_new(l->device, idiom_style_network(o->style), o->teacher, error);
    l->views = teacher ? views_new(teacher, o->content, (guint)o->views, seed, error) : NULL;
    return l->views != NULL;
}

gboolean people_learn(const PeopleOptions *options, IdiomDevice *device, GError **error)
{
    g_auto(Learning) l = {.options = options, .device = device};
    const char *dot = g_str_has_suffix(options->out, ".safetensors") ? strrchr(options->out, '.') : NULL;
    g_autofree char *stem =
        dot ? g_strndup(options->out, (gsize)(dot - options->out)) : g_strdup(options->out);
    l.checkpoint = g_strconcat(stem, ".checkpoint.safetensors", NULL);
    if (!prepare(&l, error))
        return FALSE;
    Interrupt before;
    interrupt_begin(&before);
    const gboolean ok = run(&l, error);
    interrupt_end(&before);
    if (ok)
        say("%s: written after %d steps on views of %u files", options->out, options->steps,
            views_files(l.views));
    return ok;
}
