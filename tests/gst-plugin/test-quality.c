/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The inner size of the style: as it is set, and as it follows what a device can do. */
#include "frames.h"
#include "quality.h"
#include "style-files.h"

#include <idiom/error.h>

/* --- decisions ------------------------------------------------------------------------------------- */

static void test_words(void)
{
    static const struct {
        const char *text;
        double fixed; /* -1: not a quality */
    } words[] = {{NULL, 0},   {"auto", 0}, {"full", 1},  {"0.25", 0.25}, {"1", 1},    {"0.6", 0.6},
                 {"0.2", -1}, {"2", -1},   {"half", -1}, {"0.5x", -1},   {"nan", -1}, {"-1", -1}};
    for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
        g_autoptr(GError) error = NULL;
        double fixed = -1;
        g_assert_true(quality_parse(words[i].text, &fixed, &error) == (words[i].fixed >= 0));
        if (words[i].fixed >= 0)
            g_assert_cmpfloat(fixed, ==, words[i].fixed);
        else
            g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT);
    }
}

/* A source of 30 frames a second for @seconds on a device that takes @cost milliseconds for a frame in full size, of which
 * a third is always there; every tenth frame takes three times as long. Returns how often the size changed. */
static guint simulate(Quality *q, double cost, guint seconds, gint64 *now)
{
    guint changes = 0;
    for (gint64 end = *now + seconds * G_USEC_PER_SEC, i = 0; *now < end; i++) {
        double busy = 1000 * cost * (0.33 + 0.67 * q->value * q->value) * (i % 10 ? 1 : 3);
        *now += MAX((gint64)busy, 33333);
        changes += quality_note(q, (gint64)busy, 33333, *now);
    }
    return changes;
}

/* Whatever a device can do, the size is found within seconds and then stays for minutes. */
static void test_settles(void)
{
    static const double costs[] = {5, 20, 31, 34, 40, 50, 60, 75, 95, 300};
    for (guint i = 0; i < G_N_ELEMENTS(costs); i++) {
        Quality q;
        gint64 now = G_USEC_PER_SEC;
        quality_init(&q, 0);
        const guint first = simulate(&q, costs[i], 8, &now), later = simulate(&q, costs[i], 600, &now);
        const double takes = costs[i] * (0.33 + 0.67 * q.value * q.value);
        g_test_message("%.0f ms: quality %g, %.1f ms; %u changes, then %u", costs[i], q.value, takes, first,
                       later);
        g_assert_cmpuint(first, <=, 3);
        g_assert_cmpuint(later, ==, 0);
        g_assert_true(takes <= 32 || q.value == 0.25);
        if (costs[i] <= 31)
            g_assert_cmpfloat(q.value, ==, 1);
    }
}

/* A machine that is busy for a while is given less to do, and more again after that. */
static void test_comes_back(void)
{
    Quality q;
    gint64 now = G_USEC_PER_SEC;
    quality_init(&q, 0);
    simulate(&q, 20, 10, &now);
    g_assert_cmpfloat(q.value, ==, 1);
    simulate(&q, 60, 10, &now);
    g_assert_cmpfloat(q.value, <, 0.8);
    simulate(&q, 20, 60, &now);
    g_assert_cmpfloat(q.value, ==, 1);
}

/* Where the wait says nothing until it is too late (a GPU with frames in flight), tries become rare. */
static void test_rare_tries(void)
{
    Quality q;
    gint64 now = G_USEC_PER_SEC;
    guint changes = 0;
    quality_init(&q, 0);
    for (gint64 end = now + 1800 * G_USEC_PER_SEC; now < end;) {
        const gint64 busy = q.value > 0.6 ? 45000 : 1000;
        now += MAX(busy, 33333);
        changes += quality_note(&q, busy, 33333, now);
    }
    g_test_message("%u changes in half an hour", changes);
    g_assert_cmpuint(changes, <=, 16);
}

/* --- the element ----------------------------------------------------------------------------------- */

static double quality_of(GstElement *idiom)
{
    g_autoptr(GstStructure) stats = NULL;
    double quality;
    g_object_get(idiom, "stats", &stats, NULL);
    g_assert_true(gst_structure_get_double(stats, "quality", &quality));
    return quality;
}

