/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "report/report.h"

#include "report/chart.h"
#include "report/losslog.h"
#include "media/picture.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define SAMPLE_SIDE 120 /* shorter side of the samples */
#define RESULT_SIDE 170 /* of the last ones: two pairs fit side by side */
#define REFERENCE_SIDE 160
#define MAX_REFERENCES 24
#define MOMENTS 8 /* moments of the training that the strip shows */

/* Two palettes of equal contrast, one for each kind of screen. */
static const char style_sheet[] =
    ":root{color-scheme:light dark;--page:#fff;--card:#f5f6f8;--ink:#1b1f24;--soft:#5b6570;--line:#dcdfe4;"
    "--curve:#1a62d6}\n"
    "@media(prefers-color-scheme:dark){:root{--page:#14171b;--card:#1d2126;--ink:#e8eaed;--soft:#9aa4af;"
    "--line:#343a41;--curve:#7ab0ff}}\n"
    "body{margin:0 auto;max-width:1120px;padding:24px 20px 48px;background:var(--page);color:var(--ink);"
    "font:15px/1.5 system-ui,sans-serif}\n"
    "h1{margin:0 0 4px;font-size:28px;line-height:1.2;overflow-wrap:anywhere}\n"
    "h2{margin:36px 0 12px;font-size:18px}\n"
    "p{margin:4px 0}.soft,figcaption,th{color:var(--soft)}\n"
    "pre{margin:12px 0;padding:12px 14px;background:var(--card);border-radius:8px;white-space:pre-wrap;"
    "overflow-wrap:anywhere;font:13px/1.5 ui-monospace,monospace}\n"
    ".curves{display:grid;grid-template-columns:repeat(auto-fill,minmax(300px,1fr));gap:14px}\n"
    "figure{margin:0}.curves figure{padding:10px 12px 6px;background:var(--card);border-radius:8px}\n"
    ".curves figcaption{display:flex;justify-content:space-between}.curves b{color:var(--ink)}\n"
    "svg{display:block;width:100%;height:auto}svg path{fill:none}\n"
    ".grid{stroke:var(--line)}.axis{stroke:var(--soft)}.label{fill:var(--soft);font-size:10.5px}\n"
    ".raw{stroke:var(--curve);opacity:.28}.mean{stroke:var(--curve);stroke-width:2;stroke-linejoin:round}\n"
    ".end{fill:var(--curve)}\n"
    ".row,.pair{display:flex;flex-wrap:wrap;gap:14px}.pair{gap:4px}.row "
    "figcaption{max-width:260px;font-size:13px;"
    "overflow-wrap:anywhere}\n"
    "img{display:block;max-width:100%;border-radius:4px}\n"
    ".strip{overflow-x:auto}.strip img{max-width:none}\n"
    "table{border-collapse:collapse}th{font-weight:normal;text-align:left;white-space:nowrap}\n"
    "td,th{padding:3px 16px 3px 0;vertical-align:top;overflow-wrap:anywhere}\n"
    ".strip td,.strip th{padding:0 6px 6px 0;font-size:13px}\n"
    ".facts tr{border-bottom:1px solid var(--line)}summary{cursor:pointer;color:var(--soft)}\n";

/* What the metadata say of @key, or NULL. */
static const char *look_up(const Report *report, const char *key)
{
    return report->metadata ? g_hash_table_lookup(report->metadata, key) : NULL;
}

/* --- pieces --------------------------------------------------------------------------------------- */

/* @text as the content of an element or of a quoted attribute. */
static void append_text(GString *html, const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    for (char *c = valid; *c; c++)
        if (g_ascii_iscntrl(*c) && *c != '\n')
            *c = ' '; /* HTML has no place for them */
    g_autofree char *escaped = g_markup_escape_text(valid, -1);
    g_string_append(html, escaped);
}

/* "<tag>text</tag>", or nothing where there is no text. @tag may have attributes. */
static void append_element(GString *html, const char *tag, const char *text)
{
    if (!text || !*text)
        return;
    g_string_append_printf(html, "<%s>", tag);
    append_text(html, text);
    g_string_append_printf(html, "</%.*s>\n", (int)strcspn(tag, " "), tag);
}

