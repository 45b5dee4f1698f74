/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The graph itself, whatever its operations: errors, parameters, memory reuse, constants, gradients. */
#include <idiom-unstable/ops.h>
#include <idiom-unstable/program.h>

#include <math.h>
#include <string.h>

static IdiomDevice *device;

static IdiomTensor *input(IdiomGraph *g, IdiomShape shape)
{
    return idiom_graph_input(g, IDIOM_LAYOUT_FLAT, shape);
}

static IdiomProgram *program(IdiomGraph *g, IdiomTensor *output)
{
    g_autoptr(GError) error = NULL;
    IdiomProgram *p = idiom_program_new(g, &output, 1, &error);
    g_assert_no_error(error);
    return p;
}

static void run(IdiomProgram *p)
{
    g_autoptr(GError) error = NULL;
    g_assert_true(idiom_program_run(p, &error));
    g_assert_no_error(error);
}

static void test_selectors(void)
{
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) list = idiom_device_list(&error);

    g_assert_no_error(error);
    g_assert_nonnull(list[0]);
    g_assert_null(idiom_device_open("no such device", &error));
    g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_NO_DEVICE);
    g_assert_nonnull(strstr(error->message, "no such device"));
    g_clear_error(&error);
    g_assert_null(idiom_device_open("99", &error));
    g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_NO_DEVICE);
    g_autoptr(IdiomDevice) first = idiom_device_open("0", NULL);
    g_assert_nonnull(first);
    g_assert_true(g_str_has_prefix(list[0], idiom_device_info(first)->name));
}

static void test_sticky_error(void)
{
    g_autoptr(GError) error = NULL;
    IdiomGraph *g = idiom_graph_new(device, IDIOM_FP32);
    IdiomTensor *a = idiom_to_planes(g, input(g, IDIOM_SHAPE(1, 3, 4, 5)));
    IdiomTensor *b = idiom_to_planes(g, input(g, IDIOM_SHAPE(1, 3, 4, 6)));
    IdiomTensor *sum = idiom_add(g, a, b);

    g_assert_null(sum);
    sum = idiom_affine(g, sum, 2, 0);
    g_assert_null(sum);
    g_assert_error(idiom_graph_error(g), IDIOM_ERROR, IDIOM_ERROR_SHAPE);
    g_assert_null(idiom_program_new(g, &sum, 1, &error));
    g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_SHAPE);
}

static void test_limits(void)
{
    const IdiomShape bad[] = {{1, 3, 0, 4}, {1, 3, 1, 1u << 20}, {1, 4096, 4096, 4096}};

    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(IdiomGraph) g = idiom_graph_new(device, IDIOM_FP32);
        g_assert_null(idiom_to_planes(g, input(g, bad[i])));
        g_assert_error(idiom_graph_error(g), IDIOM_ERROR, IDIOM_ERROR_SHAPE);
    }
}

static void test_params(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdiomParams) params = idiom_params_new(device);
    const float three[3] = {1, 2, 3}, two[2] = {4, 5};

    idiom_params_add(params, "three", IDIOM_SHAPE(1, 3, 1, 1), three);
    idiom_params_add(params, "two", IDIOM_SHAPE(2, 1, 1, 1), two);
    idiom_params_add(params, "zero", IDIOM_SHAPE(1, 1, 1, 1), NULL);
    g_assert_cmpuint(idiom_params_count(params), ==, 3);
    g_assert_cmpint(idiom_params_find(params, "two"), ==, 1);
    g_assert_cmpint(idiom_params_find(params, "four"), ==, -1);
    g_autofree float *values = g_new(float, idiom_params_elements(params));
    g_assert_true(idiom_params_read(params, values, &error));
    g_assert_cmpmem(values + idiom_params_offset(params, 0), sizeof three, three, sizeof three);
    g_assert_cmpmem(values + idiom_params_offset(params, 1), sizeof two, two, sizeof two);
    g_assert_cmpfloat(values[idiom_params_offset(params, 2)], ==, 0);
}

