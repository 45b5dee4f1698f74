/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A program's memory and its runs. */
#include "program.h"

#include <string.h>

/* --- memory --------------------------------------------------------------------------------------- */

/* The device's buffers, and where it is slow to reach the host's, the host's. */
static gboolean allocate_buffers(IdiomProgram *p, Storage *s, GError **error)
{
    const IdiomTensor *t = s->tensor;
    const gboolean staged = t->host && idiom_device_is_staged(p->graph->device);
    for (guint i = 0; i < p->graph->slots; i++) {
        s->buffers[i] = i && (staged || !t->host)
                            ? s->buffers[0]
                            : idiom_arena_buffer(p->arena, s->size, t->host && !staged, error);
        s->staging[i] = staged ? idiom_arena_buffer(p->arena, s->size, TRUE, error) : NULL;
        if (!s->buffers[i] || (staged && !s->staging[i]))
            return FALSE;
    }
    return TRUE;
}

/* The memory is somebody else's: a parameter set's, or another program's. */
static gboolean borrow(IdiomProgram *p, Storage *s, GError **error)
{
    const IdiomTensor *t = s->tensor;
    if (t->owner) {
        const Storage *other = idiom_tensor_storage(t->owner);
        s->planes = other->planes;
        memcpy(s->buffers, other->buffers, sizeof s->buffers);
        return TRUE;
    }
    IdiomBuffer *buffer = idiom_params_buffer(t->params, error);
    for (guint i = 0; i < p->graph->slots; i++)
        s->buffers[i] = buffer;
    return buffer != NULL;
}

/* Less than this is not worth an allocation of its own. */
#define LEAST_SCRATCH ((gsize)64 << 10)

static gboolean lies_in_scratch(const IdiomProgram *p, const Storage *s)
{
    return p->graph->scratch && s->size >= LEAST_SCRATCH && !idiom_tensor_is_permanent(s->tensor);
}

static IdiomScratchKind scratch_kind(const Storage *s)
{
    const IdiomTensor *t = s->tensor;
    return t->layout == IDIOM_LAYOUT_PLANES
               ? (IdiomScratchKind){.blocks = idiom_tensor_blocks(t), .precision = t->precision}
               : (IdiomScratchKind){.bytes = s->size};
}

static gboolean is_like(const Storage *s, const Storage *other)
{
    const IdiomScratchKind a = scratch_kind(s), b = scratch_kind(other);
    return a.bytes == b.bytes && a.precision == b.precision && idiom_shape_equal(a.blocks, b.blocks);
}

static gboolean take_scratch(IdiomProgram *p, Storage *s, GError **error)
{
    IdiomScratchKind kind = scratch_kind(s);
    for (guint i = 0; g_ptr_array_index(p->storages, i) != s; i++) {
        const Storage *before = g_ptr_array_index(p->storages, i);
        kind.nth += before->scratch && is_like(s, before);
    }
    s->scratch = idiom_scratch_take(p->graph->device, &kind, error);
    if (!s->scratch)
        return FALSE;
    s->planes = idiom_scratch_planes(s->scratch);
    for (guint i = 0; i < p->graph->slots; i++)
        s->buffers[i] = idiom_scratch_buffer(s->scratch);
    return TRUE;
}

/* The shared set that @t, a constant, is made of alone; NULL: there is none. */
static IdiomParams *shared_origin(const IdiomTensor *t)
{
    IdiomParams *params = NULL;
    if (!t->constant || !t->op || t->layout == IDIOM_LAYOUT_PLANES)
        return NULL;
    for (guint i = 0; i < t->op->n_in; i++) {
        const IdiomTensor *in = t->op->in[i];
        if (in && (!in->params || (params && in->params != params)))
            return NULL;
        params = in ? in->params : params;
    }
    return params && idiom_params_is_shared(params) ? params : NULL;
}

