/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * checkkernels: every operation, forward and backward, in every variant that the device has, against plain C
 * in double precision. Before every run the engine fills all intermediate tensors with NaN (IDIOM_POISON), so
 * an element that no shader writes is found, and there is a guard around every buffer (IDIOM_GUARD). A shader of the library that no case runs is a failure. With --bench: how
 * fast the operations are.
 */
#include "bench.h"
#include "coverage.h"
#include "run.h"

#include "gpu/gpu.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

static char *filter, *json_file, *device_name, *family_name, *products_name;
static gboolean list, bench, quick, verbose;
static gint seed = -1;
static char **rest;

static const GOptionEntry options[] = {
    {"filter", 'f', 0, G_OPTION_ARG_STRING, &filter, "only cases whose --list line matches", "GLOB"},
    {"list", 'l', 0, G_OPTION_ARG_NONE, &list, "print the cases, run nothing", NULL},
    {"bench", 'b', 0, G_OPTION_ARG_NONE, &bench, "measure speed; FILTER as for --filter", NULL},
    {"json", 'j', 0, G_OPTION_ARG_FILENAME, &json_file, "write what --bench measures", "FILE"},
    {"device", 'd', 0, G_OPTION_ARG_STRING, &device_name, "index or part of the name", "DEVICE"},
    {"family", 0, 0, G_OPTION_ARG_STRING, &family_name, "lane, vector, or both", "FAMILY"},
    {"products", 'p', 0, G_OPTION_ARG_STRING, &products_name,
     "fp32 (default); fp16, matrix or matrix-all to check what is computed otherwise then", "KIND"},
    {"seed", 's', 0, G_OPTION_ARG_INT, &seed,
     "random shapes by N; by default 1 and one more, which is printed", "N"},
    {"quick", 'q', 0, G_OPTION_ARG_NONE, &quick, "a third of the cases", NULL},
    {"verbose", 'v', 0, G_OPTION_ARG_NONE, &verbose, "also print what passes, and its seconds", NULL},
    {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &rest, NULL, "[FILTER]"},
    {NULL},
};

static const char *const families[] = {[IDIOM_FAMILY_LANE] = "lane", [IDIOM_FAMILY_VECTOR] = "vector"};
static const char *const passes[] = {[PASS_FORWARD] = "forward", [PASS_BACKWARD] = "backward"};

/* Cases of one device and precision. */
static void check(IdiomDevice *device, IdiomPrecision precision, GPtrArray *cases, guint *passed,
                  guint *failed)
{
    const OpCheck *op = NULL;
    guint of_op = 0;
    g_autofree char *variant = variant_name(idiom_device_info(device)->family, precision);
    for (guint i = 0; i < cases->len; i++) {
        const Case *c = cases->pdata[i];
        of_op = c->op == op ? of_op + 1 : 0;
        op = c->op;
        /* the second of each three: the first ones are the smallest */
        if (quick && of_op % 3 != 1)
            continue;
        if (!run_depends(c, device, precision))
            continue;
        for (Pass pass = PASS_FORWARD; pass <= PASS_BACKWARD; pass++) {
            if (!run_applies(c, pass, precision))
                continue;
            g_autofree char *name =
                g_strdup_printf("%s %s %s %s", c->op->name, passes[pass], variant, c->text);
            if (filter && !g_pattern_match_simple(filter, name))
                continue;
            if (list) {
                printf("%s\n", name);
                continue;
            }
            gint64 start = g_get_monotonic_time();
            guint overruns = idiom_device_overruns(device);
            g_autofree char *message = run_case(c, pass, device, precision);
            if (!message && idiom_device_overruns(device) > overruns)
                message = g_strdup("writes beyond the end of a buffer");
            *(message ? failed : passed) += 1;
            if (message)
                printf("FAIL %s: %s\n", name, message);
            else if (verbose)
                printf("%7.3f %s\n", (double)(g_get_monotonic_time() - start) * 1e-6, name);
            fflush(stdout);
        }
    }
}

/* Also accepts a name without any wildcard. */
static void complete_filter(void)
{
    if (rest && !filter)
        filter = g_strdup(rest[0]);
    if (filter && !strpbrk(filter, "*?")) {
        char *glob = g_strdup_printf("*%s*", filter);
        g_free(filter);
        filter = glob;
    }
}

typedef struct {
    Checks checks;
    Bench *bench; /* NULL: check */
    guint passed, failed;
} Work;

/* A run of all cases must have run all shaders. */
static void check_coverage(IdiomDevice *device, Work *work)
{
    g_autofree char *missing = coverage_missing(device);
    if (missing)
        printf("FAIL no case runs these shaders:\n%s\n", missing);
    work->failed += missing != NULL;
}

/* All precisions of one kernel family. */
static gboolean run_family(Work *work, const char *family, GError **error)
{
    g_setenv("IDIOM_FAMILY", family, TRUE);
    g_setenv("IDIOM_PRODUCTS", products_name ? products_name : "fp32", TRUE);
    g_autoptr(IdiomDevice) device = idiom_device_open(device_name, error);
    if (!device)
        return FALSE;
    for (IdiomPrecision precision = IDIOM_FP32; precision <= IDIOM_FP16; precision++) {
        if (precision == IDIOM_FP16 && !idiom_device_info(device)->fp16)
            continue;
        if (!work->bench)
            check(device, precision, work->checks.cases, &work->passed, &work->failed);
        else if (!bench_run(work->bench, device, precision, error))
            return FALSE;
    }
    if (!work->bench && !list && !filter && !quick)
        check_coverage(device, work);
    if (idiom_device_validation_messages(device)) {
        printf("FAIL validation: %u messages\n", idiom_device_validation_messages(device));
        work->failed++;
    }
    return TRUE;
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GOptionContext) context = g_option_context_new("- check and measure the engine's kernels");
    gboolean ok = TRUE, any = FALSE;
    setlocale(LC_ALL, "C");
    g_option_context_add_main_entries(context, options, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error)) {
        fprintf(stderr, "checkkernels: %s\n", error->message);
        return 2;
    }
    complete_filter();
    if (!bench) {
        g_setenv("IDIOM_POISON", "1", TRUE);
        g_setenv("IDIOM_GUARD", "1", TRUE);
    }

    const guint32 seeds[] = {seed < 0 ? 1 : (guint32)seed, g_random_int_range(0, G_MAXINT32)};
    Work work = {0};
    checks_init(&work.checks, seeds, seed < 0 ? 2 : 1);
    if (bench)
        work.bench = bench_new(work.checks.bench, filter);
    else if (!list && seed < 0)
        printf("random shapes by --seed %u and %u\n", seeds[0], seeds[1]);
    for (guint i = 0; i < G_N_ELEMENTS(families) && ok; i++)
        if (!family_name || !strcmp(family_name, "both") || !strcmp(family_name, families[i])) {
            any = TRUE;
            ok = run_family(&work, families[i], &error);
        }
    if (ok && !any)
        g_set_error(&error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "there is no family \"%s\"", family_name);
    else if (ok && work.bench && json_file)
        bench_write(work.bench, json_file, &error);
    checks_clear(&work.checks);
    g_clear_pointer(&work.bench, bench_free);
    if (error) {
        fprintf(stderr, "checkkernels: %s\n", error->message);
        /* 77: skipped, as the device has no such products */
        return products_name && g_error_matches(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT) ? 77 : 2;
    }
    if (!bench && !list)
        printf("%u passed, %u failed\n", work.passed, work.failed);
    return work.failed != 0;
}
