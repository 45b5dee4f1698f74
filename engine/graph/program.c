/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From graph to recorded commands: which ops are needed, how long tensors live, where they lie, where barriers go.
 *
 * Memory is reused by handing the storage of a tensor that is no longer read to the next one of the same size.
 */
#include <idiom-unstable/program.h>

#include "graph.h"

#include <string.h>

/* One piece of device memory, held by one tensor after the other. First planned, then allocated. */
typedef struct {
    const IdiomTensor *tensor; /* the first one, whose like all are */
    gsize size;                /* bytes; parameters, which are others' memory, count for nothing */
    IdiomBuffer *buffer;
    IdiomPlanes *planes;
    gboolean free;
    guint written, read; /* barrier epoch of the last write and read */
} Storage;

/* Ops that are run together: all of them, or those that one output needs. */
typedef struct {
    const IdiomTensor *output; /* NULL: all */
    gboolean advance;          /* with what changes states and parameters */
    GPtrArray *ops;            /* IdiomOp */
    IdiomCommands *commands, *profiled;
    GArray *times; /* IdiomOpTime */
} Part;

struct IdiomProgram {
    IdiomGraph *graph;
    IdiomArena *arena;
    GPtrArray *storages;
    GPtrArray *setup_ops;
    GHashTable *needed; /* ops and tensors */
    GPtrArray *parts;   /* Part; the first is all */
    Part *last;         /* that was run */
    IdiomCommands *setup, *poison;
    gboolean refresh, profile;
};

struct IdiomRecorder {
    IdiomProgram *program;
    IdiomCommands *commands;
    guint epoch;
    const char *last_shader;
};

/* --- which ops are needed ------------------------------------------------------------------------- */

static void need_tensor(GHashTable *needed, IdiomTensor *t);

static void need_op(GHashTable *needed, IdiomOp *op)
{
    if (!g_hash_table_add(needed, op))
        return;
    for (guint i = 0; i < op->n_in; i++)
        if (op->in[i])
            need_tensor(needed, op->in[i]);
    for (guint i = 0; i < op->n_out; i++)
        need_tensor(needed, op->out[i]);
}

static void need_tensor(GHashTable *needed, IdiomTensor *t)
{
    if (!g_hash_table_add(needed, t))
        return;
    if (t->op)
        need_op(needed, t->op);
    if (t->alias)
        need_tensor(needed, t->alias);
}

/* Whoever needs an array needs its parts, which other ops write. */
static void need_parts(const IdiomGraph *g, GHashTable *needed)
{
    guint before;
    do {
        before = g_hash_table_size(needed);
        for (guint i = 0; i < g->tensors->len; i++) {
            IdiomTensor *t = g_ptr_array_index(g->tensors, i);
            if (t->alias && t->op && g_hash_table_contains(needed, t->alias))
                need_tensor(needed, t);
        }
    } while (g_hash_table_size(needed) > before);
}

/* Those of @needed that every run executes, or (@constant) only the first. */
static GPtrArray *needed_ops(const IdiomGraph *g, GHashTable *needed, gboolean constant)
{
    GPtrArray *ops = g_ptr_array_new();
    for (guint i = 0; i < g->ops->len; i++) {
        IdiomOp *op = g_ptr_array_index(g->ops, i);
        if (op->constant == constant && g_hash_table_contains(needed, op))
            g_ptr_array_add(ops, op);
    }
    return ops;
}

/* What @outputs need, and with @advance what changes states and parameters. */
static void find_needed(IdiomGraph *graph, GHashTable *needed, IdiomTensor *const *outputs, guint n_outputs,
                        gboolean advance)
{
    for (guint i = 0; i < n_outputs; i++)
        need_tensor(needed, outputs[i]);
    for (guint i = 0; advance && i < graph->ops->len; i++) {
        IdiomOp *op = g_ptr_array_index(graph->ops, i);
        if (op->in_place)
            need_op(needed, op);
    }
    need_parts(graph, needed);
}

static void part_free(gpointer data)
{
    Part *part = data;
    g_ptr_array_unref(part->ops);
    idiom_commands_free(part->commands);
    idiom_commands_free(part->profiled);
    g_array_unref(part->times);
    g_free(part);
}

