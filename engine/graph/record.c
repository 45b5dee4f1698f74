/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From planned ops to recorded commands: dispatches, copies, and the barriers between them. */
#include "program.h"

struct IdiomRecorder {
    IdiomProgram *program;
    IdiomCommands *commands;
    guint slot;
    guint epoch;
    const char *last_shader;
};

/* Where a flat or bytes tensor begins in its storage, in elements. */
static gsize flat_offset(const IdiomTensor *t)
{
    gsize offset = t->offset;

    for (; t->alias; t = t->alias)
        offset += t->alias->offset;
    return offset;
}

static IdiomBuffer *buffer_of(const IdiomRecorder *r, const IdiomTensor *t)
{
    return idiom_tensor_storage(t)->buffers[r->slot];
}

/* Of the shader: fp16 if any of its planes is. FALSE if it cannot have planes of both kinds. */
static gboolean shader_precision(const IdiomGraph *g, const IdiomDispatch *d, IdiomPrecision *precision,
                                 GError **error)
{
    guint full = 0;
    for (guint i = 0; i < d->n_planes; i++)
        full += d->planes[i]->precision == IDIOM_FP32;
    *precision = d->n_planes > 0 && full == d->n_planes ? IDIOM_FP32 : g->precision;
    if (*precision == IDIOM_FP32 || full == 0 || d->mixed)
        return TRUE;
    g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT,
                "%s takes planes of one precision, not fp16 and fp32", d->shader);
    return FALSE;
}

gboolean idiom_record_dispatch(IdiomRecorder *r, const IdiomDispatch *d, GError **error)
{
    IdiomGraph *g = r->program->graph;
    IdiomPrecision precision;
    if (!shader_precision(g, d, &precision, error))
        return FALSE;
    gboolean lane = idiom_graph_family(g) == IDIOM_FAMILY_LANE;
    g_autofree char *resource =
        g_strdup_printf("%s.%s%s", d->shader, lane ? "lane" : "vec", precision == IDIOM_FP16 ? "16" : "32");
    guint32 spec[3 + IDIOM_MAX_SPEC];
    IdiomGrid grid = {.groups = {1, 1, 1}};
    IdiomPlanes *planes[IDIOM_MAX_PLANES];

    g_assert(d->n_spec <= IDIOM_MAX_SPEC && d->n_planes <= IDIOM_MAX_PLANES &&
             d->push_size <= IDIOM_MAX_PUSH);
    for (guint i = 0; i < 3; i++) {
        spec[i] = MAX(d->local[i], 1);
        grid.groups[i] = MAX(d->groups[i], 1);
    }
    if (d->counts) {
        grid.buffer = buffer_of(r, d->counts);
        grid.offset = (flat_offset(d->counts) + d->counts_at) * sizeof(guint32);
    }
    for (guint i = 0; i < d->n_spec; i++)
        spec[3 + i] = d->spec[i];
    for (guint i = 0; i < d->n_planes; i++)
        planes[i] = idiom_tensor_storage(d->planes[i])->planes;
    IdiomKernel *kernel =
        idiom_kernel_get(g->device, resource, spec, 3 + d->n_spec, d->n_planes, lane, error);
    r->last_shader = d->shader;
    return kernel && idiom_commands_dispatch(r->commands, kernel, planes, d->n_planes, d->push, d->push_size,
                                             &grid, error);
}

void idiom_record_copy(IdiomRecorder *r, const IdiomTensor *from, const IdiomTensor *to)
{
    gsize bytes = idiom_shape_elements(from->shape) * sizeof(float);

    if (from->layout == IDIOM_LAYOUT_PLANES)
        idiom_commands_copy_planes(r->commands, idiom_tensor_storage(from)->planes,
                                   idiom_tensor_storage(to)->planes);
    else
        idiom_commands_copy(r->commands, buffer_of(r, from), flat_offset(from) * sizeof(float),
                            buffer_of(r, to), flat_offset(to) * sizeof(float), bytes);
    r->last_shader = "copy";
}

guint64 idiom_recorder_address(IdiomRecorder *r, const IdiomTensor *t)
{
    gsize element = t->layout == IDIOM_LAYOUT_BYTES ? 1 : sizeof(float);

    return buffer_of(r, t)->address + flat_offset(t) * element;
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
        hazard |= op->in[i] && (idiom_tensor_storage(op->in[i])->written == r->epoch ||
                                (op->in_place && idiom_tensor_storage(op->in[i])->read == r->epoch));
    for (guint i = 0; i < op->n_out; i++)
        hazard |= idiom_tensor_storage(op->out[i])->written == r->epoch ||
                  idiom_tensor_storage(op->out[i])->read == r->epoch;
    if (hazard)
        idiom_recorder_barrier(r);
}

