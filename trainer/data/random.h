/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef RANDOM_H
#define RANDOM_H

#include <glib.h>

/*
 * Random numbers without history: a stream is a function of (seed, a, b) alone, so that the data of step k and the
 * first weights of a layer can be computed at any time, in any order, and again after a resume. The numbers are
 * SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, OOPSLA 2014).
 */
typedef struct {
    guint64 state;
} Random;

static inline guint64 random_mix(guint64 z)
{
    z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static inline guint64 random_next(Random *r)
{
    r->state += G_GUINT64_CONSTANT(0x9e3779b97f4a7c15);
    return random_mix(r->state);
}

/* Who draws: the first coordinate of a stream. */
enum {
    RANDOM_CONTENT,
    RANDOM_MOTION,
    RANDOM_REFERENCE,
    RANDOM_SAMPLES,
    RANDOM_DISCRIMINATOR,
    RANDOM_STYLE,
    RANDOM_CAPTION,
    RANDOM_SEPARATION,
    RANDOM_NOISE,
    RANDOM_PEOPLE,
    RANDOM_PEOPLE_VIEW,
    RANDOM_PEOPLE_LIGHT,
};

/* The stream (a, b) of @seed. */
static inline Random random_stream(guint64 seed, guint64 a, guint64 b)
{
    Random r = {seed};
    r.state = random_next(&r) + a;
    r.state = random_next(&r) + b;
    r.state = random_next(&r);
    return r;
}

/* A whole number from 0 to @n - 1. */
static inline guint random_below(Random *r, guint n)
{
    return (guint)(((random_next(r) >> 32) * n) >> 32);
}

/* A number from 0 to 1, 1 excluded. */
static inline double random_unit(Random *r)
{
    return (double)(random_next(r) >> 11) * 0x1p-53;
}

/* Mean 0, variance 1, nearly normal: the sum of four uniform numbers of 16 bits (Irwin-Hall). */
static inline float random_normal(Random *r)
{
    guint64 u = random_next(r);
    int sum = (int)(u & 0xffff) + (int)(u >> 16 & 0xffff) + (int)(u >> 32 & 0xffff) + (int)(u >> 48);
    return (float)(sum - 2 * 0xffff) * (float)(1.7320508075688772 / 65536);
}

#endif