/* @ops: (transfer full) */
static Part *add_part(IdiomProgram *p, const IdiomTensor *output, gboolean advance, GPtrArray *ops)
{
    Part *part = g_new0(Part, 1);
    part->output = output;
    part->advance = advance;
    part->ops = ops;
    part->times = g_array_new(FALSE, TRUE, sizeof(IdiomOpTime));
    g_ptr_array_add(p->parts, part);
    return part;
}

/* All (NULL), or what @output needs. */
static Part *part_for(IdiomProgram *p, IdiomTensor *output, gboolean advance)
{
    for (guint i = 0; i < p->parts->len; i++) {
        Part *part = g_ptr_array_index(p->parts, i);
        if (part->output == output && part->advance == advance)
            return part;
    }
    g_autoptr(GHashTable) needed = g_hash_table_new(NULL, NULL);
    find_needed(p->graph, needed, &output, 1, advance);
    return add_part(p, output, advance, needed_ops(p->graph, needed, FALSE));
}

/* --- where tensors lie ---------------------------------------------------------------------------- */

static IdiomTensor *root(const IdiomTensor *t)
{
    while (t->alias)
        t = t->alias;
    return (IdiomTensor *)t;
}

static IdiomShape blocks_of(const IdiomTensor *t)
{
    return IDIOM_SHAPE(t->shape.n, idiom_c4(t->shape.c), t->shape.h, t->shape.w);
}

static gsize storage_bytes(const IdiomProgram *p, const IdiomTensor *t)
{
    if (t->params)
        return 0;
    if (t->layout == IDIOM_LAYOUT_PLANES)
        return idiom_shape_elements(blocks_of(t)) * (p->graph->precision == IDIOM_FP16 ? 8 : 16);
    return idiom_shape_elements(t->shape) * (t->layout == IDIOM_LAYOUT_FLAT ? sizeof(float) : 1);
}

static Storage *new_storage(IdiomProgram *p, const IdiomTensor *t)
{
    Storage *s = g_new0(Storage, 1);

    s->tensor = t;
    s->size = storage_bytes(p, t);
    g_ptr_array_add(p->storages, s);
    return s;
}

/* A storage that nobody uses any more and that fits, or a new one. */
static Storage *take_storage(IdiomProgram *p, const IdiomTensor *t)
{
    for (guint i = 0; i < p->storages->len; i++) {
        Storage *s = g_ptr_array_index(p->storages, i);
        gboolean planes = s->tensor->layout == IDIOM_LAYOUT_PLANES;
        gboolean fits = t->layout == IDIOM_LAYOUT_PLANES
                            ? planes && idiom_shape_equal(blocks_of(s->tensor), blocks_of(t))
                            : !planes && s->size == storage_bytes(p, t);
        if (s->free && fits) {
            s->free = FALSE;
            return s;
        }
    }
    return new_storage(p, t);
}

/* Stays for the life of the program: what the host touches, constants, parameters, arrays made of parts. */
static gboolean is_permanent(const IdiomTensor *t)
{
    return t->host || t->constant || t->params || !t->op;
}

static void place_permanent(IdiomProgram *p)
{
    for (guint i = 0; i < p->graph->tensors->len; i++) {
        IdiomTensor *t = g_ptr_array_index(p->graph->tensors, i);
        if (!g_hash_table_contains(p->needed, t) || root(t) != t || !is_permanent(t))
            continue;
        /* parts of one parameter set share its storage: hazards between them must be seen */
        for (guint k = 0; k < i && t->params && !t->storage; k++) {
            IdiomTensor *other = g_ptr_array_index(p->graph->tensors, k);
            if (other->params == t->params)
                t->storage = other->storage;
        }
        if (!t->storage)
            t->storage = new_storage(p, t);
    }
}

/* In order of execution: results take storage, then what is read here for the last time gives its storage back. */
static void place_temporary(IdiomProgram *p, const GPtrArray *ops)
{
    for (guint i = 0; i < ops->len; i++) {
        IdiomOp *op = g_ptr_array_index(ops, i);
        for (guint k = 0; k < op->n_in; k++)
            if (op->in[k])
                root(op->in[k])->last_use = i;
        for (guint k = 0; k < op->n_out; k++)
            root(op->out[k])->last_use = i;
    }
    for (guint i = 0; i < ops->len; i++) {
        IdiomOp *op = g_ptr_array_index(ops, i);
        for (guint k = 0; k < op->n_out; k++) {
            IdiomTensor *t = root(op->out[k]);
            if (!t->storage)
                t->storage = take_storage(p, t);
        }
        for (guint k = 0; k < op->n_in + op->n_out; k++) {
            IdiomTensor *t = k < op->n_in ? op->in[k] : op->out[k - op->n_in];
            t = t ? root(t) : NULL;
            if (t && t->last_use == i && !is_permanent(t))
                ((Storage *)t->storage)->free = TRUE;
        }
    }
}

