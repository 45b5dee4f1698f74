/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The network that finds people: one in a graph and as a file, its gradients, and `idiom-train people` as its users meet it,
 * with a teacher to whom everything bright is a person. IDIOM_TRAIN names the tool.
 */
#include "media/picture.h"
#include "people/learn.h"
#include "people/masker.h"
#include "people/network.h"
#include "trainer-files.h"

#include <gio/gio.h>
#include <idiom-unstable/ops.h>
#include <idiom-unstable/program.h>
#include <math.h>
#include <string.h>

#define PIXELS ((gsize)PEOPLE_WIDTH * PEOPLE_HEIGHT)

static IdiomDevice *device;
static char *folder;

static void fill(float *values, gsize count)
{
    for (gsize i = 0; i < count; i++)
        values[i] = (float)(0.5 + 0.5 * sin(12.9898 * (double)i) * cos(0.013 * (double)i));
}

static IdiomParams *new_weights(guint64 seed)
{
    IdiomParams *params = idiom_params_new(device);
    people_declare(params, seed);
    return params;
}

/* What is trained and what is saved are the same. */
static void test_same(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdiomParams) params = new_weights(3);
    g_autoptr(Picture) picture = picture_new(PEOPLE_WIDTH, PEOPLE_HEIGHT);
    g_autofree float *values = g_new(float, 3 * PIXELS);
    fill(values, 3 * PIXELS);
    for (gsize i = 0; i < 3 * PIXELS; i++)
        picture->rgb[i] = (guint8)(255 * values[i]);
    IdiomGraph *graph = idiom_graph_new(device, IDIOM_FP32);
    IdiomTensor *x =
        idiom_graph_input(graph, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 3, PEOPLE_HEIGHT, PEOPLE_WIDTH));
    IdiomTensor *y = people_build(graph, params, idiom_to_planes(graph, x), FALSE);
    y = idiom_to_flat(graph, idiom_activation(graph, y, IDIOM_ACT_SIGMOID));
    g_autoptr(IdiomProgram) program = idiom_program_new(graph, &y, 1, &error);
    g_assert_no_error(error);
    picture_to_floats(picture, idiom_program_map(program, x));
    g_assert_true(idiom_program_run(program, &error));
    const float *in_graph = idiom_program_map(program, y);

    g_autoptr(IdiomNetwork) network = people_network(params, &error);
    g_assert_no_error(error);
    g_autoptr(Masker) masker = masker_new(device, network, "test", &error);
    g_assert_no_error(error);
    const float *as_file = masker_run(masker, picture, &error);
    g_assert_no_error(error);
    double least = 1, most = 0;
    for (gsize i = 0; i < PIXELS; i++) {
        g_assert_cmpfloat_with_epsilon(in_graph[i], as_file[i], 1e-5);
        least = fmin(least, (double)as_file[i]);
        most = fmax(most, (double)as_file[i]);
    }
    g_assert_cmpfloat(most - least, >, 0.01);
}

/* The loss of a small picture, by weights that may be changed. */
typedef struct {
    IdiomProgram *program;
    const float *losses[2], *gradient;
} Step;

static Step new_step(IdiomParams *params)
{
    enum { W = 48, H = 32 };
    g_autoptr(GError) error = NULL;
    IdiomGraph *g = idiom_graph_new(device, IDIOM_FP32);
    IdiomTensor *x = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(2, 3, H, W));
    IdiomTensor *wanted = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(2, 1, H, W));
    IdiomTensor *losses[2], *logits = people_build(g, params, idiom_to_planes(g, x), TRUE);
    const double weights[] = {1, 1};
    people_losses(g, logits, idiom_to_planes(g, wanted), losses);
    IdiomTensor *outputs[] = {losses[0], losses[1], idiom_graph_differentiate(g, losses, weights, 2, params)};
    Step step = {.program = idiom_program_new(g, outputs, 3, &error)};
    g_assert_no_error(error);
    fill(idiom_program_map(step.program, x), 2 * 3 * H * W);
    float *mask = idiom_program_map(step.program, wanted);
    for (guint i = 0; i < 2 * H * W; i++)
        mask[i] = i % W < W / 3;
    for (guint i = 0; i < 3; i++)
        *(i < 2 ? &step.losses[i] : &step.gradient) = idiom_program_map(step.program, outputs[i]);
    return step;
}

static double loss_with(Step *step, IdiomParams *params, float *weights, gsize index, float value)
{
    g_autoptr(GError) error = NULL;
    weights[index] = value;
    g_assert_true(idiom_params_write(params, weights, &error));
    g_assert_true(idiom_program_run(step->program, &error));
    return (double)*step->losses[0] + (double)*step->losses[1];
}

