/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tflite-reference.h"

#include "tflite_generated.h"

#include <cmath>
#include <cstring>
#include <vector>

extern "C" {
#include "model/half.h"
}

using namespace tflite;
typedef std::vector<double> Numbers;

namespace {

struct Machine {
    const Model *model;
    const SubGraph *graph;
    std::vector<Numbers> v; /* of each tensor, in the file's order */

    const Tensor *t(int i) const
    {
        return graph->tensors()->Get(flatbuffers::uoffset_t(i));
    }
    int dim(int i, int d) const /* n h w c */
    {
        const int rank = int(t(i)->shape()->size());
        return d < 4 - rank ? 1 : t(i)->shape()->Get(flatbuffers::uoffset_t(d + rank - 4));
    }
    size_t count(int i) const
    {
        return size_t(dim(i, 0)) * size_t(dim(i, 1)) * size_t(dim(i, 2)) * size_t(dim(i, 3));
    }
    double &at(int i, int y, int x, int c)
    {
        return v[size_t(i)][(size_t(y) * size_t(dim(i, 2)) + size_t(x)) * size_t(dim(i, 3)) + size_t(c)];
    }
};

double act(double x, Activation a)
{
    return a == Activation_RELU ? std::fmax(x, 0) : a == Activation_RELU6 ? std::fmin(std::fmax(x, 0), 6) : x;
}

void load_constants(Machine &m)
{
    for (int i = 0; i < int(m.graph->tensors()->size()); i++) {
        const auto *data = m.model->buffers()->Get(m.t(i)->buffer())->data();
        if (!data || !data->size())
            continue;
        for (size_t k = 0; k < m.count(i); k++) {
            guint16 h;
            float f;
            gint32 n;
            if (m.t(i)->type() == TensorType_FLOAT16) {
                memcpy(&h, data->data() + 2 * k, 2);
                f = idiom_half_to_float(h);
            } else if (m.t(i)->type() == TensorType_INT32) {
                memcpy(&n, data->data() + 4 * k, 4);
                f = float(n);
            } else {
                memcpy(&f, data->data() + 4 * k, 4);
            }
            m.v[size_t(i)].push_back(f);
        }
    }
}

int before(int in, int out, int k, int stride, bool same)
{
    return same ? std::max((out - 1) * stride + k - in, 0) / 2 : 0;
}

void conv(Machine &m, const Operator *op, int out, bool depthwise)
{
    const int x = op->inputs()->Get(0), w = op->inputs()->Get(1);
    const auto *c = op->builtin_options_as_Conv2DOptions();
    const auto *d = op->builtin_options_as_DepthwiseConv2DOptions();
    const int sy = depthwise ? d->stride_h() : c->stride_h(), sx = depthwise ? d->stride_w() : c->stride_w();
    const bool same = (depthwise ? d->padding() : c->padding()) == Padding_SAME;
    const int kh = m.dim(w, 1), kw = m.dim(w, 2), top = before(m.dim(x, 1), m.dim(out, 1), kh, sy, same),
              left = before(m.dim(x, 2), m.dim(out, 2), kw, sx, same);
    for (int oy = 0; oy < m.dim(out, 1); oy++)
        for (int ox = 0; ox < m.dim(out, 2); ox++)
            for (int o = 0; o < m.dim(out, 3); o++) {
                double sum = op->inputs()->size() > 2 ? m.v[size_t(op->inputs()->Get(2))][size_t(o)] : 0;
                for (int ky = 0; ky < kh; ky++)
                    for (int kx = 0; kx < kw; kx++) {
                        const int y = oy * sy + ky - top, xx = ox * sx + kx - left;
                        if (y < 0 || xx < 0 || y >= m.dim(x, 1) || xx >= m.dim(x, 2))
                            continue;
                        if (depthwise)
                            sum += m.at(x, y, xx, o * m.dim(x, 3) / m.dim(out, 3)) * m.at(w, ky, kx, o);
                        else
                            for (int i = 0; i < m.dim(x, 3); i++)
                                sum += m.at(x, y, xx, i) *
                                       m.v[size_t(w)][((size_t(o) * size_t(kh) + size_t(ky)) * size_t(kw) + size_t(kx)) *
                                                          size_t(m.dim(w, 3)) +
                                                      size_t(i)];
                    }
                m.at(out, oy, ox, o) = act(sum, depthwise ? d->activation() : c->activation());
            }
}

void transposed(Machine &m, const Operator *op, int out)
{
    const int x = op->inputs()->Get(0), w = op->inputs()->Get(1), kh = m.dim(w, 1), kw = m.dim(w, 2);
    for (int y = 0; y < m.dim(out, 1); y++)
        for (int xx = 0; xx < m.dim(out, 2); xx++)
            for (int o = 0; o < m.dim(out, 3); o++) {
                double sum = m.v[size_t(op->inputs()->Get(2))][size_t(o)];
                for (int i = 0; i < m.dim(x, 3); i++)
                    sum += m.at(x, y / kh, xx / kw, i) *
                           m.v[size_t(w)][((size_t(o) * size_t(kh) + size_t(y % kh)) * size_t(kw) + size_t(xx % kw)) *
                                              size_t(m.dim(w, 3)) +
                                          size_t(i)];
                m.at(out, y, xx, o) = sum;
            }
}

void resize(Machine &m, const Operator *op, int out)
{
    const int x = op->inputs()->Get(0), h = m.dim(x, 1), w = m.dim(x, 2);
    for (int y = 0; y < m.dim(out, 1); y++)
        for (int xx = 0; xx < m.dim(out, 2); xx++)
            for (int c = 0; c < m.dim(out, 3); c++) {
                const double py = std::fmin(std::fmax((y + 0.5) * h / m.dim(out, 1) - 0.5, 0), h - 1);
                const double px = std::fmin(std::fmax((xx + 0.5) * w / m.dim(out, 2) - 0.5, 0), w - 1);
                const int a = int(py), b = int(px), a2 = std::min(a + 1, h - 1), b2 = std::min(b + 1, w - 1);
                const double ty = py - a, tx = px - b;
                m.at(out, y, xx, c) = (1 - ty) * ((1 - tx) * m.at(x, a, b, c) + tx * m.at(x, a, b2, c)) +
                                      ty * ((1 - tx) * m.at(x, a2, b, c) + tx * m.at(x, a2, b2, c));
            }
}

/* Windows that do not reach beyond the edge. */
void average(Machine &m, const Operator *op, int out)
{
    const auto *o = op->builtin_options_as_Pool2DOptions();
    const int x = op->inputs()->Get(0);
    for (int y = 0; y < m.dim(out, 1); y++)
        for (int xx = 0; xx < m.dim(out, 2); xx++)
            for (int c = 0; c < m.dim(out, 3); c++) {
                double sum = 0;
                for (int ky = 0; ky < o->height(); ky++)
                    for (int kx = 0; kx < o->width(); kx++)
                        sum += m.at(x, y * o->stride_h() + ky, xx * o->stride_w() + kx, c);
                m.at(out, y, xx, c) = sum / (o->height() * o->width());
            }
}

double unary(int code, double x)
{
    if (code == BuiltinOperator_RELU)
        return std::fmax(x, 0);
    if (code == BuiltinOperator_LOGISTIC)
        return 1 / (1 + std::exp(-x));
    if (code == BuiltinOperator_HARD_SWISH)
        return x * std::fmin(std::fmax(x + 3, 0), 6) / 6;
    return x;
}

void run(Machine &m, const Operator *op)
{
    const auto *entry = m.model->operator_codes()->Get(op->opcode_index());
    const int code = std::max(int(entry->builtin_code()), int(entry->old_builtin_code()));
    const int out = op->outputs()->Get(0), x = op->inputs()->Get(0);
    m.v[size_t(out)].resize(m.count(out));
    if (code == BuiltinOperator_CONV_2D || code == BuiltinOperator_DEPTHWISE_CONV_2D)
        conv(m, op, out, code == BuiltinOperator_DEPTHWISE_CONV_2D);
    else if (code == BuiltinOperator_CUSTOM)
        transposed(m, op, out);
    else if (code == BuiltinOperator_RESIZE_BILINEAR)
        resize(m, op, out);
    else if (code == BuiltinOperator_AVERAGE_POOL_2D)
        average(m, op, out);
    else if (code == BuiltinOperator_MEAN)
        for (int c = 0; c < m.dim(x, 3); c++) {
            double sum = 0;
            for (int y = 0; y < m.dim(x, 1); y++)
                for (int xx = 0; xx < m.dim(x, 2); xx++)
                    sum += m.at(x, y, xx, c);
            m.at(out, 0, 0, c) = sum / (m.dim(x, 1) * m.dim(x, 2));
        }
    else if (code == BuiltinOperator_ADD || code == BuiltinOperator_MUL)
        for (size_t k = 0; k < m.count(out); k++) {
            const int b = op->inputs()->Get(1);
            const double other = m.v[size_t(b)][m.count(b) == m.count(out) ? k : k % m.count(b)];
            m.v[size_t(out)][k] = code == BuiltinOperator_ADD ? m.v[size_t(x)][k] + other : m.v[size_t(x)][k] * other;
        }
    else
        for (size_t k = 0; k < m.count(out); k++)
            m.v[size_t(out)][k] = unary(code, m.v[size_t(x)][k]);
}

} // namespace

double *tflite_reference(const char *content, const float *picture)
{
    Machine m = {};
    m.model = GetModel(content);
    m.graph = m.model->subgraphs()->Get(0);
    m.v.resize(m.graph->tensors()->size());
    load_constants(m);
    const int in = m.graph->inputs()->Get(0), out = m.graph->outputs()->Get(0);
    m.v[size_t(in)].assign(picture, picture + m.count(in));
    for (const Operator *op : *m.graph->operators())
        run(m, op);
    double *result = g_new(double, m.count(out));
    memcpy(result, m.v[size_t(out)].data(), m.count(out) * sizeof *result);
    return result;
}
