/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/colours.h"

#include <math.h>
#include <string.h>

/* Black and white have no finite logit. */
#define LIMIT 0.96
/* Variance that any picture has: noise of a camera or a scan. */
#define NOISE 1e-4

typedef double Matrix[3][3];

static double logit(guint8 value)
{
    return atanh(CLAMP(value / 255.0 * 2 - 1, -LIMIT, LIMIT));
}

IdiomColours idiom_colours_of(const guint8 *pixels, guint w, guint h, gsize stride)
{
    IdiomColours colours = {0};
    double table[256], sums[3][3] = {{0}};
    const double count = (double)w * h;
    for (guint i = 0; i < 256; i++)
        table[i] = logit((guint8)i);
    for (guint y = 0; y < h; y++)
        for (guint x = 0; x < w; x++) {
            const guint8 *p = pixels + y * stride + 3 * x;
            const double z[3] = {table[p[0]], table[p[1]], table[p[2]]};
            for (guint i = 0; i < 3; i++) {
                colours.mean[i] += z[i] / count;
                for (guint j = 0; j < 3; j++)
                    sums[i][j] += z[i] * z[j] / count;
            }
        }
    for (guint i = 0; i < 3; i++)
        for (guint j = 0; j < 3; j++)
            colours.covariance[i][j] = sums[i][j] - colours.mean[i] * colours.mean[j] + (i == j ? NOISE : 0);
    return colours;
}

IdiomColours idiom_colours_blend(const IdiomColours *colours, const double *weights, guint count)
{
    IdiomColours all = {0};
    for (guint k = 0; k < count; k++)
        for (guint i = 0; i < 3; i++)
            all.mean[i] += weights[k] * colours[k].mean[i];
    for (guint k = 0; k < count; k++)
        for (guint i = 0; i < 3; i++)
            for (guint j = 0; j < 3; j++)
                all.covariance[i][j] +=
                    weights[k] * (colours[k].covariance[i][j] +
                                  (colours[k].mean[i] - all.mean[i]) * (colours[k].mean[j] - all.mean[j]));
    return all;
}

static void multiply(const Matrix a, const Matrix b, Matrix out)
{
    Matrix product;
    for (guint i = 0; i < 3; i++)
        for (guint j = 0; j < 3; j++)
            product[i][j] = a[i][0] * b[0][j] + a[i][1] * b[1][j] + a[i][2] * b[2][j];
    memcpy(out, product, sizeof product);
}

/* One rotation of Jacobi's method, after which m[p][q] is 0. */
static void rotate(Matrix m, Matrix vectors, guint p, guint q)
{
    if (fabs(m[p][q]) < 1e-300)
        return;
    const double theta = 0.5 * atan2(2 * m[p][q], m[q][q] - m[p][p]), c = cos(theta), s = sin(theta);
    for (guint k = 0; k < 3; k++) {
        const double kp = m[k][p], kq = m[k][q];
        m[k][p] = c * kp - s * kq;
        m[k][q] = s * kp + c * kq;
    }
    for (guint k = 0; k < 3; k++) {
        const double pk = m[p][k], qk = m[q][k], vp = vectors[k][p], vq = vectors[k][q];
        m[p][k] = c * pk - s * qk;
        m[q][k] = s * pk + c * qk;
        vectors[k][p] = c * vp - s * vq;
        vectors[k][q] = s * vp + c * vq;
    }
}

typedef double (*Function)(double eigenvalue);

/* @f of the symmetric matrix @m: of its eigenvalues. */
static void apply(const Matrix m, Function f, Matrix out)
{
    Matrix values, vectors = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
    memcpy(values, m, sizeof values);
    for (guint sweep = 0; sweep < 24; sweep++) {
        rotate(values, vectors, 0, 1);
        rotate(values, vectors, 0, 2);
        rotate(values, vectors, 1, 2);
    }
    for (guint i = 0; i < 3; i++)
        for (guint j = 0; j < 3; j++) {
            out[i][j] = 0;
            for (guint k = 0; k < 3; k++)
                out[i][j] += vectors[i][k] * f(values[k][k]) * vectors[j][k];
        }
}

static double root(double x)
{
    return sqrt(MAX(x, NOISE * 1e-3));
}

static double inverse_root(double x)
{
    return 1 / root(x);
}

static double limited(double gain)
{
    return CLAMP(gain, IDIOM_COLOURS_MIN_GAIN, IDIOM_COLOURS_MAX_GAIN);
}

IdiomColourMap idiom_colours_map(const IdiomColours *from, const IdiomColours *to)
{
    IdiomColourMap map;
    Matrix half, back, m;
    apply(from->covariance, root, half);
    apply(from->covariance, inverse_root, back);
    multiply(half, to->covariance, m);
    multiply(m, half, m);
    apply(m, root, m);
    multiply(back, m, m);
    multiply(m, back, m);
    apply(m, limited, map.matrix);
    for (guint i = 0; i < 3; i++) {
        map.offset[i] = to->mean[i];
        for (guint j = 0; j < 3; j++)
            map.offset[i] -= map.matrix[i][j] * from->mean[j];
    }
    return map;
}
