/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rows.h"

#include "output.h"

#include <string.h>

static void row_clear(gpointer data)
{
    ProfileRow *row = data;
    g_free(row->op);
    g_free(row->shader);
}

GArray *profile_rows_new(void)
{
    GArray *rows = g_array_new(FALSE, FALSE, sizeof(ProfileRow));
    g_array_set_clear_func(rows, row_clear);
    return rows;
}

/* The row of @time's operation, variant and shape; made at the first call. */
static ProfileRow *find_row(GArray *rows, const IdiomOpTime *time)
{
    for (guint i = 0; i < rows->len; i++) {
        ProfileRow *row = &g_array_index(rows, ProfileRow, i);
        if (g_str_equal(row->op, time->op) && g_strcmp0(row->shader, time->shader) == 0 &&
            memcmp(&row->shape, &time->shape, sizeof row->shape) == 0)
            return row;
    }
    ProfileRow row = {g_strdup(time->op), g_strdup(time->shader), time->shape};
    g_array_append_val(rows, row);
    return &g_array_index(rows, ProfileRow, rows->len - 1);
}

void profile_rows_add(GArray *rows, const IdiomOpTime *times, guint count, guint run, guint runs)
{
    for (guint t = 0; t < count; t++) {
        ProfileRow *row = find_row(rows, &times[t]);
        row->calls += run == 0;
        row->seconds += times[t].seconds / runs;
        row->flops += times[t].flops / runs;
        row->bytes += times[t].bytes / runs;
    }
}

double profile_rows_seconds(const GArray *rows)
{
    double seconds = 0;
    for (guint i = 0; i < rows->len; i++)
        seconds += g_array_index(rows, ProfileRow, i).seconds;
    return seconds;
}

static int slower_first(gconstpointer a, gconstpointer b)
{
    double x = ((const ProfileRow *)a)->seconds, y = ((const ProfileRow *)b)->seconds;
    return (x < y) - (x > y);
}

void profile_rows_sort(GArray *rows)
{
    g_array_sort(rows, slower_first);
}

void profile_rows_print(const GArray *rows, const Ceilings *ceilings)
{
    double seconds = profile_rows_seconds(rows);
    g_print("\n%-24s %-28s %-18s %5s %9s %6s %8s %7s %15s\n", "operation", "shader", "shape", "calls", "ms",
            "%", "GFLOP/s", "GB/s", "of the ceiling");
    for (guint i = 0; i < rows->len; i++) {
        const ProfileRow *row = &g_array_index(rows, ProfileRow, i);
        gboolean by_bytes;
        const double share = ceilings_share(ceilings, row->flops, row->bytes, row->seconds, &by_bytes);
        g_autofree char *shape =
            g_strdup_printf("%ux%ux%ux%u", row->shape.n, row->shape.c, row->shape.h, row->shape.w);
        g_print("%-24s %-28s %-18s %5u %9.3f %5.1f%% %8.1f %7.1f %6.0f%% %s\n", row->op,
                row->shader ? row->shader : "", shape, row->calls, 1000 * row->seconds,
                100 * row->seconds / seconds, row->flops / row->seconds / 1e9,
                row->bytes / row->seconds / 1e9, 100 * share, by_bytes ? "bytes" : "FLOPs");
    }
    g_print("ceilings, measured: %.1f GFLOP/s, %.1f GB/s\n", ceilings->flops / 1e9, ceilings->bytes / 1e9);
}

static void add_row(const ProfileRow *row, const Ceilings *ceilings, JsonBuilder *json)
{
    const gint64 shape[] = {row->shape.n, row->shape.c, row->shape.h, row->shape.w};
    json_builder_begin_object(json);
    output_add_text(json, "op", row->op);
    output_add_text(json, "shader", row->shader ? row->shader : "");
    json_builder_set_member_name(json, "shape");
    json_builder_begin_array(json);
    for (guint i = 0; i < G_N_ELEMENTS(shape); i++)
        json_builder_add_int_value(json, shape[i]);
    json_builder_end_array(json);
    output_add_number(json, "calls", row->calls);
    output_add_number(json, "ms", 1000 * row->seconds);
    output_add_number(json, "gflops", row->flops / row->seconds / 1e9);
    output_add_number(json, "gbps", row->bytes / row->seconds / 1e9);
    output_add_number(json, "ceiling_share",
                      ceilings_share(ceilings, row->flops, row->bytes, row->seconds, NULL));
    json_builder_end_object(json);
}

void profile_rows_add_json(const GArray *rows, const Ceilings *ceilings, JsonBuilder *json)
{
    output_add_number(json, "ceiling_gflops", ceilings->flops / 1e9);
    output_add_number(json, "ceiling_gbps", ceilings->bytes / 1e9);
    json_builder_set_member_name(json, "operations");
    json_builder_begin_array(json);
    for (guint i = 0; i < rows->len; i++)
        add_row(&g_array_index(rows, ProfileRow, i), ceilings, json);
    json_builder_end_array(json);
}