/* A chain of any length needs the memory of a short one. */
static void test_memory_reuse(void)
{
    guint64 bytes[2];

    for (guint i = 0; i < 2; i++) {
        IdiomGraph *g = idiom_graph_new(device, IDIOM_FP32);
        IdiomTensor *in = input(g, IDIOM_SHAPE(1, 8, 128, 128)), *t = idiom_to_planes(g, in);
        for (guint k = 0; k < (i ? 60 : 4); k++)
            t = idiom_affine(g, t, 1, 1);
        t = idiom_to_flat(g, t);
        g_autoptr(IdiomProgram) p = program(g, t);
        float *x = idiom_program_map(p, in);
        memset(x, 0, 8 * 128 * 128 * sizeof *x);
        run(p);
        const float *y = idiom_program_map(p, t);
        g_assert_cmpfloat(y[12345], ==, i ? 60 : 4);
        bytes[i] = idiom_program_memory(p);
    }
    g_assert_cmpuint(bytes[0], ==, bytes[1]);
}

/* A counter in each layout: readers before the assignment see the old value, readers after it the new one. */
static void test_state(void)
{
    for (guint i = 0; i < 2; i++) {
        IdiomLayout layout = i ? IDIOM_LAYOUT_PLANES : IDIOM_LAYOUT_FLAT;
        g_autoptr(GError) error = NULL;
        IdiomGraph *g = idiom_graph_new(device, IDIOM_FP32);
        IdiomTensor *state = idiom_graph_state(g, layout, IDIOM_SHAPE(2, 3, 5, 7));
        IdiomTensor *old = idiom_affine(g, state, 1, 0), *next = state;
        for (guint k = 0; k < 4; k++)
            next = idiom_affine(g, next, 1, 0.25);
        idiom_assign(g, state, next);
        IdiomTensor *both = idiom_add(g, old, idiom_affine(g, state, 100, 0));
        IdiomTensor *outputs[] = {i ? idiom_to_flat(g, both) : both, i ? idiom_to_flat(g, old) : old};
        g_autoptr(IdiomProgram) p = idiom_program_new(g, outputs, 2, &error);
        g_assert_no_error(error);
        const float *y = idiom_program_map(p, outputs[0]), *z = idiom_program_map(p, outputs[1]);
        for (guint k = 0; k < 3; k++) {
            run(p);
            g_assert_cmpfloat(y[209], ==, k + 100 * (k + 1));
            g_assert_cmpfloat(z[0], ==, k);
        }
        /* without what the other output needs, and without the assignment */
        for (guint k = 0; k < 2; k++) {
            g_assert_true(idiom_program_run_only(p, outputs[1], FALSE, &error));
            g_assert_cmpfloat(z[0], ==, 3);
        }
    }
    g_autoptr(IdiomGraph) g = idiom_graph_new(device, IDIOM_FP32);
    idiom_assign(g, input(g, IDIOM_SHAPE(1, 1, 1, 1)), input(g, IDIOM_SHAPE(1, 1, 1, 1)));
    g_assert_error(idiom_graph_error(g), IDIOM_ERROR, IDIOM_ERROR_ARGUMENT);
}

/* What depends on parameters alone is computed once, and again when asked. */
static void test_refresh(void)
{
    g_autoptr(IdiomParams) params = idiom_params_new(device);
    const float one[4] = {1, 1, 1, 1}, two[4] = {2, 2, 2, 2};
    IdiomGraph *g = idiom_graph_new(device, IDIOM_FP32);
    IdiomTensor *in = input(g, IDIOM_SHAPE(1, 1, 1, 4));

    idiom_params_add(params, "w", IDIOM_SHAPE(1, 1, 1, 4), one);
    IdiomTensor *w = idiom_affine(g, idiom_graph_param(g, params, "w", FALSE), 10, 0);
    IdiomTensor *out = idiom_add(g, in, w);
    g_autoptr(IdiomProgram) p = program(g, out);
    memset(idiom_program_map(p, in), 0, 16);
    const float *y = idiom_program_map(p, out);
    run(p);
    g_assert_cmpfloat(y[3], ==, 10);
    g_assert_true(idiom_params_write(params, two, NULL));
    run(p);
    g_assert_cmpfloat(y[3], ==, 10);
    idiom_program_refresh(p);
    run(p);
    g_assert_cmpfloat(y[3], ==, 20);
}

