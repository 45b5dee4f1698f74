/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which ops a program needs, how long tensors live, and where they lie.
 *
 * Memory is reused by handing the storage of a tensor that is no longer read to the next one of the same size.
 */
#include "program.h"

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

void idiom_part_free(gpointer data)
{
    Part *part = data;
    g_ptr_array_unref(part->ops);
    for (guint i = 0; i < IDIOM_PROGRAM_MAX_SLOTS; i++)
        idiom_commands_free(part->commands[i]);
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

Part *idiom_program_part(IdiomProgram *p, const IdiomTensor *output, gboolean advance)
{
    for (guint i = 0; i < p->parts->len; i++) {
        Part *part = g_ptr_array_index(p->parts, i);
        if (part->output == output && part->advance == advance)
            return part;
    }
    g_autoptr(GHashTable) needed = g_hash_table_new(NULL, NULL);
    find_needed(p->graph, needed, (IdiomTensor *const *)&output, 1, advance);
    return add_part(p, output, advance, needed_ops(p->graph, needed, FALSE));
}

/* --- where tensors lie ---------------------------------------------------------------------------- */

IdiomTensor *idiom_tensor_root(const IdiomTensor *t)
{
    while (t->alias)
        t = t->alias;
    return (IdiomTensor *)t;
}

IdiomShape idiom_tensor_blocks(const IdiomTensor *t)
{
    return IDIOM_SHAPE(t->shape.n, idiom_c4(t->shape.c), t->shape.h, t->shape.w);
}

static gsize storage_bytes(const IdiomTensor *t)
{
    if (t->params || t->owner)
        return 0;
    if (t->layout == IDIOM_LAYOUT_PLANES)
        return idiom_shape_elements(idiom_tensor_blocks(t)) * (t->precision == IDIOM_FP16 ? 8 : 16);
    return idiom_shape_elements(t->shape) * (t->layout == IDIOM_LAYOUT_FLAT ? sizeof(float) : 1);
}

static Storage *new_storage(IdiomProgram *p, const IdiomTensor *t)
{
    Storage *s = g_new0(Storage, 1);

    s->tensor = t;
    s->size = storage_bytes(t);
    g_ptr_array_add(p->storages, s);
    return s;
}

/* A storage that fits and is no longer in use, or a new one. */
static Storage *take_storage(IdiomProgram *p, const IdiomTensor *t)
{
    for (guint i = 0; i < p->storages->len; i++) {
        Storage *s = g_ptr_array_index(p->storages, i);
        gboolean planes = s->tensor->layout == IDIOM_LAYOUT_PLANES;
        gboolean fits = t->layout == IDIOM_LAYOUT_PLANES
                            ? planes && s->tensor->precision == t->precision &&
                                  idiom_shape_equal(idiom_tensor_blocks(s->tensor), idiom_tensor_blocks(t))
                            : !planes && s->size == storage_bytes(t);
        if (s->free && fits) {
            s->free = FALSE;
            return s;
        }
    }
    return new_storage(p, t);
}

gboolean idiom_tensor_is_permanent(const IdiomTensor *t)
{
    return t->host || t->shared || t->constant || t->params || t->kept || !t->op;
}

static void place_permanent(IdiomProgram *p)
{
    for (guint i = 0; i < p->graph->tensors->len; i++) {
        IdiomTensor *t = g_ptr_array_index(p->graph->tensors, i);
        if (!g_hash_table_contains(p->needed, t) || idiom_tensor_root(t) != t ||
            !idiom_tensor_is_permanent(t))
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
                idiom_tensor_root(op->in[k])->last_use = i;
        for (guint k = 0; k < op->n_out; k++)
            idiom_tensor_root(op->out[k])->last_use = i;
    }
    for (guint i = 0; i < ops->len; i++) {
        IdiomOp *op = g_ptr_array_index(ops, i);
        for (guint k = 0; k < op->n_out; k++) {
            IdiomTensor *t = idiom_tensor_root(op->out[k]);
            if (!t->storage)
                t->storage = take_storage(p, t);
        }
        for (guint k = 0; k < op->n_in + op->n_out; k++) {
            IdiomTensor *t = k < op->n_in ? op->in[k] : op->out[k - op->n_in];
            t = t ? idiom_tensor_root(t) : NULL;
            if (t && t->last_use == i && !idiom_tensor_is_permanent(t))
                ((Storage *)t->storage)->free = TRUE;
        }
    }
}

void idiom_program_place(IdiomProgram *p, IdiomTensor *const *outputs, guint n_outputs)
{
    for (guint i = 0; i < n_outputs; i++) {
        if (outputs[i]->layout != IDIOM_LAYOUT_PLANES && !idiom_tensor_root(outputs[i])->shared)
            idiom_tensor_root(outputs[i])->host = TRUE;
    }
    find_needed(p->graph, p->needed, outputs, n_outputs, TRUE);
    p->setup_ops = needed_ops(p->graph, p->needed, TRUE);
    p->last = add_part(p, NULL, TRUE, needed_ops(p->graph, p->needed, FALSE));
    place_permanent(p);
    place_temporary(p, p->last->ops);
}
