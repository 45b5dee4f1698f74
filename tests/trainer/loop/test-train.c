/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * idiom-train as its users meet it: a training repeated gives the same weights bit for bit, also after kill -9 and
 * --resume; bad input is one line of error and leaves nothing behind. IDIOM_TRAIN names the tool.
 */
#include "style-files.h"
#include "trainer-files.h"

#include <gio/gio.h>
#include <idiom-unstable/stylefile.h>
#include <idiom-unstable/tensorfile.h>
#include <math.h>
#include <signal.h>
#include <string.h>

/* The discriminator joins in the middle. */
#define STEPS "8"

typedef struct {
    char *folder, *style, *domain, *content, *features;
} Fixture;

static void setup(Fixture *f, gconstpointer data)
{
    (void)data;
    f->folder = test_folder_new();
    f->style = test_write_picture(f->folder, 100, 120, 100);
    f->domain = g_build_filename(f->folder, "domain", NULL);
    g_assert_cmpint(g_mkdir(f->domain, 0700), ==, 0);
    for (guint i = 0; i < 2; i++)
        g_free(test_write_picture(f->domain, 7 + i, 130, 100 + 9 * i));
    f->content = g_build_filename(f->folder, "content", NULL);
    g_assert_cmpint(g_mkdir(f->content, 0700), ==, 0);
    for (guint i = 0; i < 3; i++)
        g_free(test_write_picture(f->content, i, 70 + 9 * i, 60));
    f->features = test_write_vgg(f->folder, 1);
}

static void teardown(Fixture *f, gconstpointer data)
{
    (void)data;
    g_free(f->style);
    g_free(f->domain);
    g_free(f->content);
    g_free(f->features);
    test_folder_remove(f->folder);
}

/* Starts the tool with @first and the other words; stderr is kept for run(). */
static GSubprocess *start(const char *first, ...) G_GNUC_NULL_TERMINATED;

static GSubprocess *start(const char *first, ...)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_ptr_array_add(argv, (gpointer)g_getenv("IDIOM_TRAIN"));
    va_list args;
    va_start(args, first);
    for (const char *word = first; word; word = va_arg(args, const char *))
        g_ptr_array_add(argv, (gpointer)word);
    va_end(args);
    g_ptr_array_add(argv, NULL);
    g_autoptr(GError) error = NULL;
    GSubprocess *process =
        g_subprocess_newv((const char *const *)argv->pdata,
                          G_SUBPROCESS_FLAGS_STDERR_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
    g_assert_no_error(error);
    return process;
}

/* Waits for @process; returns what it said on stderr. */
static char *finish(GSubprocess *process, gboolean expect_success)
{
    char *said = NULL;
    g_autoptr(GError) error = NULL;
    g_subprocess_communicate_utf8(process, NULL, NULL, NULL, &said, &error);
    g_assert_no_error(error);
    if (g_subprocess_get_successful(process) != expect_success)
        g_test_message("%s", said);
    g_assert_cmpint(g_subprocess_get_successful(process), ==, expect_success);
    return said;
}

static GSubprocess *start_training(const Fixture *f, const char *out, const char *resume)
{
    g_autofree char *waves = g_strconcat("waves=", f->style, NULL);
    g_autofree char *folder = g_strconcat("folder=", f->domain, NULL);
    return start("train", "--style", waves, "--style", folder, "--content", f->content, "--features",
                 f->features, "--size", "nano", "--steps", STEPS, "--batch", "2", "--crop", "48", "--seed",
                 "5", "--captions", "0.5", "--line-weight", "1", "--matching-weight", "1", "--palette-weight",
                 "1", "--chroma-weight", "1", "--faces-weight", "1", "--noise", "--checkpoint-every", "2",
                 "--out", out, resume, NULL);
}

