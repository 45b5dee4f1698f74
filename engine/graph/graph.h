/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Inside of graphs and parameter sets, for the files of this folder. */
#ifndef IDIOM_GRAPH_PRIVATE_H
#define IDIOM_GRAPH_PRIVATE_H

#include <idiom-unstable/program.h>

#include "op.h"
#include "gpu/gpu.h"

struct IdiomGraph {
    IdiomDevice *device;
    IdiomPrecision precision;
    guint slots;      /* of its program: 1 or more */
    gboolean scratch; /* see idiom_graph_use_scratch() */
    GError *error;
    double
        excess; /* of an error: how many times larger than the device's limit a tensor would be; 0: another one */
    GPtrArray *tensors; /* all, in order of creation */
    GPtrArray *ops;     /* in order of execution */
    GPtrArray *params;  /* parameter sets referred to */
    IdiomTiles tiles;   /* what ops compute that can; without a list: all */
    gboolean backward;  /* gradient ops are being added: their results need no gradients */
};

/* The set's array on the device, allocated on first use. */
IdiomBuffer *idiom_params_buffer(IdiomParams *params, GError **error);

/*
 * (transfer full): of all sets of its device that are shared by this @key, which says what is in them, the first one: @p
 * (transfer full), or one that exists already. Its values do not change any more.
 */
IdiomParams *idiom_params_share(IdiomParams *p, const char *key);
gboolean idiom_params_is_shared(const IdiomParams *p);

/* Memory for what is computed of the set in a way that @from describes; the same for all who ask for the same. */
IdiomBuffer *idiom_params_derived(IdiomParams *p, GBytes *from, gsize size, GError **error);

IdiomTensor *idiom_graph_new_tensor(IdiomGraph *g, IdiomLayout layout, IdiomShape shape);

/*
 * For the renderer, whose programs work on the same frame: @t stays as it is after a run (and must be an output), so that
 * a tensor of another graph, made by idiom_graph_borrow(), can be the same memory. That graph's program must have as
 * many slots and be freed first.
 */
void idiom_graph_share(IdiomGraph *g, IdiomTensor *t);
IdiomTensor *idiom_graph_borrow(IdiomGraph *g, const IdiomTensor *t);

/*
 * Programs with several slots: inputs and outputs exist once for each, so that the host can fill one while the device
 * works on another. Runs happen in the order in which they are submitted; everything else exists once.
 */
#define IDIOM_PROGRAM_MAX_SLOTS 8
void idiom_graph_set_slots(IdiomGraph *g, guint slots);

/* What lasts no longer than a run lies in memory that programs of the device have in common. */
void idiom_graph_use_scratch(IdiomGraph *g);

/* As idiom_program_map(), of one slot. */
gpointer idiom_program_map_slot(IdiomProgram *program, IdiomTensor *tensor, guint slot);

/*
 * Where the bytes of an input or output are: the device's buffer, and the host's, which is the same where the device
 * reaches that fast. What moves them between the two is the program's business, or after idiom_graph_carry() the caller's.
 */
typedef struct {
    IdiomBuffer *device, *host;
} IdiomEnds;
void idiom_graph_carry(IdiomTensor *t);
IdiomEnds idiom_tensor_ends(const IdiomTensor *tensor, guint slot);

/* Records a run of idiom_program_commands() for all slots, so that the first one takes no longer than the others. */
gboolean idiom_program_prepare(IdiomProgram *program, IdiomTensor *output, gboolean advance, GError **error);

/* Computes what is constant now, not with the first run. After a failure it is still to be done. */
gboolean idiom_program_set_up(IdiomProgram *program, GError **error);

/*
 * Appends to @lists (room for IDIOM_SUBMIT_MAX, @count so far, at most 3 more) what must be submitted for a run as
 * idiom_program_run_only() does, NULL for all outputs. What is computed once is
 * among it until idiom_program_set_up() has done it.
 */
gboolean idiom_program_commands(IdiomProgram *program, IdiomTensor *output, gboolean advance, guint slot,
                                IdiomCommands **lists, guint *count, GError **error);

#endif