static gboolean allocate(IdiomProgram *p, GError **error)
{
    for (guint i = 0; i < p->storages->len; i++) {
        Storage *s = g_ptr_array_index(p->storages, i);
        const IdiomTensor *t = s->tensor;
        if (t->params)
            s->buffer = idiom_params_buffer(t->params, error);
        else if (t->layout == IDIOM_LAYOUT_PLANES)
            s->planes = idiom_arena_planes(p->arena, idiom_graph_family(p->graph), p->graph->precision,
                                           t->shape, error);
        else
            s->buffer = idiom_arena_buffer(p->arena, s->size, t->host, error);
        if (!s->buffer && !s->planes)
            return FALSE;
        if (t->values && !idiom_buffer_write(p->graph->device, s->buffer, 0, t->values, s->size, error))
            return FALSE;
    }
    return TRUE;
}

/* --- recording ------------------------------------------------------------------------------------ */

static Storage *storage_of(const IdiomTensor *t)
{
    return root(t)->storage;
}

/* Where a flat or bytes tensor begins in its storage, in elements. */
static gsize flat_offset(const IdiomTensor *t)
{
    gsize offset = t->offset;

    for (; t->alias; t = t->alias)
        offset += t->alias->offset;
    return offset;
}

gboolean idiom_record_dispatch(IdiomRecorder *r, const IdiomDispatch *d, GError **error)
{
    IdiomGraph *g = r->program->graph;
    gboolean lane = idiom_graph_family(g) == IDIOM_FAMILY_LANE;
    g_autofree char *resource = g_strdup_printf("%s.%s%s", d->shader, lane ? "lane" : "vec",
                                                g->precision == IDIOM_FP16 ? "16" : "32");
    guint32 spec[3 + IDIOM_MAX_SPEC];
    guint groups[3];
    IdiomPlanes *planes[IDIOM_MAX_PLANES];

    g_assert(d->n_spec <= IDIOM_MAX_SPEC && d->n_planes <= IDIOM_MAX_PLANES &&
             d->push_size <= IDIOM_MAX_PUSH);
    for (guint i = 0; i < 3; i++) {
        spec[i] = MAX(d->local[i], 1);
        groups[i] = MAX(d->groups[i], 1);
    }
    for (guint i = 0; i < d->n_spec; i++)
        spec[3 + i] = d->spec[i];
    for (guint i = 0; i < d->n_planes; i++)
        planes[i] = storage_of(d->planes[i])->planes;
    IdiomKernel *kernel =
        idiom_kernel_get(g->device, resource, spec, 3 + d->n_spec, d->n_planes, lane, error);
    r->last_shader = d->shader;
    return kernel && idiom_commands_dispatch(r->commands, kernel, planes, d->n_planes, d->push, d->push_size,
                                             groups, error);
}

void idiom_record_copy(IdiomRecorder *r, const IdiomTensor *from, const IdiomTensor *to)
{
    gsize bytes = idiom_shape_elements(from->shape) * sizeof(float);

    if (from->layout == IDIOM_LAYOUT_PLANES)
        idiom_commands_copy_planes(r->commands, storage_of(from)->planes, storage_of(to)->planes);
    else
        idiom_commands_copy(r->commands, storage_of(from)->buffer, flat_offset(from) * sizeof(float),
                            storage_of(to)->buffer, flat_offset(to) * sizeof(float), bytes);
    r->last_shader = "copy";
}

guint64 idiom_recorder_address(IdiomRecorder *r, const IdiomTensor *t)
{
    gsize element = t->layout == IDIOM_LAYOUT_BYTES ? 1 : sizeof(float);

    (void)r;
    return storage_of(t)->buffer->address + flat_offset(t) * element;
}

void idiom_recorder_barrier(IdiomRecorder *r)
{
    idiom_commands_barrier(r->commands);
    r->epoch++;
}

