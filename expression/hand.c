/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hand.h"

#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

void hand_init(Hand *hand)
{
    *hand = (Hand){.ink = {0.11, 0.12, 0.15},
                   .paper = {0.98, 0.96, 0.91},
                   .accent = {0.80, 0.25, 0.16},
                   .family = g_strdup("Sans"),
                   .weight = 600,
                   .wobble = 0.5,
                   .aliases = g_new0(char *, 1),
                   .moods = g_new0(char *, 1)};
}

void hand_clear(Hand *hand)
{
    g_free(hand->family);
    g_strfreev(hand->aliases);
    g_strfreev(hand->moods);
    *hand = (Hand){{0}};
}

/* --- members --------------------------------------------------------------------------------------- */

static gboolean refuse(GError **error, const char *name, const char *value, const char *expected)
{
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "expression: '%s' is '%.40s', expected %s", name,
                value, expected);
    return FALSE;
}

static gboolean parse_colour(const char *value, Colour *colour)
{
    char *end;
    if (value[0] != '#' || strlen(value) != 7)
        return FALSE;
    const guint64 bits = g_ascii_strtoull(value + 1, &end, 16);
    if (end != value + 7)
        return FALSE;
    *colour =
        (Colour){(double)(bits >> 16) / 255, (double)(bits >> 8 & 255) / 255, (double)(bits & 255) / 255};
    return TRUE;
}

static Colour *find_colour(Hand *hand, const char *name)
{
    return g_str_equal(name, "ink")      ? &hand->ink
           : g_str_equal(name, "paper")  ? &hand->paper
           : g_str_equal(name, "accent") ? &hand->accent
                                         : NULL;
}

static char ***find_words(Hand *hand, const char *name)
{
    return g_str_equal(name, "aliases") ? &hand->aliases : g_str_equal(name, "moods") ? &hand->moods : NULL;
}

/* Words, separated by commas. */
static char **split_words(const char *value)
{
    g_auto(GStrv) parts = g_strsplit(value, ",", -1);
    g_autoptr(GStrvBuilder) words = g_strv_builder_new();
    for (guint i = 0; parts[i]; i++)
        if (*g_strstrip(parts[i]))
            g_strv_builder_add(words, parts[i]);
    return g_strv_builder_end(words);
}

static gboolean set_palette(Hand *hand, const char *value, GError **error)
{
    g_auto(GStrv) words = split_words(value);
    const guint n = g_strv_length(words);
    Colour colours[HAND_PALETTE];
    if (n > HAND_PALETTE)
        return refuse(error, "palette", value, "at most " G_STRINGIFY(HAND_PALETTE) " colours");
    for (guint i = 0; i < n; i++)
        if (!parse_colour(words[i], &colours[i]))
            return refuse(error, "palette", words[i], "#rrggbb");
    hand->n_palette = n;
    memcpy(hand->palette, colours, n * sizeof *colours);
    return TRUE;
}

gboolean hand_set(Hand *hand, const char *name, const char *value, GError **error)
{
    Colour *colour = find_colour(hand, name);
    char ***words = find_words(hand, name);
    char *end;
    if (colour)
        return parse_colour(value, colour) || refuse(error, name, value, "#rrggbb");
    if (words) {
        g_strfreev(*words);
        *words = split_words(value);
        return TRUE;
    }
    if (g_str_equal(name, "palette"))
        return set_palette(hand, value, error);
    if (g_str_equal(name, "family")) {
        if (!*value || strlen(value) > 200)
            return refuse(error, name, value, "the name of a font family");
        g_free(hand->family);
        hand->family = g_strdup(value);
        return TRUE;
    }
    const double number = g_ascii_strtod(value, &end);
    const gboolean is_number = end != value && !*end && isfinite(number);
    if (g_str_equal(name, "weight")) {
        if (!is_number || number < 100 || number > 900)
            return refuse(error, name, value, "100 to 900");
        hand->weight = (guint)number;
        return TRUE;
    }
    if (g_str_equal(name, "wobble")) {
        if (!is_number || number < 0 || number > 1)
            return refuse(error, name, value, "0 to 1");
        hand->wobble = number;
        return TRUE;
    }
    return refuse(error, name, value,
                  "one of ink, paper, accent, palette, family, weight, wobble, aliases, moods");
}

/* --- JSON ------------------------------------------------------------------------------------------ */

