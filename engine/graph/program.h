/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Inside of programs, for plan.c, record.c and program.c. */
#ifndef IDIOM_GRAPH_PROGRAM_PRIVATE_H
#define IDIOM_GRAPH_PROGRAM_PRIVATE_H

#include <idiom-unstable/program.h>

#include "graph.h"

/* One piece of device memory, held by one tensor after the other. First planned, then allocated. */
typedef struct {
    const IdiomTensor *tensor; /* the first one; all others are of its kind and size */
    gsize size; /* bytes; what belongs to others (parameters, shared tensors) counts for nothing */
    IdiomPlanes *planes;
    /*
     * Flat or bytes: one buffer, or, where the host reads or writes it in place, one for each slot. The host's side is
     * the buffer itself, or a copy of it for each slot where the device reaches host memory slowly.
     */
    IdiomBuffer *buffers[IDIOM_PROGRAM_MAX_SLOTS], *staging[IDIOM_PROGRAM_MAX_SLOTS];
    IdiomScratch *scratch; /* where it lies; NULL: in the program's own memory, or in that of others */
    gboolean free;
    guint written, read; /* barrier epoch of the last write and read */
} Storage;

/* Ops that are run together: all of them, or those that one output needs. */
typedef struct {
    const IdiomTensor *output; /* NULL: all */
    gboolean advance;          /* with what changes states and parameters */
    GPtrArray *ops;            /* IdiomOp */
    IdiomCommands *commands[IDIOM_PROGRAM_MAX_SLOTS], *profiled;
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
    IdiomFence *fence; /* of runs that the program waits for itself */
    gboolean refresh, profile;
};

/* --- plan.c: which ops are needed, how long tensors live, where they lie ----------------------------------------- */

/* Stays for the life of the program: what the host or other programs touch, constants, parameters, arrays made of parts. */
gboolean idiom_tensor_is_permanent(const IdiomTensor *t);

/* Channels in blocks of four. */
IdiomShape idiom_tensor_blocks(const IdiomTensor *t);

/* Marks what @outputs need and gives every tensor a storage; the first part runs all of it. */
void idiom_program_place(IdiomProgram *p, IdiomTensor *const *outputs, guint n_outputs);

/* The part that makes @output (NULL: all of them), made when first asked for. */
Part *idiom_program_part(IdiomProgram *p, const IdiomTensor *output, gboolean advance);
void idiom_part_free(gpointer part);

/* The tensor whose memory @t lies in. */
IdiomTensor *idiom_tensor_root(const IdiomTensor *t);

static inline Storage *idiom_tensor_storage(const IdiomTensor *t)
{
    return idiom_tensor_root(t)->storage;
}

/* --- record.c: commands and the barriers between them ------------------------------------------------------------ */

/* @slot: whose inputs and outputs. @times: NULL, or where the ops are described between whose timestamps they run. */
IdiomCommands *idiom_program_record(IdiomProgram *p, GPtrArray *ops, guint slot, GArray *times,
                                    GError **error);

#endif
