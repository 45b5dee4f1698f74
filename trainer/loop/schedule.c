/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What happens when: the learning rate, which terms have joined, how long it all takes. All of it follows the share of
 * the training that is done, of the steps or, with --minutes, of the time.
 */
#include "loop/training.h"

#include "loop/memory.h"
#include "tool/console.h"

#include <math.h>

/*
 * Terms that join after a part of the training. The discriminator is of use once the generator paints already, which it
 * does sooner with a teacher; and what a teacher shows is learned first, and then to keep it steady.
 */
#define ADVERSARIAL_FROM 0.4
#define ADVERSARIAL_FROM_TAUGHT 0.15
#define TEMPORAL_FROM_TAUGHT 0.6
#define TIMED_STEPS 3 /* by which the others are estimated; the one before them compiles shaders */

/* --- how far ---------------------------------------------------------------------------------------- */

double training_seconds(const Training *t)
{
    return t->seconds_before + (double)(g_get_monotonic_time() - t->began) / G_USEC_PER_SEC;
}

double training_progress(const Training *t)
{
    const TrainOptions *o = t->options;
    return MIN(1, o->minutes > 0 ? training_seconds(t) / (60 * o->minutes) : (double)t->step / o->steps);
}

gboolean training_done(const Training *t)
{
    return t->step && training_progress(t) >= 1;
}

double training_rate(const Training *t)
{
    return optimizer_rate(t->options->generator_adam.rate * t->rate_scale, t->step, training_progress(t));
}

/* --- what a step is made of ------------------------------------------------------------------------- */

static double adversarial_from(const Training *t)
{
    return t->teacher ? ADVERSARIAL_FROM_TAUGHT : ADVERSARIAL_FROM;
}

static double temporal_from(const Training *t)
{
    return t->teacher ? TEMPORAL_FROM_TAUGHT : 0;
}

/* The parts of a step at @progress; the terms that are to join are all there at 1. */
static StepParts parts_at(const Training *t, double progress)
{
    const gboolean adversarial = progress >= adversarial_from(t);
    return (StepParts){
        .options = t->options,
        .losses = t->losses,
        .config = &t->config,
        .generator = t->generator,
        .discriminator = adversarial ? t->discriminator : NULL,
        .spectral = adversarial ? t->spectral : NULL,
        .taught = t->teacher != NULL,
        .temporal = t->options->weights[TERM_TEMPORAL] > 0 && progress >= temporal_from(t),
    };
}

/* What makes a step large, before what is wrong with it. */
static void name_sizes(const TrainOptions *o, GError **error)
{
    g_prefix_error(error, "--batch %d of --crop %d (smaller ones need less): ", o->batch, o->crop);
}

/* Whether the largest steps of the training will fit: a discriminator that joins late must find its memory, too. */
static gboolean check_memory(Training *t, GError **error)
{
    const StepParts parts = parts_at(t, 1);
    StepCost cost;
    if (!steps_cost(t->device, &parts, &cost, error)) {
        name_sizes(t->options, error);
        return FALSE;
    }
    return memory_check(t->device, "a step", cost.memory, "--batch or --crop", error);
}

gboolean training_prepare_step(Training *t, GError **error)
{
    const StepParts parts = parts_at(t, training_progress(t));
    const gboolean adversarial = parts.discriminator != NULL;
    if (t->prepared && t->adversarial == adversarial && t->temporal == parts.temporal)
        return TRUE;
    generator_step_clear(&t->generator_step);
    discriminator_step_clear(&t->discriminator_step);
    if (!t->prepared && !check_memory(t, error))
        return FALSE;
    t->prepared = TRUE;
    t->adversarial = adversarial;
    t->temporal = parts.temporal;
    if (!generator_step_init(&t->generator_step, t->device, &parts, error) ||
        (adversarial && !discriminator_step_init(&t->discriminator_step, t->device, &parts, error))) {
        name_sizes(t->options, error);
        return FALSE;
    }
    say("step %" G_GUINT64_FORMAT
        ": with%s the discriminator, with%s the temporal term; the driver compiles the "
        "shaders first, which may take a minute",
        t->step, adversarial ? "" : "out", parts.temporal ? "" : "out");
    return TRUE;
}

/* --- how long --------------------------------------------------------------------------------------- */

/*
 * From here to the end: the seconds that are left where the steps are given, the steps where the time is. @pace: seconds
 * that a step of now takes; others take longer by as much as they compute more.
 */
static gboolean foresee(Training *t, double pace, double *left, GError **error)
{
    const double changes[] = {adversarial_from(t), temporal_from(t), 1}, now = training_progress(t);
    StepParts parts = parts_at(t, now);
    StepCost cost;
    if (!steps_cost(t->device, &parts, &cost, error))
        return FALSE;
    const double per_flop = pace / cost.flops;
    const double all = t->options->minutes > 0 ? 60 * t->options->minutes : t->options->steps;
    *left = 0;
    for (double from = now, to; from < 1; from = to) {
        to = 1;
        for (guint i = 0; i < G_N_ELEMENTS(changes); i++)
            if (changes[i] > from)
                to = MIN(to, changes[i]);
        parts = parts_at(t, from);
        if (!steps_cost(t->device, &parts, &cost, error))
            return FALSE;
        const double seconds = per_flop * cost.flops;
        *left += (to - from) * all * (t->options->minutes > 0 ? 1 / seconds : seconds);
    }
    return TRUE;
}

gboolean training_announce(Training *t, GError **error)
{
    const guint64 taken = t->step - t->started_at_step;
    if (taken == 1)
        t->timed_from = g_get_monotonic_time();
    if (taken != 1 + TIMED_STEPS || training_done(t))
        return TRUE;
    const double pace = (double)(g_get_monotonic_time() - t->timed_from) / G_USEC_PER_SEC / TIMED_STEPS;
    double left;
    if (!foresee(t, pace, &left, error))
        return FALSE;
    if (t->options->minutes > 0) {
        say("a step takes %.2f s now: about %.0f steps in the %g minutes", pace, t->step + left,
            t->options->minutes);
        return TRUE;
    }
    g_autoptr(GDateTime) now = g_date_time_new_now_local();
    g_autoptr(GDateTime) then = g_date_time_add_seconds(now, left);
    g_autofree char *clock = g_date_time_format(then, "%H:%M");
    say("a step takes %.2f s now: %d steps take about %.0f minutes, until %s", pace, t->options->steps,
        ceil(left / 60), clock);
    return TRUE;
}
