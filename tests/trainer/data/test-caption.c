/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Captions drawn into training pictures. What they look like depends on the fonts, these properties do not. */
#include "data/caption.h"

#include <string.h>

#define SIZE 96

static void draw(guint64 index, float grey, guint size, float *picture, float *mask)
{
    Random r = random_stream(7, 0, index);
    for (gsize i = 0; i < (gsize)3 * size * size; i++)
        picture[i] = grey;
    caption_draw(&r, picture, mask, size);
}

typedef struct {
    float picture[3 * SIZE * SIZE], mask[SIZE * SIZE];
} Drawn;

enum { N_DRAWN = 24 };

static gpointer draw_all(gpointer unused)
{
    (void)unused;
    Drawn *drawn = g_new(Drawn, N_DRAWN);
    for (guint i = 0; i < N_DRAWN; i++)
        draw(i, 0.5f, SIZE, drawn[i].picture, drawn[i].mask);
    return drawn;
}

/* The same stream gives the same bits, in whatever thread and whatever another thread does meanwhile. */
static void test_threads(void)
{
    GThread *threads[3];
    for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
        threads[i] = g_thread_new("captions", draw_all, NULL);
    g_autofree Drawn *here = draw_all(NULL);
    for (guint i = 0; i < G_N_ELEMENTS(threads); i++) {
        g_autofree Drawn *there = g_thread_join(threads[i]);
        g_assert_cmpmem(here, N_DRAWN * sizeof(Drawn), there, N_DRAWN * sizeof(Drawn));
    }
    g_assert_cmpint(memcmp(&here[0], &here[1], sizeof(Drawn)), !=, 0);
}

static float luma(const float *picture, gsize plane, gsize pixel)
{
    return 0.299f * picture[pixel] + 0.587f * picture[plane + pixel] + 0.114f * picture[2 * plane + pixel];
}

/* On black, grey and white ground: there is text, it stands out where the mask is, and numbers stay in range. */
static void test_contrast(void)
{
    const gsize plane = SIZE * SIZE;
    g_autofree Drawn *drawn = g_new(Drawn, 1);
    guint marked_draws = 0;
    for (guint i = 0; i < 60; i++) {
        draw(100 + i, (float)(i % 3) / 2, SIZE, drawn->picture, drawn->mask);
        float low = 1, high = 0;
        gsize marked = 0;
        for (gsize k = 0; k < plane; k++) {
            g_assert_true(drawn->mask[k] >= 0 && drawn->mask[k] <= 1);
            for (guint c = 0; c < 3; c++)
                g_assert_true(drawn->picture[c * plane + k] >= 0 && drawn->picture[c * plane + k] <= 1);
            if (drawn->mask[k] < 0.5f)
                continue;
            marked++;
            low = MIN(low, luma(drawn->picture, plane, k));
            high = MAX(high, luma(drawn->picture, plane, k));
        }
        if (marked > plane / 100) { /* otherwise only the margin of something beyond the edge */
            marked_draws++;
            g_assert_cmpfloat(high - low, >, 0.25);
        }
    }
    g_assert_cmpuint(marked_draws, >, 50);
}

static void test_sizes(void)
{
    for (guint size = 1; size < 300; size += size < 20 ? 1 : 93)
        for (guint i = 0; i < 4; i++) {
            g_autofree float *picture = g_new(float, 3 * size * size), *mask = g_new(float, size *size);
            draw(i, 0.25f, size, picture, mask);
        }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/caption/threads", test_threads);
    g_test_add_func("/caption/contrast", test_contrast);
    g_test_add_func("/caption/sizes", test_sizes);
    return g_test_run();
}
