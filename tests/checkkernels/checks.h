/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is checked: operations, and for each the shapes and arguments it is run with. They come from the files of ops/,
 * each of which adds its own.
 */
#ifndef CHECK_CHECKS_H
#define CHECK_CHECKS_H

#include "reference/reference.h"

typedef enum {
    OPERAND_NONE,   /* an optional input that is absent */
    OPERAND_PLANES, /* activations */
    OPERAND_FULL,   /* planes in fp32 */
    OPERAND_FLAT,   /* flat, written by the host */
    OPERAND_PARAM,  /* flat, a parameter */
    OPERAND_BYTES,  /* written by the host */
} OperandKind;

/* What the values of an input are. None is within 1e-3 of zero unless it is exactly zero. */
typedef enum {
    FILL_SIGNED,   /* -1 .. 1 */
    FILL_POSITIVE, /* 0.1 .. 1.1 */
    FILL_SHIFTED,  /* 4 .. 6: a mean far from zero */
    FILL_LEVELS,   /* -1, -0.5, 0, 0.5, 1: ties */
    FILL_WIDE,     /* -6 .. 6 */
    FILL_FLOW,     /* -6 .. 6, often whole or 0 */
    FILL_FAR,      /* -250 .. 250 */
    FILL_SMALL,    /* 0 .. 0.02 */
    FILL_SHARE,    /* 0 .. 1 */
    FILL_ZERO,
    FILL_BYTES, /* 0 .. 255, whole */
} Fill;

typedef struct {
    OperandKind kind;
    IdiomShape shape;
    gboolean gradient; /* check the gradient for it */
    Fill fill;
} Operand;

typedef struct {
    const char *name;
    const RefRule *rule;
    IdiomTensor *(*build)(IdiomGraph *g, const RefArgs *a, IdiomTensor *const *in);
    const char *in_names[REF_MAX_IN];
    gboolean fp32_only;
    gboolean fp32_result; /* also of fp16 operands, which the reference gets as they are stored */
    /*
     * Errors may be this many times the usual tolerance; 0 means 1. For what subtracts or divides numbers
     * that are much larger than the result.
     */
    double loose;
    /* instead of everything above, for what changes parameters or states in place */
    char *(*check)(IdiomDevice *device, IdiomPrecision precision);
    /* forward, and backward to each of the large inputs; a multiply-add counts as two; NULL: not counted */
    double (*flops)(const RefArgs *a, const Operand *in);
} OpCheck;

typedef struct {
    const OpCheck *op;
    RefArgs args;
    Operand in[REF_MAX_IN];
    guint n_in;
    char *text; /* shapes and arguments, human-readable */
} Case;

/* --- for the files of ops/ ------------------------------------------------------------------------ */

typedef struct {
    GPtrArray *cases,
        *bench; /* Case; the second are what speed is measured with, in sizes that styles and training have */
    const guint32 *seeds; /* of random shapes */
    guint n_seeds;
    const char *file;
    GRand *random;
} Checks;

void add_case(Checks *checks, const OpCheck *op, RefArgs args, const char *arguments, guint n_in,
              const Operand *in);
void add_bench(Checks *checks, const OpCheck *op, RefArgs args, const char *arguments, guint n_in,
               const Operand *in);

/* What a file of ops/ defines, NAME being its own: adds its cases to @checks. */
#define CASES(name_)                                                                                         \
    void cases_##name_(Checks *checks);                                                                      \
    void cases_##name_(Checks *checks)

/* Defines check_ID, an OpCheck that calls @call_ with a graph g, arguments a and tensors in. */
#define OP(id_, name_, rule_, call_, ...)                                                                    \
    static IdiomTensor *build_##id_(IdiomGraph *g, const RefArgs *a, IdiomTensor *const *in)                 \
    {                                                                                                        \
        (void)a;                                                                                             \
        return call_;                                                                                        \
    }                                                                                                        \
    static const OpCheck check_##id_ = {name_, &rule_, build_##id_, __VA_ARGS__};

#define NONE ((Operand){OPERAND_NONE})
#define PLANES(shape_, fill_) ((Operand){OPERAND_PLANES, shape_, TRUE, fill_})
#define FIXED_PLANES(shape_, fill_) ((Operand){OPERAND_PLANES, shape_, FALSE, fill_})
#define FULL_PLANES(shape_, fill_) ((Operand){OPERAND_FULL, shape_, FALSE, fill_})
#define BYTES(shape_) ((Operand){OPERAND_BYTES, shape_, FALSE, FILL_BYTES})
#define FIXED(shape_, fill_) ((Operand){OPERAND_FLAT, shape_, FALSE, fill_})
#define FLAT(shape_, fill_) ((Operand){OPERAND_FLAT, shape_, TRUE, fill_})
#define PARAM(shape_, fill_) ((Operand){OPERAND_PARAM, shape_, TRUE, fill_})
#define OPERANDS(...)                                                                                        \
    G_N_ELEMENTS(((Operand[]){__VA_ARGS__})), (Operand[])                                                    \
    {                                                                                                        \
        __VA_ARGS__                                                                                          \
    }

/* One pixel; odd sizes; every channel tail; sizes off 8 and 32; batches. */
extern const IdiomShape common_shapes[];
extern const guint common_shapes_count;
#define FOR_SHAPES(s) for (const IdiomShape *s = common_shapes; s < common_shapes + common_shapes_count; s++)

/* @count times for each seed; in it, random_...() give what follows from the seed and the file. */
#define FOR_RANDOM(checks, count, i) for (guint i = 0; random_next(checks, count, i); i++)
gboolean random_next(Checks *checks, guint count, guint i);
guint random_uint(Checks *checks, guint least, guint most); /* both included */
/* Up to 3 pictures, and up to so many channels and pixels, on the whole not more than a quick check takes. */
IdiomShape random_shape(Checks *checks, guint channels, guint h, guint w);

/* --- for the others ------------------------------------------------------------------------------- */

typedef struct {
    const char *name;
    void (*add)(Checks *checks);
} CheckFile; /* a file of ops/ */

extern const CheckFile check_files[];
extern const guint check_files_count;

void checks_init(Checks *checks, const guint32 *seeds, guint n_seeds);
void checks_clear(Checks *checks);

#endif
