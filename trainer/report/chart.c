/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "report/chart.h"

#include <math.h>

/* Size of the drawing, and of the part of it within the axes; units are CSS pixels at the usual size. */
#define WIDTH 320
#define HEIGHT 170
#define LEFT 44
#define RIGHT 312
#define TOP 8
#define BOTTOM 148

#define POINTS                                                                                               \
    160 /* of a line at most: values that fall together are drawn as a stroke between their extremes */
#define WINDOW 20      /* the running mean is over this part of all values */
#define LOG_RATIO 30.0 /* of largest to smallest value: from here on the axis is logarithmic */
#define TICKS 6

/* What happened in a stretch of neighbouring values. */
typedef struct {
    double x, low, high, mean; /* NaN: no values */
} Point;

typedef struct {
    double low, high;
    gboolean logarithmic;
    double from, to; /* where low and high lie in the drawing */
} Axis;

static double position(const Axis *axis, double value)
{
    value = CLAMP(value, axis->low, axis->high);
    double t = axis->logarithmic ? log(value / axis->low) / log(axis->high / axis->low)
                                 : (value - axis->low) / (axis->high - axis->low);
    return axis->from + t * (axis->to - axis->from);
}

/* --- values --------------------------------------------------------------------------------------- */

static GArray *summarize(const double *x, const double *y, guint n)
{
    /* sums of the values before each, so that the mean over any window is a difference */
    g_autofree double *sums = g_new0(double, n + 1);
    g_autofree guint *counts = g_new0(guint, n + 1);
    for (guint i = 0; i < n; i++) {
        gboolean good = isfinite(y[i]);
        sums[i + 1] = sums[i] + (good ? y[i] : 0);
        counts[i + 1] = counts[i] + good;
    }
    guint n_points = MIN(n, POINTS), reach = n / WINDOW / 2;
    GArray *points = g_array_sized_new(FALSE, FALSE, sizeof(Point), n_points);
    for (guint p = 0; p < n_points; p++) {
        guint first = (guint)((guint64)p * n / n_points), end = (guint)((guint64)(p + 1) * n / n_points);
        Point point = {(x[first] + x[end - 1]) / 2, NAN, NAN, NAN};
        for (guint i = first; i < end; i++)
            if (isfinite(y[i])) {
                point.low = fmin(point.low, y[i]);
                point.high = fmax(point.high, y[i]);
            }
        guint middle = (first + end - 1) / 2;
        guint from = middle - MIN(middle, reach), to = MIN(middle + reach + 1, n);
        if (!isnan(point.low) && counts[to] > counts[from])
            point.mean = (sums[to] - sums[from]) / (counts[to] - counts[from]);
        g_array_append_val(points, point);
    }
    return points;
}

