/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is checked: operations, and for each the shapes and arguments it is run with. */
#ifndef CHECK_CASES_H
#define CHECK_CASES_H

#include "reference.h"

typedef enum {
    OPERAND_NONE,   /* an optional input that is absent */
    OPERAND_PLANES, /* activations */
    OPERAND_FLAT,   /* flat, written by the host */
    OPERAND_PARAM,  /* flat, a parameter */
} OperandKind;

/* What the values of an input are. None is within 1e-3 of zero unless it is exactly zero. */
typedef enum {
    FILL_SIGNED,   /* -1 .. 1 */
    FILL_POSITIVE, /* 0.1 .. 1.1 */
    FILL_SHIFTED,  /* 4 .. 6: a mean far from zero */
    FILL_LEVELS,   /* -1, -0.5, 0, 0.5, 1: ties */
    FILL_FLOW,     /* -6 .. 6, often whole or 0 */
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
    /*
     * Errors may be this many times the usual tolerance; 0 means 1. For what subtracts or divides numbers
     * that are much larger than the result.
     */
    double loose;
    char *(*check)(
        IdiomDevice *device); /* instead of everything above, for what changes parameters in place */
} OpCheck;

typedef struct {
    const OpCheck *op;
    RefArgs args;
    Operand in[REF_MAX_IN];
    guint n_in;
    char *text; /* shapes and arguments, human-readable */
} Case;

/* (element-type Case): all cases, in order of operations. */
GPtrArray *cases_new(void);

/* (element-type Case): what the speed is measured with, in sizes that styles and training have. */
GPtrArray *bench_cases_new(void);

/* Forward, and backward to each of the large inputs: floating point operations, a multiply-add counting as
 * two. 0: not counted. */
double case_flops(const Case *c);

#endif