static void append_picture(GString *html, const Picture *picture, const char *description)
{
    gsize size;
    g_autoptr(GBytes) png = picture_encode_png(picture, NULL);
    if (!png)
        return;
    const guchar *bytes = g_bytes_get_data(png, &size);
    g_autofree char *base64 = g_base64_encode(bytes, size);
    g_string_append_printf(html, "<img width=\"%u\" height=\"%u\" src=\"data:image/png;base64,%s\" alt=\"",
                           picture->w, picture->h, base64);
    append_text(html, description);
    g_string_append(html, "\"/>");
}

static void append_row(GString *html, const char *name, const char *value)
{
    g_string_append(html, "<tr>");
    append_element(html, "th", name);
    g_string_append(html, "<td>");
    append_text(html, value);
    g_string_append(html, "</td></tr>\n");
}

/* A row for each entry of @table, by name; those in @except are left out. */
static void append_rows(GString *html, GHashTable *table, const char *const *except)
{
    g_autoptr(GList) keys = g_list_sort(g_hash_table_get_keys(table), (GCompareFunc)strcmp);
    for (GList *key = keys; key; key = key->next)
        if (!g_strv_contains(except, key->data))
            append_row(html, key->data, g_hash_table_lookup(table, key->data));
}

/* --- curves --------------------------------------------------------------------------------------- */

/* Whole time of a training that may have been resumed: each time the clock began at 0 again. */
static double total_seconds(const double *seconds, guint rows)
{
    double total = 0;
    for (guint i = 0; i < rows; i++) {
        double before = i && seconds[i] >= seconds[i - 1] ? seconds[i - 1] : 0;
        if (isfinite(seconds[i] - before))
            total += seconds[i] - before;
    }
    return total;
}

static void append_duration(GString *html, const LossLog *log)
{
    const double *seconds = loss_log_column(log, "seconds");
    double total = seconds ? total_seconds(seconds, log->rows) : 0;
    if (total < 1)
        return;
    guint64 s = (guint64)total;
    g_string_append_printf(html, "<p class=\"soft\">%u step%s in ", log->rows, log->rows == 1 ? "" : "s");
    if (s >= 3600)
        g_string_append_printf(html, "%" G_GUINT64_FORMAT " h %u min", s / 3600, (guint)(s / 60 % 60));
    else if (s >= 60)
        g_string_append_printf(html, "%u min %u s", (guint)(s / 60), (guint)(s % 60));
    else
        g_string_append_printf(html, "%u s", (guint)s);
    g_string_append_printf(html, ", %.2f s a step</p>\n", total / log->rows);
}

/* What the short names in the log's first line stand for. */
static char *curve_name(const char *column)
{
    static const struct {
        const char *column, *name;
    } names[] = {
        {"rate", "learning rate"},  {"total", "total loss"},           {"tv", "total variation"},
        {"hf", "high frequencies"}, {"luma", "light and dark (luma)"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        if (g_str_equal(column, names[i].column))
            return g_strdup(names[i].name);
    return g_strdelimit(g_strdup(column), "_", ' ');
}

/* A term that is not in use is zero all the time. */
static gboolean is_used(const double *values, guint rows)
{
    for (guint i = 0; i < rows; i++)
        if (values[i] < 0 || values[i] > 0)
            return TRUE;
    return FALSE;
}

static void append_curves(GString *html, const LossLog *log)
{
    const double *steps = loss_log_column(log, "step");
    if (!steps || log->rows < 2)
        return;
    g_string_append(html, "<h2>Curves over the steps</h2>\n<div class=\"curves\">\n");
    for (guint i = 0; i < log->n_columns; i++) {
        const LogColumn *column = &log->columns[i];
        if (column->values == steps || g_str_equal(column->name, "seconds") ||
            !is_used(column->values, log->rows))
            continue;
        g_autofree char *name = curve_name(column->name);
        g_autoptr(GString) chart = g_string_new(NULL);
        double last = chart_append(chart, name, steps, column->values, log->rows);
        g_string_append(html, "<figure><figcaption>");
        append_element(html, "span", name);
        g_string_append_printf(html, "<b>%.3g</b></figcaption>%s</figure>\n", last, chart->str);
    }
    g_string_append(html, "</div>\n");
}

/* --- samples -------------------------------------------------------------------------------------- */

typedef struct {
    guint64 step;
    guint sample;
} SampleFile;

static int compare_samples(gconstpointer a, gconstpointer b)
{
    const SampleFile *x = a, *y = b;
    if (x->step != y->step)
        return x->step < y->step ? -1 : 1;
    return (x->sample > y->sample) - (x->sample < y->sample);
}

/* The sample files of @folder by step and number; NULL with @error where it cannot be read. */
static GArray *find_samples(const char *folder, GError **error)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, error);
    if (!dir)
        return NULL;
    GArray *files = g_array_new(FALSE, FALSE, sizeof(SampleFile));
    for (const char *name; (name = g_dir_read_name(dir));) {
        SampleFile file;
        int length = 0;
        if (sscanf(name, "step-%" G_GUINT64_FORMAT "-%u.png%n", &file.step, &file.sample, &length) == 2 &&
            length && !name[length])
            g_array_append_val(files, file);
    }
    g_array_sort(files, compare_samples);
    return files;
}

