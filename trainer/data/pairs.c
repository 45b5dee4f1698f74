/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "data/pairs.h"

#include <idiom/error.h>
#include <string.h>

struct Pairs {
    char *folder;
    GHashTable *pictures; /* name without ending -> path */
};

static char *stem(const char *path)
{
    char *name = g_path_get_basename(path), *dot = strrchr(name, '.');
    if (dot && dot != name)
        *dot = '\0';
    return name;
}

Pairs *pairs_open(const char *folder, GError **error)
{
    g_autoptr(GError) reason = NULL;
    g_autoptr(GDir) dir = g_dir_open(folder, 0, &reason);
    if (!dir) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FILE, "%s: %s", folder, reason->message);
        return NULL;
    }
    g_autoptr(Pairs) pairs = g_new0(Pairs, 1);
    pairs->folder = g_strdup(folder);
    pairs->pictures = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    for (const char *name; (name = g_dir_read_name(dir));) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        if (name[0] != '.' && g_file_test(path, G_FILE_TEST_IS_REGULAR))
            g_hash_table_insert(pairs->pictures, stem(name), g_steal_pointer(&path));
    }
    if (!g_hash_table_size(pairs->pictures)) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FILE, "%s: no picture in this folder", folder);
        return NULL;
    }
    return g_steal_pointer(&pairs);
}

void pairs_free(Pairs *pairs)
{
    if (!pairs)
        return;
    g_hash_table_unref(pairs->pictures);
    g_free(pairs->folder);
    g_free(pairs);
}

gboolean pairs_has(const Pairs *pairs, const char *photo)
{
    g_autofree char *name = stem(photo);
    return g_hash_table_contains(pairs->pictures, name);
}

GPtrArray *pairs_pictures(const Pairs *pairs, guint count)
{
    GPtrArray *pictures = g_ptr_array_new_with_free_func((GDestroyNotify)picture_free);
    g_autoptr(GList) names = g_list_sort(g_hash_table_get_keys(pairs->pictures), (GCompareFunc)strcmp);
    for (GList *name = names; name && pictures->len < count; name = name->next) {
        Picture *picture = picture_load(g_hash_table_lookup(pairs->pictures, name->data), 0, 0, 0, NULL);
        if (picture)
            g_ptr_array_add(pictures, picture);
    }
    return pictures;
}

/* @side: as picture_load() takes it, twice */
static Picture *load_photo(const char *path, guint side, GError **error)
{
    gboolean video;
    if (!picture_is_video(path, &video, error))
        return NULL;
    if (!video)
        return picture_load(path, 0, side, side, error);
    g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FORMAT, "%s: a video; a teacher's pictures are of photos",
                path);
    return NULL;
}

/* Whether @whole is @part, or up to PAIRS_MAX_CUT pixels longer. */
static gboolean is_cut(guint whole, guint part)
{
    return part <= whole && whole - part <= PAIRS_MAX_CUT;
}

static gboolean fits(const Picture *photo, const Picture *taught)
{
    return is_cut(photo->w, taught->w) && is_cut(photo->h, taught->h);
}

gboolean pairs_load(const Pairs *pairs, const char *photo, Picture **content, Picture **taught,
                    GError **error)
{
    g_autofree char *name = stem(photo);
    const char *path = g_hash_table_lookup(pairs->pictures, name);
    if (!path) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FILE, "%s: no picture of it in %s", photo, pairs->folder);
        return FALSE;
    }
    g_autoptr(Picture) whole = load_photo(photo, 0, error);
    g_autoptr(Picture) picture = whole ? picture_load(path, 0, 0, 0, error) : NULL;
    if (picture && !fits(whole, picture)) {
        g_clear_pointer(&whole, picture_free);
        whole = load_photo(photo, MIN(picture->w, picture->h), error);
    }
    if (!picture || !whole)
        return FALSE;
    if (!fits(whole, picture)) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FORMAT,
                    "%s: %ux%u pixels are not the shape of the photo %s; up to %d may be cut off", path,
                    picture->w, picture->h, photo, PAIRS_MAX_CUT);
        return FALSE;
    }
    *content = picture_crop(whole, 0, 0, picture->w, picture->h);
    *taught = g_steal_pointer(&picture);
    return TRUE;
}