/* A barrier, if the op touches what has been written since the last one, or writes what has been read. */
static void order(IdiomRecorder *r, const IdiomOp *op)
{
    gboolean hazard = FALSE;

    for (guint i = 0; i < op->n_in; i++)
        hazard |= op->in[i] && (storage_of(op->in[i])->written == r->epoch ||
                                (op->in_place && storage_of(op->in[i])->read == r->epoch));
    for (guint i = 0; i < op->n_out; i++)
        hazard |= storage_of(op->out[i])->written == r->epoch || storage_of(op->out[i])->read == r->epoch;
    if (hazard)
        idiom_recorder_barrier(r);
}

static void note_accesses(IdiomRecorder *r, const IdiomOp *op)
{
    for (guint i = 0; i < op->n_in; i++)
        if (op->in[i]) {
            storage_of(op->in[i])->read = r->epoch;
            if (op->in_place)
                storage_of(op->in[i])->written = r->epoch;
        }
    for (guint i = 0; i < op->n_out; i++)
        storage_of(op->out[i])->written = r->epoch;
}

static double tensor_bytes(const IdiomGraph *g, const IdiomTensor *t)
{
    double elements = (double)idiom_shape_elements(t->shape);

    switch (t->layout) {
    case IDIOM_LAYOUT_PLANES:
        return elements * (g->precision == IDIOM_FP16 ? 2 : 4);
    case IDIOM_LAYOUT_FLAT:
        return elements * 4;
    default:
        return elements;
    }
}

static void describe(const IdiomGraph *g, const IdiomOp *op, const char *shader, GArray *times)
{
    IdiomOpTime time = {.op = op->klass->name,
                        .shader = shader,
                        .shape = op->n_out ? op->out[0]->shape : op->in[0]->shape,
                        .flops = op->klass->flops ? op->klass->flops(op) : 0};

    for (guint i = 0; i < op->n_in; i++)
        time.bytes += op->in[i] ? tensor_bytes(g, op->in[i]) : 0;
    for (guint i = 0; i < op->n_out; i++)
        time.bytes += tensor_bytes(g, op->out[i]);
    g_array_append_val(times, time);
}

/* @times: NULL, or where the ops are described between whose timestamps they run */
static IdiomCommands *record(IdiomProgram *p, GPtrArray *ops, GArray *times, GError **error)
{
    IdiomRecorder r = {.program = p, .epoch = 1};

    r.commands = idiom_commands_new(p->graph->device, times ? ops->len + 1 : 0, error);
    if (!r.commands)
        return NULL;
    for (guint i = 0; i < p->storages->len; i++) {
        Storage *s = g_ptr_array_index(p->storages, i);
        s->written = s->read = 0;
    }
    /* the run before this one, or the host's staging copies, may have written anything */
    idiom_commands_barrier(r.commands);
    if (times)
        idiom_commands_timestamp(r.commands);
    for (guint i = 0; i < ops->len; i++) {
        const IdiomOp *op = g_ptr_array_index(ops, i);
        order(&r, op);
        if (!op->klass->record(&r, op, error)) {
            g_prefix_error(error, "%s: ", op->klass->name);
            idiom_commands_free(r.commands);
            return NULL;
        }
        note_accesses(&r, op);
        if (times) {
            idiom_recorder_barrier(&r); /* nothing of this op runs beyond its timestamp */
            idiom_commands_timestamp(r.commands);
            describe(p->graph, op, r.last_shader, times);
        }
    }
    idiom_commands_host_barrier(r.commands);
    if (!idiom_commands_end(r.commands, error))
        g_clear_pointer(&r.commands, idiom_commands_free);
    return r.commands;
}

static gboolean zero_states(IdiomProgram *p, GError **error)
{
    IdiomCommands *commands = idiom_commands_new(p->graph->device, 0, error);
    if (!commands)
        return FALSE;
    for (guint i = 0; i < p->graph->tensors->len; i++) {
        IdiomTensor *t = g_ptr_array_index(p->graph->tensors, i);
        Storage *s = t->state ? t->storage : NULL;
        if (s && s->planes)
            idiom_commands_zero_planes(commands, s->planes);
        else if (s)
            idiom_commands_zero_buffer(commands, s->buffer);
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
        gboolean written_by_run = t->op && !t->constant && !t->alias && t->layout != IDIOM_LAYOUT_BYTES;
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
            idiom_commands_poison_buffer(p->poison, s->buffer);
    }
    idiom_commands_barrier(p->poison);
    return idiom_commands_end(p->poison, error);
}

