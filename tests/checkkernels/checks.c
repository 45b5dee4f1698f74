/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "checks.h"

const IdiomShape common_shapes[] = {
    {1, 1, 1, 1}, {1, 3, 5, 7}, {3, 5, 9, 33}, {1, 4, 2, 40}, {1, 19, 17, 8}, {2, 47, 3, 3}, {1, 64, 1, 165},
};
const guint common_shapes_count = G_N_ELEMENTS(common_shapes);

static void case_free(gpointer data)
{
    Case *c = data;
    g_free(c->text);
    g_free(c);
}

static Case *case_new(const OpCheck *op, RefArgs args, const char *arguments, guint n_in, const Operand *in)
{
    Case *c = g_new0(Case, 1);
    c->op = op;
    c->args = args;
    c->n_in = n_in;
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < n_in; i++) {
        IdiomShape s = in[i].shape;
        c->in[i] = in[i];
        if (in[i].kind != OPERAND_NONE)
            g_string_append_printf(text, "%s[%u,%u,%u,%u] ", op->in_names[i], s.n, s.c, s.h, s.w);
    }
    g_string_append(text, arguments);
    c->text = g_strchomp(g_string_free(text, FALSE));
    return c;
}

void add_case(Checks *checks, const OpCheck *op, RefArgs args, const char *arguments, guint n_in,
              const Operand *in)
{
    g_ptr_array_add(checks->cases, case_new(op, args, arguments, n_in, in));
}

void add_bench(Checks *checks, const OpCheck *op, RefArgs args, const char *arguments, guint n_in,
               const Operand *in)
{
    g_ptr_array_add(checks->bench, case_new(op, args, arguments, n_in, in));
}

/* --- random shapes -------------------------------------------------------------------------------- */

gboolean random_next(Checks *checks, guint count, guint i)
{
    if (i / count >= checks->n_seeds)
        return FALSE;
    /* each case by itself: one more before it changes nothing */
    const guint32 seeds[] = {checks->seeds[i / count], g_str_hash(checks->file), i % count};
    g_rand_set_seed_array(checks->random, seeds, G_N_ELEMENTS(seeds));
    return TRUE;
}

guint random_uint(Checks *checks, guint least, guint most)
{
    return (guint)g_rand_int_range(checks->random, (gint32)least, (gint32)most + 1);
}

IdiomShape random_shape(Checks *checks, guint channels, guint h, guint w)
{
    IdiomShape s = {.n = random_uint(checks, 1, 3)};
    s.c = random_uint(checks, 1, channels);
    s.h = random_uint(checks, 1, h);
    s.w = random_uint(checks, 1, w);
    return s;
}

/* --- all ------------------------------------------------------------------------------------------ */

void checks_init(Checks *checks, const guint32 *seeds, guint n_seeds)
{
    *checks = (Checks){.cases = g_ptr_array_new_with_free_func(case_free),
                       .bench = g_ptr_array_new_with_free_func(case_free),
                       .seeds = seeds,
                       .n_seeds = n_seeds,
                       .random = g_rand_new()};
    for (guint i = 0; i < check_files_count; i++) {
        checks->file = check_files[i].name;
        check_files[i].add(checks);
    }
}

void checks_clear(Checks *checks)
{
    g_ptr_array_unref(checks->cases);
    g_ptr_array_unref(checks->bench);
    g_rand_free(checks->random);
}