static void note_accesses(IdiomRecorder *r, const IdiomOp *op)
{
    for (guint i = 0; i < op->n_in; i++)
        if (op->in[i]) {
            idiom_tensor_storage(op->in[i])->read = r->epoch;
            if (op->in_place)
                idiom_tensor_storage(op->in[i])->written = r->epoch;
        }
    for (guint i = 0; i < op->n_out; i++)
        idiom_tensor_storage(op->out[i])->written = r->epoch;
}

static double tensor_bytes(const IdiomTensor *t)
{
    double elements = (double)idiom_shape_elements(t->shape);

    switch (t->layout) {
    case IDIOM_LAYOUT_PLANES:
        return elements * (t->precision == IDIOM_FP16 ? 2 : 4);
    case IDIOM_LAYOUT_FLAT:
        return elements * 4;
    default:
        return elements;
    }
}

static void describe(const IdiomOp *op, const char *shader, GArray *times)
{
    IdiomOpTime time = {.op = op->klass->name,
                        .shader = shader,
                        .shape = op->n_out ? op->out[0]->shape : op->in[0]->shape,
                        .flops = op->klass->flops ? op->klass->flops(op) : 0};

    for (guint i = 0; i < op->n_in; i++)
        time.bytes += op->in[i] ? tensor_bytes(op->in[i]) : 0;
    for (guint i = 0; i < op->n_out; i++)
        time.bytes += tensor_bytes(op->out[i]);
    g_array_append_val(times, time);
}

/* Between the host's copy and the device's: what the ops read before (@in), or what they wrote after. */
static void copy_staged(IdiomRecorder *r, const GPtrArray *ops, gboolean in)
{
    g_autoptr(GHashTable) done = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < ops->len; i++) {
        const IdiomOp *op = g_ptr_array_index(ops, i);
        const guint n = in ? op->n_in : op->n_out;
        for (guint k = 0; k < n; k++) {
            const IdiomTensor *t = in ? op->in[k] : op->out[k];
            Storage *s = t ? idiom_tensor_storage(t) : NULL;
            if (!s || !s->staging[r->slot] || idiom_tensor_root(t)->carried || !g_hash_table_add(done, s))
                continue;
            IdiomBuffer *host = s->staging[r->slot], *device = s->buffers[r->slot];
            idiom_commands_copy(r->commands, in ? host : device, 0, in ? device : host, 0, s->size);
        }
    }
    if (in && g_hash_table_size(done))
        idiom_commands_barrier(r->commands);
}

static gboolean record_ops(IdiomRecorder *r, const GPtrArray *ops, GArray *times, GError **error)
{
    for (guint i = 0; i < ops->len; i++) {
        const IdiomOp *op = g_ptr_array_index(ops, i);
        order(r, op);
        if (!op->klass->record(r, op, error)) {
            g_prefix_error(error, "%s: ", op->klass->name);
            return FALSE;
        }
        note_accesses(r, op);
        if (times) {
            idiom_recorder_barrier(r); /* nothing of this op runs beyond its timestamp */
            idiom_commands_timestamp(r->commands);
            describe(op, r->last_shader, times);
        }
    }
    return TRUE;
}

IdiomCommands *idiom_program_record(IdiomProgram *p, GPtrArray *ops, guint slot, GArray *times,
                                    GError **error)
{
    IdiomRecorder r = {.program = p, .slot = slot, .epoch = 1};

    r.commands = idiom_commands_new(p->graph->device, times ? ops->len + 1 : 0, error);
    if (!r.commands)
        return NULL;
    for (guint i = 0; i < p->storages->len; i++) {
        Storage *s = g_ptr_array_index(p->storages, i);
        s->written = s->read = 0;
    }
    /* what ran before this, or the host's staging copies, may have written anything */
    idiom_commands_barrier(r.commands);
    copy_staged(&r, ops, TRUE);
    if (times)
        idiom_commands_timestamp(r.commands);
    gboolean ok = record_ops(&r, ops, times, error);
    if (ok) {
        idiom_commands_barrier(r.commands);
        copy_staged(&r, ops, FALSE);
        idiom_commands_host_barrier(r.commands);
        ok = idiom_commands_end(r.commands, error);
    }
    if (!ok)
        g_clear_pointer(&r.commands, idiom_commands_free);
    return r.commands;
}
