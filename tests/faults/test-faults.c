/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whatever call of Vulkan fails, and however: an error that can be read, nothing left behind, and on it goes. */
#include "faults.h"
#include "style-files.h"
#include "walk.h"

#include <idiom-unstable/ops.h>
#include <idiom-unstable/program.h>
#include <string.h>

/* Calls of one command that are tried in each scenario, unless all are asked for ("-m thorough"). */
#define MOST 3

static guint all_points;

static void test_scenario(gconstpointer scenario)
{
    guint points = walk(scenario, g_test_thorough() ? G_MAXUINT : MOST);
    g_test_message("%u points", points);
    g_assert_cmpuint(points, >, 0);
    all_points += points;
}

/* A command that the engine calls and that the layer does not know would never fail here. */
static void test_all_calls(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *symbols = NULL;
    const char *argv[] = {g_getenv("NM"), "-u", g_getenv("ENGINE"), NULL};
    g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &symbols, NULL, NULL, &error);
    g_assert_no_error(error);
    g_auto(GStrv) words = g_strsplit_set(symbols, " \n", -1);
    guint found = 0;
    for (char **word = words; *word; word++) {
        if (!g_str_has_prefix(*word, "vk"))
            continue;
        found++;
        if (!faults_knows(*word))
            g_test_message("%s is called by the engine and not in calls.h", *word);
        g_assert_true(faults_knows(*word));
    }
    g_assert_cmpuint(found, >, 40);
}

/* Where the queue measures no time a profile says so; all else goes on. */
static void test_no_timestamps(void)
{
    g_autoptr(GError) error = NULL;
    faults_hide_timestamps(TRUE);
    g_autoptr(IdiomDevice) device = idiom_device_open(NULL, &error);
    faults_hide_timestamps(FALSE);
    g_assert_no_error(error);
    IdiomGraph *graph = idiom_graph_new(device, IDIOM_FP32);
    IdiomTensor *picture = idiom_graph_input(graph, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 3, 8, 8));
    IdiomTensor *result = idiom_to_flat(graph, idiom_to_planes(graph, picture));
    g_autoptr(IdiomProgram) program = idiom_program_new(graph, &result, 1, &error);
    g_assert_no_error(error);
    g_assert_false(idiom_program_profile(program, TRUE, &error));
    g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_FEATURE);
    g_clear_error(&error);
    g_assert_true(idiom_program_run(program, &error));
    g_assert_no_error(error);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    char *folder = test_styles_create();
    g_test_add_func("/faults/all-calls", test_all_calls);
    g_test_add_func("/faults/no-timestamps", test_no_timestamps);
    for (const Scenario *s = scenarios; s->name; s++) {
        g_autofree char *path = g_strconcat("/faults/", s->name, NULL);
        g_test_add_data_func(path, s, test_scenario);
    }
    int status = g_test_run();
    g_print("# %u points tried\n", all_points);
    test_styles_remove(folder);
    return status;
}