/* --- public --------------------------------------------------------------------------------------- */

IdiomProgram *idiom_program_plan(IdiomGraph *graph, IdiomTensor *const *outputs, guint n_outputs,
                                 GError **error)
{
    g_autoptr(IdiomProgram) p = g_new0(IdiomProgram, 1);

    p->graph = graph;
    p->arena = idiom_arena_new(graph->device);
    p->storages = g_ptr_array_new_with_free_func(g_free);
    p->parts = g_ptr_array_new_with_free_func(part_free);
    p->needed = g_hash_table_new(NULL, NULL);
    p->refresh = TRUE;
    if (idiom_graph_failed(graph, outputs, n_outputs)) {
        g_propagate_error(error, g_error_copy(graph->error));
        return NULL;
    }
    for (guint i = 0; i < n_outputs; i++) {
        if (outputs[i]->layout != IDIOM_LAYOUT_PLANES)
            root(outputs[i])->host = TRUE;
    }
    find_needed(graph, p->needed, outputs, n_outputs, TRUE);
    p->setup_ops = needed_ops(graph, p->needed, TRUE);
    p->last = add_part(p, NULL, TRUE, needed_ops(graph, p->needed, FALSE));
    place_permanent(p);
    place_temporary(p, p->last->ops);
    return g_steal_pointer(&p);
}

gboolean idiom_program_allocate(IdiomProgram *p, GError **error)
{
    if (!allocate(p, error) || !zero_states(p, error))
        return FALSE;
    if (p->setup_ops->len && !(p->setup = record(p, p->setup_ops, NULL, error)))
        return FALSE;
    if (!(p->last->commands = record(p, p->last->ops, NULL, error)))
        return FALSE;
    return g_strcmp0(g_getenv("IDIOM_POISON"), "1") != 0 || record_poison(p, error);
}

IdiomProgram *idiom_program_new(IdiomGraph *graph, IdiomTensor *const *outputs, guint n_outputs,
                                GError **error)
{
    g_autoptr(IdiomProgram) p = idiom_program_plan(graph, outputs, n_outputs, error);
    return p && idiom_program_allocate(p, error) ? g_steal_pointer(&p) : NULL;
}

void idiom_program_free(IdiomProgram *p)
{
    if (!p)
        return;
    idiom_commands_free(p->setup);
    idiom_commands_free(p->poison);
    idiom_arena_free(p->arena);
    g_ptr_array_unref(p->parts);
    g_ptr_array_unref(p->storages);
    g_clear_pointer(&p->setup_ops, g_ptr_array_unref);
    g_hash_table_unref(p->needed);
    idiom_graph_free(p->graph);
    g_free(p);
}

gpointer idiom_program_map(IdiomProgram *p, IdiomTensor *t)
{
    Storage *s = storage_of(t);
    gsize element = t->layout == IDIOM_LAYOUT_BYTES ? 1 : sizeof(float);

    (void)p;
    g_return_val_if_fail(s && s->buffer && s->buffer->mapped && root(t)->host, NULL);
    return (guint8 *)s->buffer->mapped + (t->alias ? t->offset : 0) * element;
}

void idiom_program_refresh(IdiomProgram *p)
{
    p->refresh = TRUE;
}

static gboolean run_part(IdiomProgram *p, Part *part, GError **error)
{
    IdiomCommands **commands = p->profile ? &part->profiled : &part->commands;
    if (!*commands && !(*commands = record(p, part->ops, p->profile ? part->times : NULL, error)))
        return FALSE;
    if (p->poison && !idiom_commands_run(p->poison, error))
        return FALSE;
    if (p->refresh && p->setup && !idiom_commands_run(p->setup, error))
        return FALSE;
    p->refresh = FALSE;
    p->last = part;
    return idiom_commands_run(*commands, error);
}

gboolean idiom_program_run(IdiomProgram *p, GError **error)
{
    return run_part(p, part_for(p, NULL, TRUE), error);
}

gboolean idiom_program_run_only(IdiomProgram *p, IdiomTensor *output, gboolean advance, GError **error)
{
    return run_part(p, part_for(p, output, advance), error);
}

gboolean idiom_program_profile(IdiomProgram *p, gboolean enable, GError **error)
{
    Part *part = p->last;
    if (enable && !part->profiled && !(part->profiled = record(p, part->ops, part->times, error)))
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
