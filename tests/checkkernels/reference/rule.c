/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reference.h"

#include "activation.h"

Ref *ref_new(IdiomShape shape)
{
    Ref *t = g_new0(Ref, 1);
    t->shape = shape;
    t->v = g_new0(double, idiom_shape_elements(shape));
    return t;
}

void ref_free(Ref *t)
{
    if (!t)
        return;
    g_free(t->v);
    g_free(t->pre);
    g_free(t->open);
    g_free(t);
}

void ref_leave_open(Ref *t, gsize i)
{
    if (!t->open)
        t->open = g_new0(gboolean, elements(t));
    t->open[i] = TRUE;
}

Ref *ref_forward(const RefRule *rule, const RefArgs *a, Ref *const *in)
{
    Ref *out = ref_new(rule->shape(a, in));
    if (rule->forward) {
        rule->forward(a, in, out);
        return out;
    }
    if (rule->linear)
        rule->entries(a, in, &(RefSink){.linear = rule->linear, .in = in, .out = out});
    else
        rule->value(a, in, out);
    if (a->act != IDIOM_ACT_NONE) {
        out->pre = g_memdup2(out->v, elements(out) * sizeof(double));
        for (gsize i = 0; i < elements(out); i++)
            out->v[i] = ref_activate(out->pre[i], a->act);
    }
    return out;
}

void ref_backward(const RefRule *rule, const RefArgs *a, Ref *const *in, const Ref *out,
                  const Ref *out_gradient, Ref *const *in_gradient)
{
    if (rule->backward) {
        rule->backward(a, in, out_gradient, in_gradient);
        return;
    }
    g_autoptr(Ref) gradient = ref_new(out->shape);
    for (gsize i = 0; i < elements(gradient); i++)
        gradient->v[i] = out_gradient->v[i] * (out->pre ? ref_activate_slope(out->pre[i], a->act) : 1.0);
    rule->entries(a, in, &(RefSink){.in = in, .gradient = gradient, .in_gradient = in_gradient});
}

IdiomShape same_shape(const RefArgs *a, Ref *const *in)
{
    (void)a;
    return in[0]->shape;
}

IdiomShape scalar_shape(const RefArgs *a, Ref *const *in)
{
    (void)a;
    (void)in;
    return IDIOM_SHAPE(1, 1, 1, 1);
}

IdiomShape channel_shape(const RefArgs *a, Ref *const *in)
{
    (void)a;
    return IDIOM_SHAPE(in[0]->shape.n, in[0]->shape.c, 1, 1);
}
