/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef TEST_ONNX_RUN_MODEL_H
#define TEST_ONNX_RUN_MODEL_H

#include "model.h"

#include <idiom-unstable/network.h>

#define TEST_H 6
#define TEST_W 8

/* The picture that networks are run on: channel @c, row @y, column @x; 0 outside of it. -1 .. 1. */
double picture_at(int c, int y, int x);

/* Writes the bytes to a file and loads it. */
IdiomNetwork *load_bytes(const char *folder, const GByteArray *bytes, GError **error);

/* What the network makes of the picture; its shape is left in @shape. NULL with @error. */
float *run_network(const IdiomNetwork *net, IdiomDevice *device, IdiomShape *shape, GError **error);

/* A model, and what each element of its result must be. */
typedef struct {
    const char *name;
    guint opset;
    const char *model; /* as model_bytes() */
    IdiomShape shape;
    double (*value)(int c, int y, int x);
} ModelCase;

/* A program that tests all of them, as /onnx/@family/NAME: its exit status. */
int run_cases(int argc, char **argv, const char *family, const ModelCase *cases, gsize count);

#endif
