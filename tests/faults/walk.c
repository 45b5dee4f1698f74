/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "walk.h"

#include "faults.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

/* For one who looks why it crashed or hangs. */
static char where[256];

static void on_end(int number)
{
    const char *what = number == SIGALRM ? "Bail out! hangs at " : "Bail out! crashes at ";
    if (write(STDOUT_FILENO, what, strlen(what)) < 0 || write(STDOUT_FILENO, where, strlen(where)) < 0 ||
        write(STDOUT_FILENO, "\n", 1) < 0)
        _exit(2);
    signal(number, SIG_DFL);
    raise(number);
}

typedef struct {
    const Scenario *scenario;
    IdiomDevice *device; /* shared by its runs; NULL if they open their own */
    guint objects;       /* before a run */
    const FaultsCall *calls;
    guint n_calls;
} Walk;

static void refresh_device(Walk *w)
{
    g_autoptr(GError) error = NULL;
    faults_arm(NULL, 0, VK_SUCCESS);
    g_clear_pointer(&w->device, idiom_device_unref);
    if (w->scenario->on_device) {
        w->device = idiom_device_open(NULL, &error);
        g_assert_no_error(error);
    }
    w->objects = faults_objects();
}

/* Without its device, only what opens a new one. */
static gboolean may_go_on(const Walk *w, VkResult result)
{
    return w->scenario->reopens || (result != VK_ERROR_DEVICE_LOST && result != VK_TIMEOUT);
}

/* What failed once succeeds when it is tried again. */
static void go_on(Walk *w, gpointer state)
{
    g_autoptr(GError) error = NULL;
    g_assert_true(faults_happened());
    w->scenario->run(state, &error);
    g_assert_no_error(error);
}

/* One run, in which @name (NULL: nothing) fails. Returns whether it has. */
static gboolean run(Walk *w, const char *name, guint nth, VkResult result, GError **error)
{
    const guint mistakes = faults_mistakes();
    faults_arm(NULL, 0, VK_SUCCESS);
    gpointer state = w->scenario->begin(w->device);
    faults_arm(name, nth, result);
    alarm(300);
    gboolean ok = w->scenario->run(state, error);
    g_assert_true(ok == !*error);
    if (!ok && may_go_on(w, result))
        go_on(w, state);
    if (w->scenario->check && faults_happened())
        w->scenario->check(state);
    w->scenario->end(state);
    gboolean happened = faults_happened();
    alarm(0);
    g_assert_cmpuint(faults_mistakes(), ==, mistakes);
    g_assert_cmpuint(faults_objects(), ==, w->objects);
    return happened;
}

static void run_well(Walk *w)
{
    g_autoptr(GError) error = NULL;
    run(w, NULL, 0, VK_SUCCESS, &error);
    g_assert_no_error(error);
}

/* What the scenario comes to where nothing fails. */
static void check_well(Walk *w)
{
    g_autoptr(GError) error = NULL;
    gpointer state = w->scenario->begin(w->device);
    w->scenario->run(state, &error);
    g_assert_no_error(error);
    if (w->scenario->check)
        w->scenario->check(state);
    w->scenario->end(state);
}

/* One line that says what is wrong, of the kind that the caller can act upon. */
static void check_error(const GError *error, VkResult result)
{
    const IdiomError expected =
        result == VK_ERROR_OUT_OF_HOST_MEMORY || result == VK_ERROR_OUT_OF_DEVICE_MEMORY ? IDIOM_ERROR_MEMORY
        : result == VK_ERROR_DEVICE_LOST || result == VK_TIMEOUT ? IDIOM_ERROR_DEVICE_LOST
        : result == VK_ERROR_INCOMPATIBLE_DRIVER                 ? IDIOM_ERROR_NO_DEVICE
                                                                 : IDIOM_ERROR_VULKAN;
    g_assert_error(error, IDIOM_ERROR, (int)expected);
    g_assert_cmpuint(strlen(error->message), >, 10);
    g_assert_cmpuint(strlen(error->message), <, 300);
    g_assert_null(strchr(error->message, '\n'));
}

/* Whether there was such a call. */
static gboolean try_point(Walk *w, const FaultsCall *call, guint nth, VkResult result)
{
    g_autoptr(GError) error = NULL;
    g_snprintf(where, sizeof where, "%s: call %u of %s returns %d", w->scenario->name, nth, call->name,
               result);
    if (g_test_verbose())
        g_printerr("# %s\n", where);
    gboolean happened = run(w, call->name, nth, result, &error);
    if (!happened && !w->scenario->varies)
        g_error("%s: the call did not happen", where);
    if (error)
        check_error(error, result);
    if (w->device && (result == VK_ERROR_DEVICE_LOST || result == VK_TIMEOUT))
        refresh_device(w);
    return happened;
}

guint walk(const Scenario *scenario, guint most)
{
    Walk w = {.scenario = scenario};
    guint points = 0;
    w.calls = faults_calls(&w.n_calls);
    signal(SIGSEGV, on_end);
    signal(SIGABRT, on_end);
    signal(SIGALRM, on_end);
    refresh_device(&w);
    check_well(&w); /* what the device keeps is there from now on */
    run_well(&w);
    g_autofree guint *counts = g_new(guint, w.n_calls);
    for (guint i = 0; i < w.n_calls; i++)
        counts[i] = faults_count(i);
    for (guint i = 0; i < w.n_calls; i++) {
        const guint tried = MIN(counts[i], most);
        for (guint k = 0; k < tried; k++)
            for (guint r = 0; r < w.calls[i].n_results; r++)
                points += try_point(&w, &w.calls[i], tried > 1 ? 1 + k * (counts[i] - 1) / (tried - 1) : 1,
                                    w.calls[i].results[r]);
        if (tried)
            run_well(&w);
    }
    faults_arm(NULL, 0, VK_SUCCESS);
    g_clear_pointer(&w.device, idiom_device_unref);
    return points;
}
