/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "loop/training.h"

#include "loop/checkpoint.h"

#define FORMAT "idiom-checkpoint"
#define VERSION "2"
#define MAX_SETS 8
#define MAX_FIELDS (8 + N_TERMS)

static guint checkpoint_sets(const Training *t, CheckpointSet sets[MAX_SETS])
{
    guint n = 0;
    sets[n++] = (CheckpointSet){"generator", t->generator};
    sets[n++] = (CheckpointSet){"generator.average", t->average};
    sets[n++] = (CheckpointSet){"generator.m", t->generator_adam.m};
    sets[n++] = (CheckpointSet){"generator.v", t->generator_adam.v};
    if (t->discriminator) {
        sets[n++] = (CheckpointSet){"discriminator", t->discriminator};
        sets[n++] = (CheckpointSet){"discriminator.spectral", t->spectral};
        sets[n++] = (CheckpointSet){"discriminator.m", t->discriminator_adam.m};
        sets[n++] = (CheckpointSet){"discriminator.v", t->discriminator_adam.v};
    }
    return n;
}

/* Numbers of the state, as they stand in a checkpoint's metadata. */
typedef struct {
    const char *name;
    guint64 *whole;
    guint *small;
    double *real;
} Field;

static guint state_fields(Training *t, Field fields[MAX_FIELDS])
{
    guint n = 0;
    fields[n++] = (Field){"step", .whole = &t->step};
    fields[n++] = (Field){"generator-steps", .whole = &t->generator_adam.steps};
    fields[n++] = (Field){"discriminator-steps", .whole = &t->discriminator_adam.steps};
    fields[n++] = (Field){"bad-steps", .small = &t->bad_steps};
    fields[n++] = (Field){"rate-scale", .real = &t->rate_scale};
    fields[n++] = (Field){"winning", .real = &t->winning};
    for (guint i = 0; i < N_TERMS; i++)
        fields[n++] = (Field){term_name(i), .real = &t->mean[i]};
    return n;
}

gboolean training_save(Training *t, const char *path, GError **error)
{
    CheckpointSet sets[MAX_SETS];
    guint n_sets = checkpoint_sets(t, sets);
    g_autoptr(GHashTable) metadata = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_hash_table_insert(metadata, g_strdup("format"), g_strdup(FORMAT));
    g_hash_table_insert(metadata, g_strdup("version"), g_strdup(VERSION));

    g_hash_table_insert(metadata, g_strdup("seconds"), g_strdup_printf("%.2f", training_seconds(t)));
    if (t->start)
        g_hash_table_insert(metadata, g_strdup("start"), g_strdup(t->start));
    Field fields[MAX_FIELDS];
    guint n_fields = state_fields(t, fields);
    for (guint i = 0; i < n_fields; i++) {
        char text[G_ASCII_DTOSTR_BUF_SIZE];
        if (fields[i].real)
            g_ascii_dtostr(text, sizeof text, *fields[i].real);
        else
            g_snprintf(text, sizeof text, "%" G_GUINT64_FORMAT,
                       fields[i].whole ? *fields[i].whole : *fields[i].small);
        g_hash_table_insert(metadata, g_strconcat("state.", fields[i].name, NULL), g_strdup(text));
    }
    g_autoptr(GHashTable) options = train_options_describe(t->options);
    GHashTableIter iter;
    gpointer key, value;
    g_hash_table_iter_init(&iter, options);
    while (g_hash_table_iter_next(&iter, &key, &value))
        g_hash_table_insert(metadata, g_strconcat("option.", key, NULL), g_strdup(value));
    return checkpoint_write(path, sets, n_sets, metadata, error);
}

/* Whether the training that wrote @metadata had the same options. */
static gboolean check_options(const Training *t, GHashTable *metadata, const char *path, GError **error)
{
    g_autoptr(GHashTable) options = train_options_describe(t->options);
    GHashTableIter iter;
    gpointer key, value;
    g_hash_table_iter_init(&iter, options);
    while (g_hash_table_iter_next(&iter, &key, &value)) {
        g_autofree char *name = g_strconcat("option.", key, NULL);
        const char *old = g_hash_table_lookup(metadata, name);
        if (g_strcmp0(old, value) != 0) {
            g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT,
                        "--resume: %s was made with --%s %s, not %s", path, (char *)key, old ? old : "(none)",
                        (char *)value);
            return FALSE;
        }
    }
    return TRUE;
}

gboolean training_load(Training *t, const char *path, GError **error)
{
    if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FILE, "--resume: there is no checkpoint %s", path);
        return FALSE;
    }
    g_autoptr(IdiomTensorFile) file = idiom_tensor_file_open(path, error);
    if (!file)
        return FALSE;
    GHashTable *metadata = idiom_tensor_file_metadata(file);
    if (g_strcmp0(g_hash_table_lookup(metadata, "format"), FORMAT) != 0 ||
        g_strcmp0(g_hash_table_lookup(metadata, "version"), VERSION) != 0) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FORMAT, "%s: not a checkpoint of this version", path);
        return FALSE;
    }
    if (!check_options(t, metadata, path, error))
        return FALSE;
    Field fields[MAX_FIELDS];
    guint n_fields = state_fields(t, fields);
    for (guint i = 0; i < n_fields; i++) {
        g_autofree char *name = g_strconcat("state.", fields[i].name, NULL);
        const char *text = g_hash_table_lookup(metadata, name);
        char *end = NULL;
        if (text && fields[i].real)
            *fields[i].real = g_ascii_strtod(text, &end);
        else if (text && fields[i].whole)
            *fields[i].whole = g_ascii_strtoull(text, &end, 10);
        else if (text)
            *fields[i].small = (guint)g_ascii_strtoull(text, &end, 10);
        if (!text || end == text || *end) {
            g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FORMAT, "%s: %s is missing or not a number", path,
                        name);
            return FALSE;
        }
    }
    const char *seconds = g_hash_table_lookup(metadata, "seconds");
    t->seconds_before = seconds ? g_ascii_strtod(seconds, NULL) : 0;
    t->start = g_strdup(g_hash_table_lookup(metadata, "start"));
    CheckpointSet sets[MAX_SETS];
    return checkpoint_read(file, sets, checkpoint_sets(t, sets), error);
}