/* Against finite differences, in every layer, along the gradient itself: single weights drown in rounding. */
static void test_gradient(void)
{
    const float step_size = 2e-3f;
    g_autoptr(GError) error = NULL;
    g_autoptr(IdiomParams) params = new_weights(5);
    Step step = new_step(params);
    const gsize count = idiom_params_elements(params);
    g_autofree float *weights = g_new(float, count), *moved = g_new(float, count);
    g_assert_true(idiom_params_read(params, weights, &error));
    loss_with(&step, params, weights, 0, weights[0]);
    g_autofree float *gradient = g_memdup2(step.gradient, count * sizeof *gradient);
    for (guint i = 0; i < idiom_params_count(params); i++) {
        const gsize first = idiom_params_offset(params, i),
                    n = idiom_shape_elements(idiom_params_shape(params, i));
        double length = 0, loss[2];
        for (gsize k = first; k < first + n; k++)
            length += (double)gradient[k] * (double)gradient[k];
        length = sqrt(length);
        g_assert_cmpfloat(length, >, 0);
        for (guint side = 0; side < 2; side++) {
            memcpy(moved, weights, count * sizeof *moved);
            for (gsize k = first; k < first + n; k++)
                moved[k] += (side ? step_size : -step_size) * gradient[k] / (float)length;
            loss[side] = loss_with(&step, params, moved, first, moved[first]);
        }
        const double slope = (loss[1] - loss[0]) / (2 * (double)step_size);
        g_test_message("%s: %g, by differences %g", idiom_params_name(params, i), length, slope);
        g_assert_cmpfloat(fabs(slope - length), <, 0.03 * length + 2e-4);
    }
    idiom_program_free(step.program);
}

/* --- the tool -------------------------------------------------------------------------------------- */

static char *in_folder(const char *name)
{
    return g_build_filename(folder, name, NULL);
}

/* Everything bright is a person: what is bright enough passes straight through at half size. */
static void write_teacher(const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdiomParams) params = new_weights(0);
    g_autofree float *weights = g_new0(float, idiom_params_elements(params));
    float *down1 = weights + idiom_params_offset(params, (guint)idiom_params_find(params, "down1.weight"));
    float *mask = weights + idiom_params_offset(params, (guint)idiom_params_find(params, "mask.weight"));
    for (guint c = 0; c < 3; c++)
        down1[9 * c + 4] = 1 / 3.0f;
    mask[4] = 40;
    weights[idiom_params_offset(params, (guint)idiom_params_find(params, "mask.bias"))] = -20;
    g_assert_true(idiom_params_write(params, weights, &error));
    g_autoptr(IdiomNetwork) network = people_network(params, &error);
    g_assert_no_error(error);
    g_autoptr(GHashTable) fields = g_hash_table_new(g_str_hash, g_str_equal);
    g_hash_table_insert(fields, (gpointer) "attribution", (gpointer) "the test");
    g_hash_table_insert(fields, (gpointer) "licence", (gpointer) "CC0-1.0");
    g_assert_true(idiom_network_save(network, path, "people", fields, &error));
}

/* A bright disc of its own place and size before darker waves; with no disc, nobody. */
static void write_picture(const char *name, guint seed, gboolean disc)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Picture) p = picture_new(120, 80);
    for (guint y = 0; y < p->h; y++)
        for (guint x = 0; x < p->w; x++) {
            const double dx = x - 40.0 - 8 * seed, dy = y - 45.0;
            const gboolean inside = disc && dx * dx + dy * dy < (300 + 60 * seed);
            for (guint c = 0; c < 3; c++)
                p->rgb[3 * (y * p->w + x) + c] =
                    (guint8)(inside ? 220 - 10 * c : 60 + 30 * sin(0.1 * x * (1 + seed) + c) * cos(0.07 * y));
        }
    g_autofree char *path = in_folder(name);
    g_assert_true(picture_write_png(p, path, &error));
}

/* `idiom-train people` with @words; @said: what it printed, both ways. */
static gboolean run(char **said, const char *const *words)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) all = g_ptr_array_new();
    g_ptr_array_add(all, (gpointer)g_getenv("IDIOM_TRAIN"));
    g_ptr_array_add(all, (gpointer) "people");
    for (; *words; words++)
        g_ptr_array_add(all, (gpointer)*words);
    g_ptr_array_add(all, NULL);
    g_autoptr(GSubprocess) process =
        g_subprocess_newv((const char *const *)all->pdata,
                          G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE, &error);
    g_assert_no_error(error);
    g_subprocess_communicate_utf8(process, NULL, NULL, said, NULL, &error);
    g_assert_no_error(error);
    return g_subprocess_get_successful(process);
}

static GBytes *tensors_of(const char *path)
{
    g_autoptr(GError) error = NULL;
    char *content;
    gsize size;
    guint64 header;
    g_assert_true(g_file_get_contents(path, &content, &size, &error));
    memcpy(&header, content, sizeof header);
    GBytes *all = g_bytes_new_take(content, size);
    GBytes *tensors = g_bytes_new_from_bytes(all, 8 + header, size - 8 - header);
    g_bytes_unref(all);
    return tensors;
}

