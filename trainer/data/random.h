/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IDIOM_RANDOM_H
#define IDIOM_RANDOM_H

#include <glib.h>

/*
 * Random numbers without history: a stream is a function of (seed, a, b) alone, so that the data of step k and the
 * first weights of a layer can be computed at any time, in any order, and again after a resume. The numbers are
 * SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, OOPSLA 2014).
 */
typedef struct {
    guint64 state;
} IdiomRandom;

static inline guint64 idiom_random_mix(guint64 z)
{
    z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static inline guint64 idiom_random_next(IdiomRandom *r)
{
    r->state += G_GUINT64_CONSTANT(0x9e3779b97f4a7c15);
    return idiom_random_mix(r->state);
}

/* Who draws: the first coordinate of a stream. */
enum {
    IDIOM_RANDOM_CONTENT,
    IDIOM_RANDOM_MOTION,
    IDIOM_RANDOM_REFERENCE,
    IDIOM_RANDOM_SAMPLES,
    IDIOM_RANDOM_DISCRIMINATOR,
    IDIOM_RANDOM_STYLE,
    IDIOM_RANDOM_CAPTION,
    IDIOM_RANDOM_SEPARATION,
};

/* The stream (a, b) of @seed. */
static inline IdiomRandom idiom_random_stream(guint64 seed, guint64 a, guint64 b)
{
    IdiomRandom r = {seed};
    r.state = idiom_random_next(&r) + a;
    r.state = idiom_random_next(&r) + b;
    r.state = idiom_random_next(&r);
    return r;
}

/* A whole number from 0 to @n - 1. */
static inline guint idiom_random_below(IdiomRandom *r, guint n)
{
    return (guint)(((idiom_random_next(r) >> 32) * n) >> 32);
}

/* A number from 0 to 1, 1 excluded. */
static inline double idiom_random_unit(IdiomRandom *r)
{
    return (double)(idiom_random_next(r) >> 11) * 0x1p-53;
}

/* Mean 0, variance 1, nearly normal: the sum of four uniform numbers of 16 bits (Irwin-Hall). */
static inline float idiom_random_normal(IdiomRandom *r)
{
    guint64 u = idiom_random_next(r);
    int sum = (int)(u & 0xffff) + (int)(u >> 16 & 0xffff) + (int)(u >> 32 & 0xffff) + (int)(u >> 48);
    return (float)(sum - 2 * 0xffff) * (float)(1.7320508075688772 / 65536);
}

#endif