static void assert_same_tensors(const char *path_a, const char *path_b)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdiomTensorFile) a = idiom_tensor_file_open(path_a, &error);
    g_assert_no_error(error);
    g_autoptr(IdiomTensorFile) b = idiom_tensor_file_open(path_b, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(idiom_tensor_file_count(a), ==, idiom_tensor_file_count(b));
    for (guint i = 0; i < idiom_tensor_file_count(a); i++) {
        const IdiomTensorInfo *info = idiom_tensor_file_info(a, i);
        g_autofree float *x = idiom_tensor_file_read(a, info->name, NULL, 0, &error);
        g_autofree float *y = idiom_tensor_file_read(b, info->name, NULL, 0, &error);
        g_assert_no_error(error);
        g_assert_cmpmem(x, info->elements * sizeof *x, y, info->elements * sizeof *y);
    }
}

/* What lies at @path is a style whose field @key is @value (NULL: anything but absent). */
static void assert_style(const char *path, const char *key, const char *value)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdiomStyle) style = idiom_style_load(path, &error);
    g_assert_no_error(error);
    const char *found = g_hash_table_lookup(idiom_style_metadata(style), key);
    g_assert_nonnull(found);
    if (value)
        g_assert_cmpstr(found, ==, value);
}

static void wait_for_file(const char *path, GSubprocess *process)
{
    for (guint i = 0; i < 12000 && !g_file_test(path, G_FILE_TEST_EXISTS); i++) {
        g_assert_nonnull(g_subprocess_get_identifier(process));
        g_usleep(10000);
    }
    g_assert_true(g_file_test(path, G_FILE_TEST_EXISTS));
}

static void test_same_weights(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autofree char *a = g_build_filename(f->folder, "a.safetensors", NULL);
    g_autofree char *b = g_build_filename(f->folder, "b.safetensors", NULL);
    g_autofree char *checkpoint = g_build_filename(f->folder, "b.checkpoint.safetensors", NULL);
    g_autofree char *log = g_build_filename(f->folder, "b.csv", NULL);
    {
        g_autoptr(GSubprocess) process = start_training(f, a, NULL);
        g_autofree char *said = finish(process, TRUE);
        g_assert_nonnull(strstr(said, STEPS " steps take about"));
    }

    /* killed at several moments, asked to stop once, and resumed each time */
    GSubprocess *process = start_training(f, b, NULL);
    wait_for_file(checkpoint, process);
    const int signals[] = {SIGKILL, SIGTERM, SIGKILL};
    g_autoptr(GRand) rand = g_rand_new_with_seed(3);
    for (guint i = 0; i < G_N_ELEMENTS(signals); i++) {
        g_usleep((gulong)g_rand_int_range(rand, 0, 400000));
        g_subprocess_send_signal(process, signals[i]);
        g_subprocess_wait(process, NULL, NULL);
        g_object_unref(process);
        process = start_training(f, b, "--resume");
        g_usleep(500000);
    }
    g_free(finish(process, TRUE));
    g_object_unref(process);
    assert_same_tensors(a, b);

    /* one row per step, none twice */
    g_autofree char *rows = NULL;
    g_assert_true(g_file_get_contents(log, &rows, NULL, NULL));
    g_auto(GStrv) lines = g_strsplit(rows, "\n", -1);
    g_assert_cmpuint(g_strv_length(lines), ==, atoi(STEPS) + 2);
}