/* How @t is made of it. */
static GBytes *derivation(const IdiomTensor *t)
{
    const IdiomOp *op = t->op;
    const gpointer klass = (gpointer)op->klass;
    GByteArray *bytes = g_byte_array_new();
    g_byte_array_append(bytes, (const guint8 *)&klass, sizeof klass);
    g_byte_array_append(bytes, (const guint8 *)&t->graph->precision, sizeof t->graph->precision);
    g_byte_array_append(bytes, (const guint8 *)&t->shape, sizeof t->shape);
    for (guint i = 0; i < op->n_in; i++) {
        const gsize offset = op->in[i] ? op->in[i]->offset : G_MAXSIZE;
        g_byte_array_append(bytes, (const guint8 *)&offset, sizeof offset);
    }
    if (op->params_size)
        g_byte_array_append(bytes, op->params, (guint)op->params_size);
    for (guint i = 0; i < op->n_out; i++)
        if (op->out[i] == t)
            g_byte_array_append(bytes, (const guint8 *)&i, sizeof i);
    return g_byte_array_free_to_bytes(bytes);
}

/* Packed weights, say, are made anew by each program, but in the same memory, where they are the same. */
static gboolean take_derived(IdiomProgram *p, Storage *s, IdiomParams *origin, GError **error)
{
    g_autoptr(GBytes) from = derivation(s->tensor);
    IdiomBuffer *buffer = idiom_params_derived(origin, from, s->size, error);
    for (guint i = 0; i < p->graph->slots; i++)
        s->buffers[i] = buffer;
    return buffer != NULL;
}

static gboolean allocate_storage(IdiomProgram *p, Storage *s, GError **error)
{
    const IdiomTensor *t = s->tensor;
    if (t->params || t->owner)
        return borrow(p, s, error);
    if (lies_in_scratch(p, s))
        return take_scratch(p, s, error);
    IdiomParams *origin = shared_origin(t);
    if (origin)
        return take_derived(p, s, origin, error);
    if (t->layout == IDIOM_LAYOUT_PLANES) {
        s->planes = idiom_arena_planes(p->arena, idiom_graph_family(p->graph), t->precision, t->shape, error);
        return s->planes != NULL;
    }
    return allocate_buffers(p, s, error) &&
           (!t->values || idiom_buffer_write(p->graph->device, s->buffers[0], 0, t->values, s->size, error));
}

static gboolean allocate(IdiomProgram *p, GError **error)
{
    for (guint i = 0; i < p->storages->len; i++)
        if (!allocate_storage(p, g_ptr_array_index(p->storages, i), error))
            return FALSE;
    return TRUE;
}

static gboolean zero_states(IdiomProgram *p, GError **error)
{
    IdiomCommands *commands = idiom_commands_new(p->graph->device, 0, error);
    if (!commands)
        return FALSE;
    for (guint i = 0; i < p->graph->tensors->len; i++) {
        IdiomTensor *t = g_ptr_array_index(p->graph->tensors, i);
        Storage *s = t->state && !t->owner ? t->storage : NULL;
        if (s && s->planes)
            idiom_commands_zero_planes(commands, s->planes);
        else if (s)
            idiom_commands_zero_buffer(commands, s->buffers[0]);
    }
    idiom_commands_barrier(commands);
    gboolean ok = idiom_commands_end(commands, error) && idiom_commands_run(commands, error);
    idiom_commands_free(commands);
    return ok;
}

/* For tests (IDIOM_POISON=1): fills every temporary tensor with NaN, so that what a kernel leaves out shows. */
static gboolean record_poison(IdiomProgram *p, GError **error)
{
    g_autoptr(GHashTable) permanent = g_hash_table_new(NULL, NULL);

    p->poison = idiom_commands_new(p->graph->device, 0, error);
    if (!p->poison)
        return FALSE;
    for (guint i = 0; i < p->graph->tensors->len; i++) {
        IdiomTensor *t = g_ptr_array_index(p->graph->tensors, i);
        gboolean written_by_run =
            t->op && !t->constant && !t->alias && !t->shared && !t->kept && t->layout != IDIOM_LAYOUT_BYTES;
        if (t->storage && !written_by_run)
            g_hash_table_add(permanent, t->storage);
    }
    idiom_commands_barrier(p->poison);
    for (guint i = 0; i < p->storages->len; i++) {
        Storage *s = g_ptr_array_index(p->storages, i);
        if (g_hash_table_contains(permanent, s))
            continue;
        if (s->planes)
            idiom_commands_poison_planes(p->poison, s->planes);
        else
            idiom_commands_poison_buffer(p->poison, s->buffers[0]);
    }
    idiom_commands_barrier(p->poison);
    return idiom_commands_end(p->poison, error);
}