static int compare(gconstpointer a, gconstpointer b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* All means, and of the values so many that single outliers do not flatten the rest. FALSE if there are none. */
static gboolean find_range(const GArray *points, const double *y, guint n, double *low, double *high)
{
    g_autofree double *sorted = g_new(double, MAX(n, 1));
    guint count = 0;
    for (guint i = 0; i < n; i++)
        if (isfinite(y[i]))
            sorted[count++] = y[i];
    if (count == 0)
        return FALSE;
    qsort(sorted, count, sizeof *sorted, compare);
    *low = sorted[count / 50];
    *high = sorted[count - 1 - count / 50];
    for (guint i = 0; i < points->len; i++) {
        *low = fmin(*low, g_array_index(points, Point, i).mean);
        *high = fmax(*high, g_array_index(points, Point, i).mean);
    }
    if (*high - *low <= 1e-9 * fmax(fabs(*low), fabs(*high))) {
        double margin = fmax(fabs(*low) * 0.1, 1e-6);
        *low -= margin;
        *high += margin;
    }
    return TRUE;
}

/* --- axes ----------------------------------------------------------------------------------------- */

static void append_number(GString *html, double value)
{
    g_string_append_printf(html, fabs(value) >= 1000 && fabs(value) < 1e6 ? "%.0f" : "%.3g", value);
}

static void append_tick(GString *html, const Axis *axis, double value, gboolean vertical)
{
    double at = position(axis, value);
    if (vertical)
        g_string_append_printf(html,
                               "<path class=\"grid\" d=\"M%d %.1fH%d\"/>"
                               "<text class=\"label\" x=\"%d\" y=\"%.1f\" text-anchor=\"end\">",
                               LEFT, at, RIGHT, LEFT - 5, at + 3.5);
    else
        g_string_append_printf(html, "<text class=\"label\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">", at,
                               BOTTOM + 15);
    append_number(html, value + 0.0); /* no -0 */
    g_string_append(html, "</text>");
}

/* Round numbers: 1, 2 or 5 times powers of ten. */
static void append_linear_ticks(GString *html, const Axis *axis, gboolean vertical)
{
    double rough = (axis->high - axis->low) / TICKS;
    double power = pow(10, floor(log10(rough)));
    double step = rough / power > 5   ? 10 * power
                  : rough / power > 2 ? 5 * power
                  : rough / power > 1 ? 2 * power
                                      : power;
    for (double i = ceil(axis->low / step); i * step <= axis->high; i++)
        append_tick(html, axis, i * step, vertical);
}

static void append_logarithmic_ticks(GString *html, const Axis *axis)
{
    static const double factors[] = {1, 2, 5};
    int first = (int)floor(log10(axis->low)), last = (int)floor(log10(axis->high));
    int stride = (last - first) / TICKS + 1; /* powers of ten between ticks, if there are many */
    guint per_power = last - first < 2 ? G_N_ELEMENTS(factors) : 1;
    for (int power = first; power <= last; power += stride)
        for (guint k = 0; k < per_power; k++) {
            double value = factors[k] * pow(10, power);
            if (value >= axis->low && value <= axis->high)
                append_tick(html, axis, value, TRUE);
        }
}

/* --- lines ---------------------------------------------------------------------------------------- */

static void append_values(GString *html, const GArray *points, const Axis *x, const Axis *y)
{
    gboolean down = FALSE;
    g_string_append(html, "<path class=\"raw\" d=\"");
    for (guint i = 0; i < points->len; i++) {
        const Point *p = &g_array_index(points, Point, i);
        if (isnan(p->low)) {
            down = FALSE;
            continue;
        }
        g_string_append_printf(html, "%c%.1f %.1fV%.1f", down ? 'L' : 'M', position(x, p->x),
                               position(y, p->low), position(y, p->high));
        down = TRUE;
    }
    g_string_append(html, "\"/>");
}

static double append_means(GString *html, const GArray *points, const Axis *x, const Axis *y)
{
    gboolean down = FALSE;
    const Point *last = NULL;
    g_string_append(html, "<path class=\"mean\" d=\"");
    for (guint i = 0; i < points->len; i++) {
        const Point *p = &g_array_index(points, Point, i);
        if (!isnan(p->mean)) {
            g_string_append_printf(html, "%c%.1f %.1f", down ? 'L' : 'M', position(x, p->x),
                                   position(y, p->mean));
            last = p;
        }
        down = !isnan(p->mean);
    }
    g_string_append_printf(html, "\"/><circle class=\"end\" cx=\"%.1f\" cy=\"%.1f\" r=\"2.5\"/>",
                           position(x, last->x), position(y, last->mean));
    return last->mean;
}

double chart_append(GString *html, const char *name, const double *x, const double *y, guint n)
{
    g_autoptr(GArray) points = summarize(x, y, n);
    Axis horizontal = {.from = LEFT, .to = RIGHT};
    Axis vertical = {.from = BOTTOM, .to = TOP};
    if (!find_range(points, y, n, &vertical.low, &vertical.high))
        return NAN;
    vertical.logarithmic = vertical.low > 0 && vertical.high / vertical.low > LOG_RATIO;
    horizontal.low = x[0];
    horizontal.high = x[n - 1] > x[0] ? x[n - 1] : x[0] + 1;

    g_autofree char *label = g_markup_escape_text(name, -1);
    g_string_append_printf(html, "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">", WIDTH, HEIGHT,
                           label);
    if (vertical.logarithmic)
        append_logarithmic_ticks(html, &vertical);
    else
        append_linear_ticks(html, &vertical, TRUE);
    g_string_append_printf(html, "<path class=\"axis\" d=\"M%d %dV%dH%d\"/>", LEFT, TOP, BOTTOM, RIGHT);
    append_linear_ticks(html, &horizontal, FALSE);
    append_values(html, points, &horizontal, &vertical);
    double last = append_means(html, points, &horizontal, &vertical);
    g_string_append(html, "</svg>");
    return last;
}