/* A style that was made is applied, told about, and measured. */
static void test_use(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autofree char *out = g_build_filename(f->folder, "waves.safetensors", NULL);
    g_autofree char *preview = g_build_filename(f->folder, "preview", NULL);
    g_autofree char *style = g_strdup_printf("waves=%s:2,%s", f->style, f->style);
    g_autofree char *painted = g_build_filename(f->folder, "painted.png", NULL);
    {
        g_autoptr(GSubprocess) process =
            start("train", "--style", style, "--content", f->content, "--features", f->features, "--size",
                  "nano", "--steps", "2", "--batch", "1", "--crop", "32", "--adversarial-weight", "0",
                  "--preview", preview, "--out", out, NULL);
        g_free(finish(process, TRUE));
    }
    g_autofree char *sample = g_build_filename(preview, "step-000002-1.png", NULL);
    g_assert_true(g_file_test(sample, G_FILE_TEST_EXISTS));
    {
        g_autoptr(GSubprocess) process = start("apply", "--style", out, f->style, painted, NULL);
        g_free(finish(process, TRUE));
        g_assert_true(g_file_test(painted, G_FILE_TEST_EXISTS));
    }
    {
        g_autoptr(GSubprocess) process = start("info", out, NULL);
        g_free(finish(process, TRUE));
    }
    g_autofree char *report = g_build_filename(f->folder, "waves.report.html", NULL);
    g_assert_true(g_file_test(report, G_FILE_TEST_EXISTS));
    g_autofree char *taught = g_build_filename(f->folder, "taught.safetensors", NULL);
    g_autofree char *again = g_build_filename(f->folder, "again.safetensors", NULL);
    { /* with the built-in features */
        g_autoptr(GSubprocess) process =
            start("distill", "--teacher", out, "--content", f->content, "--steps", "2", "--batch", "1",
                  "--crop", "32", "--size", "nano", "--out", taught, NULL);
        g_free(finish(process, TRUE));
        g_assert_true(g_file_test(taught, G_FILE_TEST_EXISTS));
    }
    {
        g_autoptr(GSubprocess) process = start(
            "train", "--style", style, "--content", f->content, "--init", taught, "--size", "nano", "--steps",
            "2", "--batch", "1", "--crop", "32", "--gan", "bce", "--noise", "--out", again, NULL);
        g_autofree char *said = finish(process, TRUE);
        g_assert_nonnull(strstr(said, "sees no noise"));
        assert_style(again, "noise", "2");
    }
    { /* what it has learned of noise is not lost by mistake */
        g_autoptr(GSubprocess) process =
            start("train", "--style", style, "--content", f->content, "--init", again, "--size", "nano",
                  "--steps", "2", "--batch", "1", "--crop", "32", "--out", taught, NULL);
        g_autofree char *said = finish(process, FALSE);
        g_assert_nonnull(strstr(said, "give --noise"));
    }
    {
        g_autoptr(GSubprocess) process =
            start("eval", "--style-file", out, "--style", f->style, "--features", f->features, painted, NULL);
        g_free(finish(process, TRUE));
    }
}

/* The largest network is trained, said to be it, and shows a smaller one how to paint. */
static void test_base(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autofree char *style = g_strconcat("waves=", f->style, NULL);
    g_autofree char *base = g_build_filename(f->folder, "base.safetensors", NULL);
    g_autofree char *nano = g_build_filename(f->folder, "nano.safetensors", NULL);
    {
        g_autoptr(GSubprocess) process =
            start("train", "--style", style, "--content", f->content, "--features", f->features, "--size",
                  "base", "--steps", "1", "--batch", "1", "--crop", "32", "--out", base, NULL);
        g_free(finish(process, TRUE));
    }
    assert_style(base, "size", "base");
    {
        g_autoptr(GSubprocess) process =
            start("distill", "--teacher", base, "--content", f->content, "--features", f->features, "--size",
                  "nano", "--steps", "1", "--batch", "1", "--crop", "32", "--out", nano, NULL);
        g_free(finish(process, TRUE));
    }
    assert_style(nano, "size", "nano");
}

static GSubprocess *start_distilling(const Fixture *f, const char *teacher, const char *out,
                                     const char *resume)
{
    return start("distill", "--teacher", teacher, "--content", f->content, "--features", f->features,
                 "--noise", "--size", "nano", "--steps", STEPS, "--batch", "2", "--crop", "48",
                 "--matching-weight", "0.1", "--palette-weight", "1", "--chroma-weight", "1",
                 "--checkpoint-every", "3", "--out", out, resume, NULL);
}

static void assert_distilling_refused(const char *teacher, const char *content, const char *out,
                                      const char *option, const char *value, const char *expect)
{
    g_autoptr(GSubprocess) process =
        start("distill", "--content", content, "--out", out, "--teacher", teacher, option, value, NULL);
    g_autofree char *said = finish(process, FALSE);
    g_test_message("%s", said);
    g_assert_nonnull(strstr(said, expect));
}