static void storage_free(gpointer data)
{
    Storage *s = data;
    if (s->scratch)
        idiom_scratch_give_back(s->scratch);
    g_free(s);
}

/* --- public --------------------------------------------------------------------------------------- */

IdiomProgram *idiom_program_plan(IdiomGraph *graph, IdiomTensor *const *outputs, guint n_outputs,
                                 GError **error)
{
    g_autoptr(IdiomProgram) p = g_new0(IdiomProgram, 1);

    p->graph = graph;
    p->arena = idiom_arena_new(graph->device);
    p->storages = g_ptr_array_new_with_free_func(storage_free);
    p->parts = g_ptr_array_new_with_free_func(idiom_part_free);
    p->needed = g_hash_table_new(NULL, NULL);
    p->refresh = TRUE;
    if (idiom_graph_failed(graph, outputs, n_outputs)) {
        g_propagate_error(error, g_error_copy(graph->error));
        return NULL;
    }
    idiom_program_place(p, outputs, n_outputs);
    return g_steal_pointer(&p);
}

gboolean idiom_program_allocate(IdiomProgram *p, GError **error)
{
    if (!allocate(p, error) || !zero_states(p, error))
        return FALSE;
    if (p->setup_ops->len && !(p->setup = idiom_program_record(p, p->setup_ops, 0, NULL, error)))
        return FALSE;
    return g_strcmp0(g_getenv("IDIOM_POISON"), "1") != 0 || record_poison(p, error);
}

IdiomProgram *idiom_program_new(IdiomGraph *graph, IdiomTensor *const *outputs, guint n_outputs,
                                GError **error)
{
    g_autoptr(IdiomProgram) p = idiom_program_plan(graph, outputs, n_outputs, error);
    return p && idiom_program_allocate(p, error) && idiom_program_prepare(p, NULL, TRUE, error)
               ? g_steal_pointer(&p)
               : NULL;
}

void idiom_program_free(IdiomProgram *p)
{
    if (!p)
        return;
    idiom_commands_free(p->setup);
    idiom_commands_free(p->poison);
    idiom_fence_free(p->fence);
    idiom_arena_free(p->arena);
    g_ptr_array_unref(p->parts);
    g_ptr_array_unref(p->storages);
    g_clear_pointer(&p->setup_ops, g_ptr_array_unref);
    g_hash_table_unref(p->needed);
    idiom_graph_free(p->graph);
    g_free(p);
}

IdiomEnds idiom_tensor_ends(const IdiomTensor *t, guint slot)
{
    const Storage *s = idiom_tensor_storage(t);
    return (IdiomEnds){s->buffers[slot], s->staging[slot] ? s->staging[slot] : s->buffers[slot]};
}

gpointer idiom_program_map_slot(IdiomProgram *p, IdiomTensor *t, guint slot)
{
    const Storage *s = idiom_tensor_storage(t);
    gsize element = t->layout == IDIOM_LAYOUT_BYTES ? 1 : sizeof(float);

    g_return_val_if_fail(s && slot < p->graph->slots && idiom_tensor_root(t)->host, NULL);
    const IdiomBuffer *host = s->staging[slot] ? s->staging[slot] : s->buffers[slot];
    return (guint8 *)host->mapped + (t->alias ? t->offset : 0) * element;
}

gpointer idiom_program_map(IdiomProgram *p, IdiomTensor *t)
{
    return idiom_program_map_slot(p, t, 0);
}