#define LEARN(teacher, content, out)                                                                         \
    "--teacher", teacher, "--content", content, "--out", out, "--steps", "6", "--batch", "2", "--views",     \
        "5", "--checkpoint-every", "2"

/* Learns, twice the same; an interrupted training goes on to the same; the result is told from its teacher. */
static void test_tool(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *teacher = in_folder("teacher.safetensors"), *content = in_folder("content"),
                    *a = in_folder("a.safetensors"), *b = in_folder("b.safetensors"), *said = NULL,
                    *more = NULL, *checkpoint = in_folder("b.checkpoint.safetensors");
    g_mkdir(content, 0700);
    write_teacher(teacher);
    for (guint i = 0; i < 3; i++) {
        g_autofree char *name = g_strdup_printf("content/%u.png", i);
        write_picture(name, i, i < 2);
    }
    g_assert_true(run(&said, (const char *const[]){LEARN(teacher, content, a), NULL}));
    g_assert_nonnull(strstr(said, "views of 3 files"));

    g_autoptr(GSubprocess) process =
        g_subprocess_new(G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error, g_getenv("IDIOM_TRAIN"), "people",
                         LEARN(teacher, content, b), NULL);
    g_assert_no_error(error);
    for (guint i = 0; i < 60000 && !g_file_test(checkpoint, G_FILE_TEST_EXISTS); i++)
        g_usleep(1000);
    g_subprocess_send_signal(process, SIGINT);
    g_subprocess_wait(process, NULL, NULL);
    g_assert_true(run(&more, (const char *const[]){LEARN(teacher, content, b), "--resume", NULL}));
    g_autoptr(GBytes) first = tensors_of(a), second = tensors_of(b);
    g_assert_true(g_bytes_equal(first, second));

    g_autofree char *wrong = NULL, *itself = NULL, *learned = NULL;
    g_assert_false(
        run(&wrong, (const char *const[]){LEARN(teacher, content, b), "--seed", "2", "--resume", NULL}));
    g_assert_nonnull(strstr(wrong, "--seed"));
    g_assert_true(run(&itself, (const char *const[]){"--teacher", teacher, "--compare", teacher, "--content",
                                                     content, "--sheet", folder, NULL}));
    g_assert_nonnull(strstr(itself, "2 frames with people in 2 files: IoU 1.000"));
    g_assert_nonnull(strstr(itself, "1 frames without"));
    g_autofree char *sheet = in_folder("001-0.png.png");
    g_assert_true(g_file_test(sheet, G_FILE_TEST_EXISTS));
    g_assert_true(run(
        &learned, (const char *const[]){"--teacher", teacher, "--compare", a, "--content", content, NULL}));
    g_assert_nonnull(strstr(learned, "2 frames with people"));

    g_autoptr(IdiomStyle) style = idiom_style_load(a, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(g_hash_table_lookup(idiom_style_metadata(style), "licence"), ==, "CC0-1.0");
    g_assert_nonnull(strstr(g_hash_table_lookup(idiom_style_metadata(style), "attribution"), "the test"));
}

/* Bad input is one line that names it. */
static void test_wrong(void)
{
    g_autofree char *teacher = in_folder("teacher.safetensors"), *dark = in_folder("dark"),
                    *out = in_folder("c.safetensors");
    write_teacher(teacher);
    g_mkdir(dark, 0700);
    write_picture("dark/0.png", 0, FALSE);
    const char *const wrong[][2][12] = {
        {{"--content", dark, "--out", out, NULL}, {"--teacher"}},
        {{"--teacher", teacher, "--out", out, NULL}, {"--content"}},
        {{"--teacher", teacher, "--content", dark, NULL}, {"--out"}},
        {{"--teacher", teacher, "--content", dark, "--out", "people", NULL}, {".safetensors"}},
        {{"--teacher", teacher, "--content", dark, "--out", out, "--batch", "0", NULL},
         {"--batch 0: 1 to 256"}},
        {{"--teacher", teacher, "--content", dark, "--out", out, NULL}, {"finds nobody in 1 files"}},
        {{"--teacher", teacher, "--content", dark, "--out", out, "--resume", NULL}, {"no checkpoint"}},
        {{"--teacher", "/nowhere.safetensors", "--content", dark, "--out", out, NULL},
         {"/nowhere.safetensors"}},
    };
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autofree char *said = NULL;
        g_assert_false(run(&said, wrong[i][0]));
        g_test_message("%s", said);
        g_assert_nonnull(strstr(said, wrong[i][1][0]));
    }
    g_assert_false(g_file_test(out, G_FILE_TEST_EXISTS));
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_test_init(&argc, &argv, NULL);
    device = idiom_device_open(NULL, &error);
    g_assert_no_error(error);
    folder = test_folder_new();
    g_test_add_func("/people/same", test_same);
    g_test_add_func("/people/gradient", test_gradient);
    g_test_add_func("/people/tool", test_tool);
    g_test_add_func("/people/wrong", test_wrong);
    int status = g_test_run();
    test_folder_remove(folder);
    idiom_device_unref(device);
    return status;
}