/*
 * Distillation: a style file paints the photos once, into a folder that serves as teacher as well: the same weights come
 * of it, with all terms and after a stop in the middle. What lies in the folder is not painted again.
 */
static void test_distill(Fixture *f, gconstpointer data)
{
    (void)data;
    char *styles = test_styles_create();
    g_autofree char *teacher = g_build_filename(styles, "tiny.safetensors", NULL);
    g_autofree char *a = g_build_filename(f->folder, "a.safetensors", NULL);
    g_autofree char *b = g_build_filename(f->folder, "b.safetensors", NULL);
    g_autofree char *checkpoint = g_build_filename(f->folder, "b.checkpoint.safetensors", NULL);
    g_autofree char *folder = g_build_filename(f->folder, "a.taught", "tiny", NULL);
    g_autofree char *style = g_strconcat("waves=", f->style, NULL);
    {
        g_autoptr(GSubprocess) process = start_distilling(f, teacher, a, NULL);
        g_free(finish(process, TRUE));
    }
    {
        g_autoptr(GSubprocess) process = start_distilling(f, folder, b, NULL);
        wait_for_file(checkpoint, process);
        g_subprocess_send_signal(process, SIGKILL);
        g_subprocess_wait(process, NULL, NULL);
    }
    {
        g_autoptr(GSubprocess) process = start_distilling(f, folder, b, "--resume");
        g_free(finish(process, TRUE));
    }
    assert_same_tensors(a, b);

    assert_distilling_refused(teacher, f->content, b, "--name", "x", "for a teacher that is a folder");
    assert_distilling_refused(folder, f->content, b, "--name", "x/y", "--name");
    assert_distilling_refused(folder, f->content, b, "--style", style, "knows its style");
    assert_distilling_refused(folder, f->style, b, NULL, NULL, "painted none of the 1");
    assert_distilling_refused(f->features, f->content, b, NULL, NULL, f->features);
    test_styles_remove(styles);
}

/* A training that is killed, or stopped with Ctrl-C, leaves a style that can be used. */
static void test_stopped(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autofree char *style = g_strconcat("waves=", f->style, NULL);
    g_autofree char *out = g_build_filename(f->folder, "out.safetensors", NULL);
    g_autofree char *painted = g_build_filename(f->folder, "painted.png", NULL);
    const int signals[] = {SIGKILL, SIGINT};
    for (guint i = 0; i < G_N_ELEMENTS(signals); i++) {
        g_unlink(out);
        g_autoptr(GSubprocess) process =
            start("train", "--style", style, "--content", f->content, "--features", f->features, "--size",
                  "nano", "--batch", "1", "--crop", "32", "--checkpoint-every", "1", "--out", out, NULL);
        wait_for_file(out, process);
        g_subprocess_send_signal(process, signals[i]);
        g_autofree char *said = finish(process, FALSE);
        if (signals[i] == SIGINT)
            g_assert_nonnull(strstr(said, "out.safetensors can be used as it is, --resume goes on"));
        assert_style(out, "unfinished", NULL);
        g_autoptr(GSubprocess) apply = start("apply", "--style", out, f->style, painted, NULL);
        g_free(finish(apply, TRUE));
    }
}

/* The time decides how many steps there are; a resumed training has what is left of it. */
static void test_minutes(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autofree char *style = g_strconcat("waves=", f->style, NULL);
    g_autofree char *out = g_build_filename(f->folder, "out.safetensors", NULL);
    for (guint i = 0; i < 2; i++) {
        g_autoptr(GSubprocess) process =
            start("train", "--style", style, "--content", f->content, "--features", f->features, "--size",
                  "nano", "--batch", "1", "--crop", "32", "--minutes", "0.02", "--init", "none", "--out", out,
                  i ? "--resume" : NULL, NULL);
        g_autofree char *said = finish(process, TRUE);
        g_test_message("%s", said);
        g_assert_nonnull(strstr(said, "written after"));
        assert_style(out, "steps", NULL);
        assert_style(out, "minutes", "0.02");
    }
}