/* Pushes frames until the quality is below @limit; returns how many were needed. */
static guint push_until(GstHarness *h, GstElement *idiom, const GstVideoInfo *info, guint first, double limit)
{
    guint i = first;
    for (; quality_of(idiom) > limit; i++) {
        g_assert_cmpuint(i, <, first + 20000);
        gst_buffer_unref(push_and_pull(h, new_frame(info, i)));
    }
    return i - first;
}

static void test_set(void)
{
    GstVideoInfo info = make_info("I420", 160, 120);
    g_autoptr(GstBus) bus = gst_bus_new();
    GstHarness *h = new_harness("idiom style=tiny temporal=0"),
               *half = new_harness("idiom style=tiny quality=0.5");
    GstElement *idiom = gst_harness_find_element(h, "idiom");
    gst_element_set_bus(idiom, bus);
    set_caps(h, "I420", 160, 120);
    set_caps(half, "I420", 160, 120);
    g_autoptr(GstBuffer) full = push_and_pull(h, new_frame(&info, 0));
    g_autoptr(GstBuffer) expected = push_and_pull(half, new_frame(&info, 0));
    g_assert_cmpint(largest_difference(&info, full, expected), >, 0);
    g_object_set(idiom, "quality", "0.5", NULL);
    push_until(h, idiom, &info, 1, 0.5);
    g_autoptr(GstBuffer) seen = push_and_pull(h, new_frame(&info, 0));
    g_assert_cmpint(largest_difference(&info, seen, expected), ==, 0);

    g_object_set(idiom, "quality", "best", NULL); /* changes nothing */
    g_assert_cmpuint(count_messages(bus, GST_MESSAGE_WARNING, "best"), ==, 1);
    g_autoptr(GstBuffer) same = push_and_pull(h, new_frame(&info, 0));
    g_assert_cmpint(largest_difference(&info, same, expected), ==, 0);

    set_style(idiom, "tiny2"); /* together with a style */
    g_object_set(idiom, "quality", "0.25", "mix", NULL, NULL);
    push_until(h, idiom, &info, 2, 0.25);
    gst_element_set_bus(idiom, NULL);
    gst_object_unref(idiom);
    gst_harness_teardown(h);
    gst_harness_teardown(half);

    g_autoptr(GstElement) wrong = gst_object_ref_sink(gst_element_factory_make("idiom", NULL));
    g_object_set(wrong, "style", "tiny", "quality", "0.1", NULL);
    g_assert_cmpint(gst_element_set_state(wrong, GST_STATE_PAUSED), ==, GST_STATE_CHANGE_FAILURE);
    gst_element_set_state(wrong, GST_STATE_NULL);
}

/* A live source of a thousand frames a second is too fast for any size; one that is not live can wait. */
static void test_automatic(void)
{
    GstVideoInfo info = make_info("I420", 160, 120);
    GstHarness *h = new_harness("idiom style=tiny");
    GstElement *idiom = gst_harness_find_element(h, "idiom");
    gst_harness_set_src_caps_str(h, "video/x-raw,format=I420,width=160,height=120,framerate=1000/1");
    for (guint live = 0; live < 2; live++) {
        gst_harness_set_live(h, live);
        gst_harness_query_latency(h);
        const gint64 end = g_get_monotonic_time() + (live ? 0 : 3 * G_USEC_PER_SEC / 2);
        guint i = 0;
        do {
            GstBuffer *in = new_frame(&info, i++);
            GST_BUFFER_DURATION(in) = GST_MSECOND;
            gst_buffer_unref(push_and_pull(h, in));
        } while (live ? quality_of(idiom) > 0.25 : g_get_monotonic_time() < end);
        g_test_message("%s: %u frames, quality %g", live ? "live" : "not live", i, quality_of(idiom));
        g_assert_cmpfloat(quality_of(idiom), ==, live ? 0.25 : 1);
    }
    gst_object_unref(idiom);
    gst_harness_teardown(h);
}

int main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    g_test_init(&argc, &argv, NULL);
    char *folder = test_styles_create();
    g_test_add_func("/quality/words", test_words);
    g_test_add_func("/quality/settles", test_settles);
    g_test_add_func("/quality/comes-back", test_comes_back);
    g_test_add_func("/quality/rare-tries", test_rare_tries);
    g_test_add_func("/quality/set", test_set);
    g_test_add_func("/quality/automatic", test_automatic);
    const int status = g_test_run();
    test_styles_remove(folder);
    return status;
}