/* A picture of @folder, scaled to the shorter side @side if it can be read. */
static void append_file(GString *html, const char *folder, const char *name, guint side)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autoptr(Picture) picture = picture_load(path, 0, 0, side, NULL);
    if (picture)
        append_picture(html, picture, name);
}

static void append_photo(GString *html, const char *folder, guint sample, guint side)
{
    g_autofree char *name = g_strdup_printf("photo-%u.png", sample);
    append_file(html, folder, name, side);
}

static void append_painted(GString *html, const char *folder, guint64 step, guint sample, guint side)
{
    g_autofree char *name = g_strdup_printf("step-%06" G_GUINT64_FORMAT "-%u.png", step, sample);
    append_file(html, folder, name, side);
}

/* A table: a row for each sample, a column for each moment. */
static void append_strip(GString *html, const char *folder, const GArray *steps, const GArray *samples)
{
    const guint moments = MIN(steps->len, MOMENTS);
    g_autofree guint64 *shown = g_new(guint64, moments);
    for (guint i = 0; i < moments; i++) /* evenly, the last one among them */
        shown[i] = g_array_index(steps, guint64, (guint)((guint64)(i + 1) * steps->len / moments) - 1);
    g_string_append(html, "<h2>Samples over time</h2>\n<div class=\"strip\"><table>\n<tr><th>photo</th>");
    for (guint i = 0; i < moments; i++)
        g_string_append_printf(html, "<th>step %" G_GUINT64_FORMAT "</th>", shown[i]);
    g_string_append(html, "</tr>\n");
    for (guint k = 0; k < samples->len; k++) {
        const guint sample = g_array_index(samples, guint, k);
        g_string_append(html, "<tr><td>");
        append_photo(html, folder, sample, SAMPLE_SIDE);
        g_string_append(html, "</td>");
        for (guint i = 0; i < moments; i++) {
            g_string_append(html, "<td>");
            append_painted(html, folder, shown[i], sample, SAMPLE_SIDE);
            g_string_append(html, "</td>");
        }
        g_string_append(html, "</tr>\n");
    }
    g_string_append(html, "</table></div>\n");
}

static void append_results(GString *html, const char *folder, guint64 step, const GArray *samples)
{
    g_string_append(html, "<h2>Result</h2>\n<div class=\"row\">\n");
    for (guint k = 0; k < samples->len; k++) {
        g_string_append(html, "<div class=\"pair\">");
        append_photo(html, folder, g_array_index(samples, guint, k), RESULT_SIDE);
        append_painted(html, folder, step, g_array_index(samples, guint, k), RESULT_SIDE);
        g_string_append(html, "</div>\n");
    }
    g_string_append(html, "</div>\n");
}

static gboolean append_samples(GString *html, const char *folder, GError **error)
{
    g_autoptr(GArray) files = find_samples(folder, error);
    if (!files)
        return FALSE;
    g_autoptr(GArray) steps = g_array_new(FALSE, FALSE, sizeof(guint64));
    g_autoptr(GArray) samples = g_array_new(FALSE, FALSE, sizeof(guint));
    for (guint i = 0; i < files->len; i++) {
        const SampleFile *file = &g_array_index(files, SampleFile, i);
        if (!i || file->step != g_array_index(files, SampleFile, i - 1).step)
            g_array_append_val(steps, file->step);
    }
    if (!steps->len)
        return TRUE;
    const guint64 last = g_array_index(steps, guint64, steps->len - 1);
    for (guint i = 0; i < files->len; i++)
        if (g_array_index(files, SampleFile, i).step == last)
            g_array_append_val(samples, g_array_index(files, SampleFile, i).sample);
    append_results(html, folder, last, samples);
    if (steps->len > 1)
        append_strip(html, folder, steps, samples);
    return TRUE;
}