void idiom_program_refresh(IdiomProgram *p)
{
    p->refresh = TRUE;
}

gboolean idiom_program_set_up(IdiomProgram *p, GError **error)
{
    if (p->refresh && p->setup && !idiom_commands_run(p->setup, error))
        return FALSE;
    p->refresh = FALSE;
    return TRUE;
}

gboolean idiom_program_commands(IdiomProgram *p, IdiomTensor *output, gboolean advance, guint slot,
                                IdiomCommands **lists, guint *count, GError **error)
{
    Part *part = idiom_program_part(p, output, advance);
    const gboolean profile = p->profile && slot == 0;
    IdiomCommands **commands = profile ? &part->profiled : &part->commands[slot];
    if (!*commands &&
        !(*commands = idiom_program_record(p, part->ops, slot, profile ? part->times : NULL, error)))
        return FALSE;
    if (p->poison)
        lists[(*count)++] = p->poison;
    if (p->refresh && p->setup)
        lists[(*count)++] = p->setup;
    lists[(*count)++] = *commands;
    p->last = part;
    return TRUE;
}

gboolean idiom_program_prepare(IdiomProgram *p, IdiomTensor *output, gboolean advance, GError **error)
{
    Part *part = idiom_program_part(p, output, advance);
    for (guint i = 0; i < p->graph->slots; i++)
        if (!part->commands[i] && !(part->commands[i] = idiom_program_record(p, part->ops, i, NULL, error)))
            return FALSE;
    return TRUE;
}

gboolean idiom_program_run_only(IdiomProgram *p, IdiomTensor *output, gboolean advance, GError **error)
{
    IdiomCommands *lists[IDIOM_SUBMIT_MAX];
    guint count = 0;
    if (!p->fence && !(p->fence = idiom_fence_new(p->graph->device, error)))
        return FALSE;
    if (!idiom_program_commands(p, output, advance, 0, lists, &count, error) ||
        !idiom_commands_submit(lists, count, p->fence, error) ||
        idiom_fence_wait(p->fence, TRUE, error) != IDIOM_FENCE_DONE)
        return FALSE;
    p->refresh = FALSE;
    return TRUE;
}

gboolean idiom_program_run(IdiomProgram *p, GError **error)
{
    return idiom_program_run_only(p, NULL, TRUE, error);
}

gboolean idiom_program_profile(IdiomProgram *p, gboolean enable, GError **error)
{
    Part *part = p->last;
    if (enable && !part->profiled &&
        !(part->profiled = idiom_program_record(p, part->ops, 0, part->times, error)))
        return FALSE;
    p->profile = enable;
    return TRUE;
}

const IdiomOpTime *idiom_program_times(const IdiomProgram *p, guint *count)
{
    GArray *times = p->last->times;

    *count = 0;
    if (!p->last->profiled)
        return NULL;
    g_autofree double *seconds = g_new0(double, times->len + 1);
    if (idiom_commands_timestamps(p->last->profiled, seconds) != times->len + 1)
        return NULL;
    for (guint i = 0; i < times->len; i++)
        g_array_index(times, IdiomOpTime, i).seconds = seconds[i + 1] - seconds[i];
    *count = times->len;
    return (const IdiomOpTime *)times->data;
}

guint64 idiom_program_memory(const IdiomProgram *p)
{
    guint64 bytes = 0;

    for (guint i = 0; i < p->storages->len; i++)
        bytes += ((const Storage *)g_ptr_array_index(p->storages, i))->size;
    return bytes;
}

double idiom_program_flops(const IdiomProgram *p)
{
    const GPtrArray *ops = ((const Part *)g_ptr_array_index(p->parts, 0))->ops;
    double flops = 0;

    for (guint i = 0; i < ops->len; i++) {
        const IdiomOp *op = g_ptr_array_index(ops, i);
        flops += op->klass->flops ? op->klass->flops(op) : 0;
    }
    return flops;
}
