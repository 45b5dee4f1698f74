/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who receives the library's messages; and which version it is. */
#include "log.h"

#include <idiom/device.h>
#include <idiom/version.h>
#include <string.h>

typedef struct {
    guint messages[3]; /* by level */
    char *last;
} Received;

static void receive(IdiomLogLevel level, const char *message, gpointer user)
{
    Received *received = user;

    received->messages[level]++;
    g_free(received->last);
    received->last = g_strdup(message);
}

static Received through_glib;

static GLogWriterOutput from_glib(GLogLevelFlags level, const GLogField *fields, gsize n_fields,
                                  gpointer user)
{
    const char *domain = NULL, *message = NULL;

    (void)user;
    for (gsize i = 0; i < n_fields; i++) {
        if (g_str_equal(fields[i].key, "GLIB_DOMAIN"))
            domain = fields[i].value;
        if (g_str_equal(fields[i].key, "MESSAGE"))
            message = fields[i].value;
    }
    if (g_strcmp0(domain, "idiom") != 0)
        return g_log_writer_default(level, fields, n_fields, user);
    receive(level == G_LOG_LEVEL_WARNING ? IDIOM_LOG_WARNING
            : level == G_LOG_LEVEL_INFO  ? IDIOM_LOG_INFO
                                         : IDIOM_LOG_DEBUG,
            message, &through_glib);
    return G_LOG_WRITER_HANDLED;
}

static void test_receivers(void)
{
    Received received = {0};

    idiom_log(IDIOM_LOG_WARNING, "%d frames", 3);
    g_assert_cmpuint(through_glib.messages[IDIOM_LOG_WARNING], ==, 1);
    g_assert_cmpstr(through_glib.last, ==, "3 frames");

    idiom_log_set_callback(receive, &received);
    idiom_log(IDIOM_LOG_INFO, "%s", "now here");
    g_assert_cmpuint(received.messages[IDIOM_LOG_INFO], ==, 1);
    g_assert_cmpstr(received.last, ==, "now here");
    g_assert_cmpuint(through_glib.messages[IDIOM_LOG_INFO], ==, 0);

    idiom_log_set_callback(NULL, NULL);
    idiom_log(IDIOM_LOG_DEBUG, "and there again");
    g_assert_cmpuint(through_glib.messages[IDIOM_LOG_DEBUG], ==, 1);
    g_free(received.last);
}

static void test_device(void)
{
    g_autoptr(GError) error = NULL;
    Received received = {0};

    idiom_log_set_callback(receive, &received);
    g_autoptr(IdiomDevice) device = idiom_device_open(NULL, &error);
    g_assert_no_error(error);
    idiom_log_set_callback(NULL, NULL);
    g_assert_cmpuint(received.messages[IDIOM_LOG_INFO], ==, 1);
    g_assert_nonnull(strstr(received.last, idiom_device_info(device)->name));
    g_free(received.last);
}

#define THREADS 4
#define MESSAGES 10000

static gpointer talk(gpointer data)
{
    (void)data;
    for (guint i = 0; i < MESSAGES; i++)
        idiom_log(IDIOM_LOG_DEBUG, "%u", i);
    return NULL;
}

/* What has been replaced is not called any more, and none is called by two threads at once: no message is miscounted. */
static void test_threads(void)
{
    Received received[2] = {0};
    GThread *threads[THREADS];
    const guint before = through_glib.messages[IDIOM_LOG_DEBUG];

    idiom_log_set_callback(receive, &received[0]);
    for (guint i = 0; i < THREADS; i++)
        threads[i] = g_thread_new("talk", talk, NULL);
    for (guint i = 0; i < 100; i++) {
        idiom_log_set_callback(receive, &received[i % 2]);
        Received *other = &received[1 - i % 2];
        g_free(g_steal_pointer(&other->last)); /* nobody else uses it now */
        g_thread_yield();
    }
    for (guint i = 0; i < THREADS; i++)
        g_thread_join(threads[i]);
    idiom_log_set_callback(NULL, NULL);
    g_assert_cmpuint(received[0].messages[IDIOM_LOG_DEBUG] + received[1].messages[IDIOM_LOG_DEBUG], ==,
                     THREADS * MESSAGES);
    g_assert_cmpuint(through_glib.messages[IDIOM_LOG_DEBUG], ==, before);
    g_free(received[0].last);
    g_free(received[1].last);
}

static void test_version(void)
{
    g_assert_cmpstr(idiom_version(), ==, IDIOM_VERSION);
    g_assert_true(IDIOM_CHECK_VERSION(0, 0, 99));
    g_assert_true(IDIOM_CHECK_VERSION(IDIOM_VERSION_MAJOR, IDIOM_VERSION_MINOR, IDIOM_VERSION_MICRO));
    g_assert_false(IDIOM_CHECK_VERSION(IDIOM_VERSION_MAJOR, IDIOM_VERSION_MINOR, IDIOM_VERSION_MICRO + 1));
    g_assert_false(IDIOM_CHECK_VERSION(IDIOM_VERSION_MAJOR, IDIOM_VERSION_MINOR + 1, 0));
    g_assert_false(IDIOM_CHECK_VERSION(IDIOM_VERSION_MAJOR + 1, 0, 0));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_log_set_writer_func(from_glib, NULL, NULL);
    g_test_add_func("/log/receivers", test_receivers);
    g_test_add_func("/log/device", test_device);
    g_test_add_func("/log/threads", test_threads);
    g_test_add_func("/log/version", test_version);
    int status = g_test_run();
    g_free(through_glib.last);
    return status;
}
