/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parameter sets: named tensors in one device array, shared between graphs. */
#include "graph.h"

#include <string.h>

/* Each tensor starts on a multiple of this many floats, so that shaders may read its weights as vec4. */
#define ALIGNMENT 4

typedef struct {
    char *name;
    IdiomShape shape;
    gsize offset;
} Param;

struct IdiomParams {
    gatomicrefcount refs;
    char *key; /* it is among those that are shared: see idiom_params_share() */
    IdiomDevice *device;
    GArray *list;      /* Param */
    GHashTable *index; /* name -> index + 1 */
    GArray *initial;   /* float; until the first use */
    gsize elements;
    GMutex lock; /* of the rest */
    IdiomArena *arena;
    IdiomBuffer *buffer;
    GHashTable *derived; /* GBytes -> IdiomBuffer */
};

static GMutex shared_lock;
static GList *shared; /* not references */

static void clear_param(gpointer data)
{
    g_free(((Param *)data)->name);
}

IdiomParams *idiom_params_new(IdiomDevice *device)
{
    IdiomParams *p = g_new0(IdiomParams, 1);

    g_atomic_ref_count_init(&p->refs);
    p->device = idiom_device_ref(device);
    p->list = g_array_new(FALSE, TRUE, sizeof(Param));
    g_array_set_clear_func(p->list, clear_param);
    p->index = g_hash_table_new(g_str_hash, g_str_equal);
    p->initial = g_array_new(FALSE, TRUE, sizeof(float));
    p->derived = g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
    g_mutex_init(&p->lock);
    return p;
}

IdiomParams *idiom_params_ref(IdiomParams *p)
{
    g_atomic_ref_count_inc(&p->refs);
    return p;
}

/* Nobody finds one that goes. */
static gboolean release(IdiomParams *p)
{
    if (!p->key)
        return g_atomic_ref_count_dec(&p->refs);
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&shared_lock);
    const gboolean last = g_atomic_ref_count_dec(&p->refs);
    if (last)
        shared = g_list_remove(shared, p);
    return last;
}

void idiom_params_unref(IdiomParams *p)
{
    if (!p || !release(p))
        return;
    idiom_arena_free(p->arena);
    g_hash_table_unref(p->derived);
    g_mutex_clear(&p->lock);
    g_free(p->key);
    g_hash_table_unref(p->index);
    g_array_unref(p->list);
    if (p->initial)
        g_array_unref(p->initial);
    idiom_device_unref(p->device);
    g_free(p);
}

void idiom_params_add(IdiomParams *p, const char *name, IdiomShape shape, const float *values)
{
    Param param = {g_strdup(name), shape, p->elements};
    gsize count = idiom_shape_elements(shape);

    g_return_if_fail(!p->buffer && !g_hash_table_contains(p->index, name));
    p->elements += (count + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    g_array_set_size(p->initial, (guint)p->elements);
    float *to = &g_array_index(p->initial, float, param.offset);
    memset(to, 0, (p->elements - param.offset) * sizeof *to);
    if (values)
        memcpy(to, values, count * sizeof *to);
    g_array_append_val(p->list, param);
    g_hash_table_insert(p->index, param.name, GUINT_TO_POINTER(p->list->len));
}

guint idiom_params_count(const IdiomParams *p)
{
    return p->list->len;
}

gsize idiom_params_elements(const IdiomParams *p)
{
    return p->elements;
}

const char *idiom_params_name(const IdiomParams *p, guint index)
{
    return g_array_index(p->list, Param, index).name;
}

IdiomShape idiom_params_shape(const IdiomParams *p, guint index)
{
    return g_array_index(p->list, Param, index).shape;
}

gsize idiom_params_offset(const IdiomParams *p, guint index)
{
    return g_array_index(p->list, Param, index).offset;
}

int idiom_params_find(const IdiomParams *p, const char *name)
{
    return GPOINTER_TO_INT(g_hash_table_lookup(p->index, name)) - 1;
}

IdiomParams *idiom_params_share(IdiomParams *p, const char *key)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&shared_lock);
    for (GList *l = shared; l; l = l->next) {
        IdiomParams *other = l->data;
        if (other->device == p->device && g_str_equal(other->key, key)) {
            g_atomic_ref_count_inc(&other->refs);
            idiom_params_unref(p); /* which has no key */
            return other;
        }
    }
    p->key = g_strdup(key);
    shared = g_list_prepend(shared, p);
    return p;
}

/* With the lock held. */
static IdiomArena *arena(IdiomParams *p)
{
    if (!p->arena)
        p->arena = idiom_arena_new(p->device);
    return p->arena;
}

IdiomBuffer *idiom_params_derived(IdiomParams *p, GBytes *from, gsize size, GError **error)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&p->lock);
    IdiomBuffer *buffer = g_hash_table_lookup(p->derived, from);
    if (!buffer && (buffer = idiom_arena_buffer(arena(p), size, FALSE, error)))
        g_hash_table_insert(p->derived, g_bytes_ref(from), buffer);
    return buffer;
}

gboolean idiom_params_is_shared(const IdiomParams *p)
{
    return p->key != NULL;
}

IdiomBuffer *idiom_params_buffer(IdiomParams *p, GError **error)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&p->lock);
    if (p->buffer)
        return p->buffer;
    gsize size = MAX(p->elements, ALIGNMENT) * sizeof(float);
    IdiomBuffer *buffer = idiom_arena_buffer(arena(p), size, FALSE, error);
    if (!buffer ||
        !idiom_buffer_write(p->device, buffer, 0, p->initial->data, p->elements * sizeof(float), error))
        return NULL;
    p->buffer = buffer;
    g_clear_pointer(&p->initial, g_array_unref);
    return p->buffer;
}

gboolean idiom_params_read(IdiomParams *p, float *values, GError **error)
{
    IdiomBuffer *buffer = idiom_params_buffer(p, error);
    return buffer && idiom_buffer_read(p->device, buffer, 0, values, p->elements * sizeof *values, error);
}

gboolean idiom_params_write(IdiomParams *p, const float *values, GError **error)
{
    IdiomBuffer *buffer = idiom_params_buffer(p, error);
    return buffer && idiom_buffer_write(p->device, buffer, 0, values, p->elements * sizeof *values, error);
}