/* loss = mean (a x + x)^2 + 0.5 mean (stop(x) b): uses add up, parts of the array lie right, unused ones are zero. */
static void test_gradients(void)
{
    g_autoptr(IdiomParams) params = idiom_params_new(device);
    const float a[4] = {0.5f, -1, 2, 3}, b[4] = {1, 2, 3, 4}, x[4] = {1, -2, 0.5f, 4};
    const double weights[2] = {1, 0.5};
    IdiomGraph *g = idiom_graph_new(device, IDIOM_FP32);
    IdiomTensor *in = input(g, IDIOM_SHAPE(1, 1, 2, 2)), *planes = idiom_to_planes(g, in), *losses[2],
                *out[2];

    idiom_params_add(params, "unused", IDIOM_SHAPE(1, 1, 2, 2), a);
    idiom_params_add(params, "a", IDIOM_SHAPE(1, 1, 2, 2), a);
    idiom_params_add(params, "b", IDIOM_SHAPE(1, 1, 2, 2), b);
    idiom_graph_want_gradient(g, planes);
    IdiomTensor *ta = idiom_to_planes(g, idiom_graph_param(g, params, "a", TRUE));
    IdiomTensor *tb = idiom_to_planes(g, idiom_graph_param(g, params, "b", TRUE));
    losses[0] = idiom_mean_square(g, idiom_add(g, idiom_mul(g, ta, planes), planes));
    losses[1] = idiom_mean(g, idiom_mul(g, idiom_stop_gradient(g, planes), tb));
    out[0] = idiom_graph_differentiate(g, losses, weights, 2, params);
    out[1] = idiom_to_flat(g, idiom_tensor_gradient(planes));
    g_autoptr(GError) error = NULL;
    g_autoptr(IdiomProgram) p = idiom_program_new(g, out, 2, &error);
    g_assert_no_error(error);
    memcpy(idiom_program_map(p, in), x, sizeof x);
    run(p);
    const float *dp = idiom_program_map(p, out[0]), *dx = idiom_program_map(p, out[1]);
    for (guint i = 0; i < 4; i++) {
        double y = (double)a[i] * x[i] + x[i];
        g_assert_cmpfloat(dp[i], ==, 0);
        g_assert_cmpfloat_with_epsilon(dp[4 + i], 2 * y * x[i] / 4, 1e-5);
        g_assert_cmpfloat_with_epsilon(dp[8 + i], 0.5 * x[i] / 4, 1e-5);
        g_assert_cmpfloat_with_epsilon(dx[i], 2 * y * (a[i] + 1) / 4, 1e-5);
    }
}

static void test_profile(void)
{
    IdiomGraph *g = idiom_graph_new(device, IDIOM_FP32);
    IdiomTensor *in = input(g, IDIOM_SHAPE(1, 16, 256, 256));
    IdiomTensor *out = idiom_to_flat(g, idiom_activation(g, idiom_to_planes(g, in), IDIOM_ACT_TANH));
    g_autoptr(IdiomProgram) p = program(g, out);
    g_autoptr(GError) error = NULL;
    guint count;
    double total = 0;

    memset(idiom_program_map(p, in), 0, 16 * 256 * 256 * 4);
    g_assert_true(idiom_program_profile(p, TRUE, &error));
    run(p);
    const IdiomOpTime *times = idiom_program_times(p, &count);
    g_assert_cmpuint(count, ==, 3);
    for (guint i = 0; i < count; i++) {
        g_assert_cmpfloat(times[i].seconds, >, 0);
        total += times[i].seconds;
    }
    for (guint i = 0; i < count; i++)
        g_assert_cmpfloat(times[i].seconds, <, 0.98 * total);
    g_assert_cmpstr(times[0].op, ==, "to_planes");
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;

    g_setenv("IDIOM_POISON", "1", TRUE);
    g_setenv("IDIOM_VALIDATE", "1", TRUE);
    g_test_init(&argc, &argv, NULL);
    device = idiom_device_open(NULL, &error);
    g_assert_no_error(error);
    g_test_add_func("/device/selectors", test_selectors);
    g_test_add_func("/graph/sticky-error", test_sticky_error);
    g_test_add_func("/graph/limits", test_limits);
    g_test_add_func("/graph/params", test_params);
    g_test_add_func("/graph/memory-reuse", test_memory_reuse);
    g_test_add_func("/graph/state", test_state);
    g_test_add_func("/graph/refresh", test_refresh);
    g_test_add_func("/graph/gradients", test_gradients);
    g_test_add_func("/graph/profile", test_profile);
    int status = g_test_run();
    g_assert_cmpuint(idiom_device_validation_messages(device), ==, 0);
    idiom_device_unref(device);
    return status;
}
