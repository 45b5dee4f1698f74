/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IDIOM_PROGRAM_H
#define IDIOM_PROGRAM_H

#include <idiom-unstable/graph.h>

G_BEGIN_DECLS

/**
 * A graph planned, allocated and recorded: memory is reused between tensors whose lifetimes do not meet, every
 * pipeline exists, the commands are recorded once and replayed by each run. Used by one thread at a time.
 */
typedef struct IdiomProgram IdiomProgram;

/**
 * idiom_program_new:
 * @graph: (transfer full): the graph; the program owns it, also on failure
 * @outputs: @n_outputs tensors that the caller wants; flat or bytes ones can be read. Operations that no output needs
 *   are left out, except those that write parameters (optimizers).
 * @error: the graph's own error, IDIOM_ERROR_MEMORY, IDIOM_ERROR_SHAPE, IDIOM_ERROR_VULKAN
 */
IdiomProgram *idiom_program_new(IdiomGraph *graph, IdiomTensor *const *outputs, guint n_outputs,
                                GError **error);

/**
 * idiom_program_plan, idiom_program_allocate: the two halves of idiom_program_new(), for those who want to know what a
 * graph needs, with idiom_program_memory(), before any memory is taken. Between the two nothing else may be done with
 * the program but freeing it, and the same after idiom_program_allocate() has failed.
 */
IdiomProgram *idiom_program_plan(IdiomGraph *graph, IdiomTensor *const *outputs, guint n_outputs,
                                 GError **error);
gboolean idiom_program_allocate(IdiomProgram *program, GError **error);

void idiom_program_free(IdiomProgram *program);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdiomProgram, idiom_program_free)

/**
 * idiom_program_map: host memory of an input or output (flat: float, bytes: uint8_t), valid until the program is
 * freed. Write inputs before, read outputs after idiom_program_run().
 */
gpointer idiom_program_map(IdiomProgram *program, IdiomTensor *tensor);

/** idiom_program_refresh: constants have changed (parameters rewritten): compute what depends on them in the next run. */
void idiom_program_refresh(IdiomProgram *program);

/** idiom_program_run: one run; returns when it is done. @error: IDIOM_ERROR_DEVICE_LOST, IDIOM_ERROR_VULKAN. */
gboolean idiom_program_run(IdiomProgram *program, GError **error);

/**
 * idiom_program_run_only: as idiom_program_run(), but only of what @output, one of the program's outputs, needs.
 * @advance: FALSE: states and parameters stay as they are
 */
gboolean idiom_program_run_only(IdiomProgram *program, IdiomTensor *output, gboolean advance, GError **error);

/** Time and work of one operation. */
typedef struct {
    const char *op;     /**< name of the operation, such as "conv2d" */
    const char *shader; /**< variant that runs */
    IdiomShape shape;   /**< of its first output */
    double seconds;     /**< device time in the last run */
    double flops;       /**< floating point operations (a multiply-add counts as two); 0 if not counted */
    double bytes;       /**< activations and weights read and written once each */
} IdiomOpTime;

/**
 * idiom_program_profile: switches device timestamps around every operation on or off; on costs a little speed.
 * Takes effect with the next run.
 */
gboolean idiom_program_profile(IdiomProgram *program, gboolean enable, GError **error);

/** idiom_program_times: one entry per operation of the last profiled run, in order; @count receives their number. */
const IdiomOpTime *idiom_program_times(const IdiomProgram *program, guint *count);

/**
 * idiom_program_memory: device bytes that the program's tensors take, parameters not counted. What is allocated for them
 * is a little more, since memory comes in blocks.
 */
guint64 idiom_program_memory(const IdiomProgram *program);

/** idiom_program_flops: floating point operations of a run, as in IdiomOpTime; known once the program is planned. */
double idiom_program_flops(const IdiomProgram *program);

/** idiom_device_allocated: bytes of the largest device-local heap that programs and parameters on @device hold. */
guint64 idiom_device_allocated(const IdiomDevice *device);

G_END_DECLS

#endif