/* A training starts from the style here that paints most like its picture, unless told otherwise. */
static void test_nearest(Fixture *f, gconstpointer data)
{
    (void)data;
    char *styles = test_styles_create();
    g_autofree char *made = g_build_filename(f->folder, "made.safetensors", NULL);
    g_autofree char *other = g_build_filename(styles, "other.safetensors", NULL);
    g_autofree char *kin = g_build_filename(styles, "kin.safetensors", NULL);
    g_autofree char *painted = g_build_filename(f->folder, "painted.png", NULL);
    g_autofree char *style = g_strconcat("waves=", f->style, NULL);
    g_autofree char *like_kin = g_strconcat("like-kin=", painted, NULL);
    const struct {
        const char *style, *init, *seed, *rate, *out, *expect;
    } trainings[] = {
        {style, "none", "1", "1e-9", kin, NULL},
        {style, "none", "2", "1e-9", other, NULL},
        {like_kin, NULL, "3", "0.001", made, "starts from the weights of kin"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(trainings); i++) {
        g_autoptr(GSubprocess) process =
            start("train", "--style", trainings[i].style, "--content", f->content, "--features", f->features,
                  "--size", "nano", "--batch", "1", "--crop", "32", "--steps", "1", "--seed",
                  trainings[i].seed, "--lr", trainings[i].rate, "--out", trainings[i].out,
                  trainings[i].init ? "--init" : NULL, trainings[i].init, NULL);
        g_autofree char *said = finish(process, TRUE);
        g_test_message("%s", said);
        if (trainings[i].expect)
            g_assert_nonnull(strstr(said, trainings[i].expect));
        if (i == 0) {
            g_autoptr(GSubprocess) apply = start("apply", "--style", kin, f->style, painted, NULL);
            g_free(finish(apply, TRUE));
        }
    }
    assert_style(made, "init", "kin");
    {
        g_autoptr(GSubprocess) process =
            start("distill", "--teacher", kin, "--content", f->content, "--steps", "1", "--batch", "1",
                  "--crop", "32", "--size", "nano", "--out", made, NULL);
        g_autofree char *said = finish(process, TRUE);
        g_assert_nonnull(strstr(said, "starts from the weights of kin"));
    }
    test_styles_remove(styles);
}

/* Losses that are not finite change nothing; after three the training ends with a checkpoint and no style. */
static void test_not_finite(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autofree char *style = g_strconcat("waves=", f->style, NULL);
    g_autofree char *out = g_build_filename(f->folder, "out.safetensors", NULL);
    g_autofree char *checkpoint = g_build_filename(f->folder, "out.checkpoint.safetensors", NULL);
    g_autofree char *overflowing = test_write_vgg(f->folder, 1e15);
    g_autoptr(GSubprocess) process =
        start("train", "--style", style, "--content", f->content, "--features", overflowing, "--size", "nano",
              "--batch", "1", "--crop", "32", "--out", out, NULL);
    g_autofree char *said = finish(process, FALSE);
    g_assert_nonnull(strstr(said, "3 steps in a row were not finite"));
    g_assert_nonnull(strstr(said, checkpoint));
    g_assert_false(g_file_test(out, G_FILE_TEST_EXISTS));
    g_autoptr(GError) error = NULL;
    g_autoptr(IdiomTensorFile) file = idiom_tensor_file_open(checkpoint, &error);
    g_assert_no_error(error);
    for (guint i = 0; i < idiom_tensor_file_count(file); i++)
        g_free(idiom_tensor_file_read(file, idiom_tensor_file_info(file, i)->name, NULL, 0, &error));
    g_assert_no_error(error); /* reading refuses what is not finite */
}

/* Bad input: one line that names what is wrong, a status that is not 0, no style file. */
static void test_errors(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autofree char *good = g_strconcat("waves=", f->style, NULL);
    g_autofree char *out = g_build_filename(f->folder, "out.safetensors", NULL);
    g_autofree char *empty = g_build_filename(f->folder, "empty", NULL);
    g_autofree char *no_style = g_strconcat("waves=", f->features, NULL);
    g_autofree char *negative = g_strconcat(good, ":-1", NULL);
    g_assert_cmpint(g_mkdir(empty, 0700), ==, 0);
    const struct {
        const char *style, *content, *features, *option, *value, *expect;
    } cases[] = {
        {good, f->content, f->features, "--steps", "0", "--steps"},
        {good, f->content, f->features, "--minutes", "-1", "--minutes"},
        {good, f->content, f->features, "--crop", "50", "multiple of 8"},
        {good, f->content, f->features, "--lr", "nan", "--lr"},
        {good, f->content, f->features, "--tv-weight", "-1", "--tv-weight"},
        {good, f->content, f->features, "--size", "huge", "nano, small and base"},
        {good, f->content, f->features, "--beauty-weight", "1", "--beauty-weight"},
        {good, f->content, f->features, "--resume", NULL, "checkpoint"},
        {good, f->content, f->features, "--gan", "wasserstein", "hinge, bce or lsgan"},
        {good, f->content, f->features, "--d-lr", "0", "--d-lr"},
        {good, f->content, f->features, "--beta1", "1", "--beta1"},
        {good, f->content, f->features, "--average", "1", "--average"},
        {good, f->content, f->features, "--captions", "2", "--captions"},
        {good, f->content, f->features, "--init", f->features, f->features},
        {good, f->content, f->features, "--style", good, "given twice"},
        {good, f->content, f->features, "--device", "no such device", "no such device"},
        {good, empty, f->features, NULL, NULL, "no file in it"},
        {good, f->features, f->features, NULL, NULL, "none of the 1 content files"},
        {good, f->content, f->style, NULL, NULL, f->style},
        {"waves", f->content, f->features, NULL, NULL, "NAME=FILE"},
        {negative, f->content, f->features, NULL, NULL, "weight"},
        {no_style, f->content, f->features, NULL, NULL, f->features},
        {"waves=nothing.jpg", f->content, f->features, NULL, NULL, "nothing.jpg"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GSubprocess) process =
            start("train", "--style", cases[i].style, "--content", cases[i].content, "--features",
                  cases[i].features, "--out", out, cases[i].option, cases[i].value, NULL);
        g_autofree char *said = finish(process, FALSE);
        g_test_message("%s", said);
        g_assert_nonnull(strstr(said, cases[i].expect));
        g_assert_false(g_file_test(out, G_FILE_TEST_EXISTS));
    }
}

/* What no device has memory for is refused before anything is made, and the options to lower are named. */
static void test_too_large(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autofree char *picture = test_write_picture(f->folder, 200, 260, 300);
    g_autofree char *style = g_strconcat("waves=", picture, NULL);
    g_autofree char *out = g_build_filename(f->folder, "out.safetensors", NULL);
    g_autoptr(GSubprocess) process =
        start("train", "--style", style, "--content", picture, "--features", f->features, "--batch", "256",
              "--crop", "1024", "--out", out, NULL);
    g_autofree char *said = finish(process, FALSE);
    g_assert_nonnull(strstr(said, "--crop"));
    g_assert_nonnull(strstr(said, "limit"));
    g_assert_false(g_file_test(out, G_FILE_TEST_EXISTS));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_assert_nonnull(g_getenv("IDIOM_TRAIN"));
    g_test_add("/train/same-weights", Fixture, NULL, setup, test_same_weights, teardown);
    g_test_add("/train/use", Fixture, NULL, setup, test_use, teardown);
    g_test_add("/train/base", Fixture, NULL, setup, test_base, teardown);
    g_test_add("/train/distill", Fixture, NULL, setup, test_distill, teardown);
    g_test_add("/train/stopped", Fixture, NULL, setup, test_stopped, teardown);
    g_test_add("/train/minutes", Fixture, NULL, setup, test_minutes, teardown);
    g_test_add("/train/nearest", Fixture, NULL, setup, test_nearest, teardown);
    g_test_add("/train/not-finite", Fixture, NULL, setup, test_not_finite, teardown);
    g_test_add("/train/errors", Fixture, NULL, setup, test_errors, teardown);
    g_test_add("/train/too-large", Fixture, NULL, setup, test_too_large, teardown);
    return g_test_run();
}