/* --- references ----------------------------------------------------------------------------------- */

static void append_references(GString *html, const Report *report)
{
    const char *attribution = look_up(report, "attribution");
    if (report->n_references == 0 && !attribution)
        return;
    g_string_append(html, "<h2>References</h2>\n<div class=\"row\">\n");
    const guint shown = MIN(report->n_references, MAX_REFERENCES);
    for (guint i = 0; i < shown; i++) {
        const ReportReference *reference = &report->references[i];
        g_string_append(html, "<figure>");
        g_autofree char *folder = g_path_get_dirname(reference->path);
        g_autofree char *name = g_path_get_basename(reference->path);
        append_file(html, folder, name, REFERENCE_SIDE);
        g_string_append(html, "<figcaption>");
        append_text(html, name);
        if (reference->style) {
            g_string_append(html, "; style ");
            append_text(html, reference->style);
        }
        g_string_append_printf(html, ", weight %.3g</figcaption></figure>\n", reference->weight);
    }
    g_string_append(html, "</div>\n");
    if (report->n_references > shown)
        g_string_append_printf(html, "<p class=\"soft\">and %u more</p>\n", report->n_references - shown);
    append_element(html, "p class=\"soft\"", attribution);
}

/* --- tables --------------------------------------------------------------------------------------- */

static void append_figures(GString *html, const Report *report)
{
    static const char *const none[] = {NULL};
    const char *losses = look_up(report, "losses");
    if (!losses && !report->figures)
        return;
    g_string_append(html, "<h2>Figures</h2>\n<table class=\"facts\">\n");
    if (report->figures)
        append_rows(html, report->figures, none);
    if (losses)
        append_row(html, "losses, last steps", losses);
    g_string_append(html, "</table>\n");
}

static void append_configuration(GString *html, const Report *report)
{
    static const char *const elsewhere[] = {"command", "device", "attribution", "licence", "losses", NULL};
    if (!report->metadata)
        return;
    g_string_append(html, "<h2>Configuration</h2>\n<table class=\"facts\">\n");
    append_rows(html, report->metadata, elsewhere);
    g_string_append(html, "</table>\n");
}

/* --- all of it ------------------------------------------------------------------------------------ */

static gboolean build(GString *html, const Report *report, GError **error)
{
    g_autoptr(LossLog) log = report->log ? loss_log_read(report->log, error) : NULL;
    if (report->log && !log)
        return FALSE;
    g_string_append(html, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
                          "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                          "img-src data:; style-src 'unsafe-inline'\"/>\n"
                          "<meta name=\"viewport\" content=\"width=device-width\"/>\n");
    append_element(html, "title", report->title);
    g_string_append_printf(html, "<style>\n%s</style>\n</head>\n<body>\n", style_sheet);
    append_element(html, "h1", report->title);
    if (log)
        append_duration(html, log);
    append_element(html, "p class=\"soft\"", look_up(report, "device"));
    append_element(html, "pre", look_up(report, "command"));
    if (report->preview && !append_samples(html, report->preview, error))
        return FALSE;
    append_references(html, report);
    append_figures(html, report);
    if (log)
        append_curves(html, log);
    append_configuration(html, report);
    const char *licence = look_up(report, "licence");
    if (licence) {
        g_string_append(html, "<h2>Licence</h2>\n");
        append_element(html, "p", licence);
    }
    g_string_append(html, "</body>\n</html>\n");
    return TRUE;
}

gboolean report_write(const char *path, const Report *report, GError **error)
{
    g_autoptr(GString) html = g_string_new(NULL);
    return build(html, report, error) &&
           g_file_set_contents_full(path, html->str, (gssize)html->len,
                                    G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0666,
                                    error);
}
