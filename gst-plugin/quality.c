/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "quality.h"

#include <idiom/error.h>
#include <string.h>

static const double steps[] = {0.25, 0.375, 0.5, 0.75, 1};

/* A frame may take so much of the time that there is. */
#define TOO_MUCH 0.95
#define ENOUGH 0.85    /* expected after a step down */
#define LITTLE 0.70    /* expected after a step up */
#define CONSTANT 0.3   /* share of the work that has nothing to do with the inner size */
#define FIRST_FRAMES 5 /* of a size: not measured */
#define MIN_SAMPLES 12 /* and no decision before so many */
#define WINDOW G_USEC_PER_SEC
#define FIRST_HOLD (10 * G_GINT64_CONSTANT(1000000))
#define LONGEST_HOLD (640 * G_GINT64_CONSTANT(1000000))
#define FAILED_TRY                                                                                           \
    (60 * G_GINT64_CONSTANT(1000000)) /* a step down so soon after one up says that this was wrong */

gboolean quality_parse(const char *text, double *fixed, GError **error)
{
    char *end = NULL;
    if (!text || !*text || g_str_equal(text, "auto")) {
        *fixed = 0;
        return TRUE;
    }
    *fixed = g_str_equal(text, "full") ? 1 : g_ascii_strtod(text, &end);
    if ((!end || (end != text && !*end)) && *fixed >= steps[0] && *fixed <= 1)
        return TRUE;
    g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT,
                "quality '%.32s': there are auto, full, and numbers from 0.25 to 1", text);
    return FALSE;
}

void quality_init(Quality *q, double fixed)
{
    *q = (Quality){.value = 1, .hold = FIRST_HOLD};
    quality_set(q, fixed);
}

void quality_set(Quality *q, double fixed)
{
    q->fixed = fixed;
    q->value = fixed > 0 ? fixed : 1;
    quality_forget(q);
}

void quality_forget(Quality *q)
{
    q->begin = 0;
    q->n_samples = q->skipped = 0;
}

static int compare(gconstpointer a, gconstpointer b)
{
    const gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;
    return (x > y) - (x < y);
}

/* A machine that was busy with something else for a moment says nothing. */
static double median(Quality *q)
{
    qsort(q->samples, q->n_samples, sizeof *q->samples, compare);
    return (double)q->samples[q->n_samples / 2];
}

/* The load in another size, whose sides are @ratio as long. */
static double expect(double load, double ratio)
{
    return load * (CONSTANT + (1 - CONSTANT) * ratio * ratio);
}

/* The largest size that is smaller than that of now and, as far as can be told, is done in time. */
static double step_down(double value, double load)
{
    for (guint i = G_N_ELEMENTS(steps); i-- > 0;) {
        const double ratio = steps[i] / value;
        if (ratio < 1 && (i == 0 || expect(load, ratio) <= ENOUGH))
            return steps[i];
    }
    return value;
}

/* The next larger size, if it is likely to be done in time. */
static double step_up(double value, double load)
{
    for (guint i = 0; i < G_N_ELEMENTS(steps); i++) {
        const double ratio = steps[i] / value;
        if (ratio > 1)
            return expect(load, ratio) <= LITTLE ? steps[i] : value;
    }
    return value;
}

static double decide(Quality *q, double load, gint64 now)
{
    const gint64 since = now - q->changed;
    if (load <= TOO_MUCH)
        return since >= q->hold ? step_up(q->value, load) : q->value;
    if (q->rose && since < FAILED_TRY)
        q->hold = MIN(2 * q->hold, LONGEST_HOLD);
    return step_down(q->value, load);
}

gboolean quality_note(Quality *q, gint64 busy, gint64 duration, gint64 now)
{
    if (q->fixed > 0 || q->skipped++ < FIRST_FRAMES)
        return FALSE;
    if (!q->begin)
        q->begin = now;
    if (q->n_samples < QUALITY_SAMPLES)
        q->samples[q->n_samples++] = busy;
    if (now - q->begin < WINDOW || q->n_samples < MIN_SAMPLES)
        return FALSE;
    const double value = decide(q, median(q) / (double)MAX(duration, 1), now);
    q->begin = 0;
    q->n_samples = 0;
    if (value == q->value)
        return FALSE;
    q->rose = value > q->value;
    q->value = value;
    q->changed = now;
    q->skipped = 0;
    return TRUE;
}
