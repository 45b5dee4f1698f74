/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "loop/train.h"

#include "loop/interrupt.h"
#include "loop/training.h"
#include "tool/console.h"

#include <errno.h>
#include <math.h>

#define MAX_BAD_STEPS 3
#define MEAN_OVER 50 /* steps, for the numbers in the style file and for who is winning */

static double norm(const float *values, gsize n)
{
    double sum = 0;
    for (gsize i = 0; i < n; i++)
        sum += (double)values[i] * values[i];
    return sqrt(sum);
}

/*
 * One step on @batch. Nothing changes before all numbers are known; @finite is FALSE if one is not finite, and then
 * nothing has changed.
 */
static gboolean take_step(Training *t, const Batch *batch, gboolean *finite, GError **error)
{
    GeneratorStep *g = &t->generator_step;
    if (!generator_step_run(g, batch, error))
        return FALSE;
    for (guint i = 0; i < N_TERMS; i++)
        t->terms[i] = objective_value(g->objective, g->program, term_name(i));
    t->total = objective_value(g->objective, g->program, NULL);
    t->gradient_norm = norm(g->gradient, g->n_gradient);
    *finite = isfinite(t->total) && isfinite(t->gradient_norm);

    DiscriminatorStep *d = &t->discriminator_step;
    if (t->adversarial && *finite) {
        const float *taught = g->moved ? batch->taught_moved : batch->taught;
        if (!discriminator_step_run(d, taught ? taught : batch->reference, g->painted,
                                    g->moved ? batch->moved : batch->content, batch->style, error))
            return FALSE;
        *finite = isfinite(*d->real) && isfinite(*d->fake) && isfinite(norm(d->gradient, d->n_gradient));
    }
    if (!*finite)
        return TRUE;
    if (!optimizer_step(&t->generator_adam, g->gradient, training_rate(t), error))
        return FALSE;
    for (guint i = 0; i < N_TERMS; i++)
        t->mean[i] += (t->terms[i] - t->mean[i]) / MIN(t->generator_adam.steps, MEAN_OVER);
    if (t->adversarial) {
        if (!optimizer_step(&t->discriminator_adam, d->gradient,
                            t->options->discriminator_adam.rate * t->rate_scale, error))
            return FALSE;
        t->winning += (*d->winning - t->winning) / MIN(t->discriminator_adam.steps, MEAN_OVER);
    }
    return TRUE;
}

/* @style: whether its weights are worth a style file */
static gboolean save(Training *t, const char *checkpoint, gboolean style, GError **error)
{
    if (fflush(t->log) != 0)
        say("the log cannot be written: %s", g_strerror(errno));
    return training_save(t, checkpoint, error) && (!style || training_write_style(t, error)) &&
           training_write_previews(t, error);
}

static gboolean stopped(const Training *t, const char *checkpoint, GError **error)
{
    if (interrupt_came())
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT,
                    "interrupted after step %" G_GUINT64_FORMAT "; %s can be used as it is, --resume goes on",
                    t->step, t->options->out);
    else
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_NOT_FINITE,
                    "%d steps in a row were not finite: stopped after step %" G_GUINT64_FORMAT
                    "; the last good weights are in %s",
                    MAX_BAD_STEPS, t->step, checkpoint);
    return FALSE;
}

static gboolean run_steps(Training *t, const char *checkpoint, GError **error)
{
    const TrainOptions *o = t->options;
    data_start(t->data, t->step);
    t->began = t->started = t->spoken = g_get_monotonic_time();
    t->started_at_step = t->step;
    gboolean done = training_done(t);
    while (!done) {
        const Batch *batch = data_next(t->data, error);
        gboolean finite = FALSE;
        if (!batch || !training_prepare_step(t, error) || !take_step(t, batch, &finite, error))
            return FALSE;
        training_log(t);
        if (t->step++ == t->started_at_step)
            t->began = g_get_monotonic_time(); /* the first step compiles shaders, which is no training */
        training_say(t);
        if (!training_announce(t, error))
            return FALSE;
        t->bad_steps = finite ? 0 : t->bad_steps + 1;
        if (!finite) {
            t->rate_scale /= 2;
            say("step %" G_GUINT64_FORMAT
                ": a loss or gradient is not finite; step discarded, learning rate halved",
                t->step);
        }
        done = training_done(t);
        const gboolean bad = t->bad_steps == MAX_BAD_STEPS, stop = bad || (interrupt_came() && !done);
        if ((t->step % (guint64)o->checkpoint_every == 0 || done || stop) &&
            !save(t, checkpoint, !bad, error))
            return FALSE;
        if (stop)
            return stopped(t, checkpoint, error);
    }
    return TRUE;
}

gboolean train_style(const TrainOptions *options, GError **error)
{
    g_auto(Training) t = {.options = options};
    g_autofree char *checkpoint = train_options_beside(options, ".checkpoint.safetensors");
    if (!training_prepare(&t, error) || (options->resume && !training_load(&t, checkpoint, error)) ||
        !training_open_log(&t, error))
        return FALSE;

    Interrupt before;
    interrupt_begin(&before);
    gboolean ok = run_steps(&t, checkpoint, error) && training_finish(&t, error);
    interrupt_end(&before);
    if (ok)
        say("%s: written after %" G_GUINT64_FORMAT " steps; %u of %u content files could not be used",
            options->out, t.step, data_skipped(t.data), data_files(t.data));
    return ok;
}
