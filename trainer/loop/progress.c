/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "loop/training.h"

#include "tool/console.h"
#include "judge/painter.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <math.h>

/* The discriminator's average lead beyond which a warning is due, and the steps between two warnings. */
#define WINNING 0.9
#define LOSING -0.1
#define WARN_EVERY 200

gboolean training_open_log(Training *t, GError **error)
{
    g_autofree char *path = train_options_beside(t->options, ".csv");
    g_autofree char *old = NULL;
    if (t->step)
        g_file_get_contents(path, &old, NULL, NULL);
    t->log = g_fopen(path, "w");
    if (!t->log) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FILE, "%s: cannot be written: %s", path,
                    g_strerror(errno));
        return FALSE;
    }
    fprintf(t->log, "step,seconds,rate,gradient_norm,total");
    for (guint i = 0; i < N_TERMS; i++)
        if (t->options->weights[i] > 0)
            fprintf(t->log, ",%s", term_name(i));
    fprintf(t->log, ",discriminator_real,discriminator_fake,discriminator_winning\n");
    g_auto(GStrv) rows = g_strsplit(old ? old : "", "\n", -1);
    for (char **row = rows; *row; row++)
        if (g_ascii_isdigit(**row) && g_ascii_strtoull(*row, NULL, 10) < t->step)
            fprintf(t->log, "%s\n", *row);
    fflush(t->log); /* a training that is done already has no more rows, and a report */
    return TRUE;
}

void training_log(Training *t)
{
    fprintf(t->log, "%" G_GUINT64_FORMAT ",%.2f,%.3g,%.4g,%.6g", t->step,
            (double)(g_get_monotonic_time() - t->started) / 1e6, training_rate(t), t->gradient_norm,
            t->total);
    for (guint i = 0; i < N_TERMS; i++)
        if (t->options->weights[i] > 0)
            fprintf(t->log, ",%.6g", t->terms[i]);
    if (t->adversarial)
        fprintf(t->log, ",%.4g,%.4g,%.3f\n", *t->discriminator_step.real, *t->discriminator_step.fake,
                t->winning);
    else
        fprintf(t->log, ",,,\n");
}

/* A discriminator that is always or never right teaches nothing. */
static void warn(Training *t)
{
    if (!t->adversarial || (t->winning < WINNING && t->winning > LOSING) ||
        t->discriminator_adam.steps < WARN_EVERY || t->step - t->warned_at_step < WARN_EVERY)
        return;
    t->warned_at_step = t->step;
    say("step %" G_GUINT64_FORMAT ": the discriminator has been %s for long (%.2f of -1..1); %s", t->step,
        t->winning > 0 ? "winning" : "losing", t->winning,
        t->winning > 0 ? "a lower --d-lr helps" : "a higher --d-lr or lower --adversarial-weight helps");
}

/* Where the training is, how fast it goes, and how much is left. */
static void append_time(const Training *t, double pace, GString *line)
{
    const TrainOptions *o = t->options;
    const double time = 60 * o->minutes;
    const guint64 left =
        (guint64)(o->minutes > 0 ? time - MIN(time, training_seconds(t)) : pace * (o->steps - t->step));
    g_string_append_printf(line, "step %" G_GUINT64_FORMAT, t->step);
    if (o->minutes <= 0)
        g_string_append_printf(line, "/%d", o->steps);
    g_string_append_printf(line, "  %.2f s/step  ETA %" G_GUINT64_FORMAT ":%02u:%02u", pace, left / 3600,
                           (guint)(left / 60 % 60), (guint)(left % 60));
}

void training_say(Training *t)
{
    warn(t);
    gint64 now = g_get_monotonic_time();
    if (!training_done(t) &&
        now - t->spoken < (console_is_terminal() ? G_USEC_PER_SEC / 5 : 10 * G_USEC_PER_SEC))
        return;
    t->spoken = now;
    g_autoptr(GString) line = g_string_new(NULL);
    append_time(t, (double)(now - t->started) / G_USEC_PER_SEC / (t->step - t->started_at_step), line);
    g_string_append_printf(line, "  loss %.3f", t->total);
    for (guint i = 0; i < N_TERMS; i++)
        if (t->options->weights[i] > 0 && (t->adversarial || !term_needs_discriminator(i)))
            g_string_append_printf(line, "  %s %.3f", term_name(i), t->terms[i]);
    if (t->adversarial)
        g_string_append_printf(line, "  discriminator %.2f+%.2f", *t->discriminator_step.real,
                               *t->discriminator_step.fake);
    say_progress("%s  [%s]", line->str, idiom_device_info(t->device)->name);
}

guint training_sample_style(const Training *t, guint index)
{
    return index % t->config.styles;
}

Picture *training_paint(Training *t, guint index, GError **error)
{
    const Picture *photo = t->samples->pdata[index];
    g_autoptr(Painter) painter = painter_new(t->device, &t->config, t->average,
                                             training_sample_style(t, index), photo->w, photo->h, error);
    return painter ? painter_run(painter, photo, error) : NULL;
}

gboolean training_write_previews(Training *t, GError **error)
{
    for (guint i = 0; t->options->preview && i < t->samples->len; i++) {
        g_autoptr(Picture) picture = training_paint(t, i, error);
        g_autofree char *name = g_strdup_printf("step-%06" G_GUINT64_FORMAT "-%u.png", t->step, i + 1);
        g_autofree char *path = g_build_filename(t->options->preview, name, NULL);
        if (!picture || !picture_write_png(picture, path, error))
            return FALSE;
    }
    return TRUE;
}
