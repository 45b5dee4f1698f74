/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The hand of a style: read, written, refused; colours found in pictures. */
#include "palette.h"

#include <math.h>
#include <string.h>

static void test_round(void)
{
    g_autoptr(GError) error = NULL;
    g_auto(Hand) a = {0}, b = {0};
    hand_init(&a);
    hand_read(&a,
              "{\"ink\":\"#102030\",\"paper\":\"#f0e0d0\",\"accent\":\"#ff0080\",\"palette\":[\"#000000\",\"#"
              "ffffff\"],"
              "\"family\":\"Noto Serif\",\"weight\":700,\"wobble\":0.25,\"aliases\":[\"one\",\"two "
              "words\"],\"moods\":[\"忧郁\"]}",
              &error);
    g_assert_no_error(error);
    g_autofree char *text = hand_write(&a);
    hand_init(&b);
    hand_read(&b, text, &error);
    g_assert_no_error(error);
    g_autofree char *again = hand_write(&b);
    g_assert_cmpstr(text, ==, again);
    g_assert_cmpfloat_with_epsilon(b.ink.g, 32 / 255.0, 1e-9);
    g_assert_cmpuint(b.n_palette, ==, 2);
    g_assert_cmpuint(b.weight, ==, 700);
    g_assert_cmpstr(b.aliases[1], ==, "two words");
    g_assert_true(hand_read(&b, NULL, &error)); /* a style without one */
}

static void test_refused(void)
{
    static const char *const wrong[][2] = {
        {"{\"ink\":\"blue\"}", "ink"},
        {"{\"weight\":5000}", "weight"},
        {"{\"wobble\":-1}", "wobble"},
        {"{\"size\":3}", "size"},
        {"[]", "JSON object"},
        {"{", "expression"},
        {"{\"palette\":[\"x\"]}", "palette"},
        {"{\"family\":\"\"}", "family"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;
        g_auto(Hand) hand = {0};
        hand_init(&hand);
        g_assert_false(hand_read(&hand, wrong[i][0], &error));
        g_test_message("%s", error->message);
        g_assert_nonnull(strstr(error->message, wrong[i][1]));
    }
}

/* Half dark blue, a third pale yellow, the rest red: ink, paper and accent, with the contrast that reading needs. */
static void test_palette(void)
{
    g_autofree guint8 *rgb = g_malloc(3 * 600);
    g_auto(Hand) hand = {0};
    for (guint i = 0; i < 600; i++)
        memcpy(rgb + 3 * i,
               i % 6 < 3   ? (guint8[]){20, 25, 60}
               : i % 6 < 5 ? (guint8[]){240, 230, 180}
                           : (guint8[]){200, 40, 30},
               3);
    const Palette p = palette_of(rgb, 600);
    hand_init(&hand);
    hand_take_palette(&hand, &p);
    g_assert_cmpuint(p.n, ==, 3);
    g_assert_cmpfloat_with_epsilon(p.shares[0], 0.5, 0.01);
    g_assert_cmpfloat(hand.accent.r, >, 0.7);
    g_assert_cmpfloat(hand.ink.b, >, hand.ink.r);
    g_assert_cmpfloat(contrast(colour_luminance(hand.ink), colour_luminance(hand.paper)), >=, 7);
    const Palette none = palette_of(rgb, 0);
    g_assert_cmpuint(none.n, ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/hand/round", test_round);
    g_test_add_func("/hand/refused", test_refused);
    g_test_add_func("/hand/palette", test_palette);
    return g_test_run();
}