/* A member as a word for hand_set(), or NULL. */
static char *member_text(JsonNode *node)
{
    if (JSON_NODE_HOLDS_ARRAY(node)) {
        GString *text = g_string_new(NULL);
        JsonArray *array = json_node_get_array(node);
        for (guint i = 0; i < json_array_get_length(array); i++) {
            JsonNode *item = json_array_get_element(array, i);
            const char *word = JSON_NODE_HOLDS_VALUE(item) ? json_node_get_string(item) : NULL;
            g_string_append_printf(text, "%s%s", i ? "," : "", word ? word : "");
        }
        return g_string_free(text, FALSE);
    }
    if (!JSON_NODE_HOLDS_VALUE(node))
        return NULL;
    if (json_node_get_value_type(node) == G_TYPE_STRING)
        return g_strdup(json_node_get_string(node));
    char number[G_ASCII_DTOSTR_BUF_SIZE];
    return g_strdup(g_ascii_dtostr(number, sizeof number, json_node_get_double(node)));
}

gboolean hand_read(Hand *hand, const char *json, GError **error)
{
    if (!json)
        return TRUE;
    g_autoptr(JsonParser) parser = json_parser_new();
    if (!json_parser_load_from_data(parser, json, -1, error)) {
        g_prefix_error(error, "expression: ");
        return FALSE;
    }
    JsonNode *root = json_parser_get_root(parser);
    if (!root || !JSON_NODE_HOLDS_OBJECT(root))
        return refuse(error, "expression", json, "a JSON object");
    JsonObjectIter iter;
    const char *name;
    JsonNode *node;
    json_object_iter_init(&iter, json_node_get_object(root));
    while (json_object_iter_next(&iter, &name, &node)) {
        g_autofree char *value = member_text(node);
        if (!hand_set(hand, name, value ? value : "", error))
            return FALSE;
    }
    return TRUE;
}

static void add_colour(JsonBuilder *b, Colour c)
{
    char text[8];
    g_snprintf(text, sizeof text, "#%02x%02x%02x", (guint)lround(c.r * 255), (guint)lround(c.g * 255),
               (guint)lround(c.b * 255));
    json_builder_add_string_value(b, text);
}

static void write_colour(JsonBuilder *b, const char *name, Colour c)
{
    json_builder_set_member_name(b, name);
    add_colour(b, c);
}

static void write_words(JsonBuilder *b, const char *name, char **words)
{
    json_builder_set_member_name(b, name);
    json_builder_begin_array(b);
    for (guint i = 0; words[i]; i++)
        json_builder_add_string_value(b, words[i]);
    json_builder_end_array(b);
}

char *hand_write(const Hand *hand)
{
    char number[G_ASCII_DTOSTR_BUF_SIZE];
    g_autoptr(JsonBuilder) b = json_builder_new();
    json_builder_begin_object(b);
    write_colour(b, "ink", hand->ink);
    write_colour(b, "paper", hand->paper);
    write_colour(b, "accent", hand->accent);
    json_builder_set_member_name(b, "palette");
    json_builder_begin_array(b);
    for (guint i = 0; i < hand->n_palette; i++)
        add_colour(b, hand->palette[i]);
    json_builder_end_array(b);
    json_builder_set_member_name(b, "family");
    json_builder_add_string_value(b, hand->family);
    json_builder_set_member_name(b, "weight");
    json_builder_add_int_value(b, hand->weight);
    json_builder_set_member_name(b, "wobble");
    json_builder_add_string_value(b, g_ascii_formatd(number, sizeof number, "%.3g", hand->wobble));
    write_words(b, "aliases", hand->aliases);
    write_words(b, "moods", hand->moods);
    json_builder_end_object(b);
    g_autoptr(JsonNode) root = json_builder_get_root(b);
    return json_to_string(root, FALSE);
}

/* --- colours --------------------------------------------------------------------------------------- */

static double linear(double c)
{
    return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

double colour_luminance(Colour c)
{
    return 0.2126 * linear(c.r) + 0.7152 * linear(c.g) + 0.0722 * linear(c.b);
}

double contrast(double luminance, double other)
{
    return (fmax(luminance, other) + 0.05) / (fmin(luminance, other) + 0.05);
}

Colour colour_mix(Colour a, Colour b, double amount)
{
    return (Colour){a.r + amount * (b.r - a.r), a.g + amount * (b.g - a.g), a.b + amount * (b.b - a.b)};
}
