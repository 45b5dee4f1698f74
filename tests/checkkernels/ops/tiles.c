/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which tiles have changed, and operations that compute only those. */
#include "checks.h"
#include "operands.h"
#include "run.h"

#include <idiom-unstable/temporal.h>
#include <math.h>
#include <string.h>

#include "motion/motion.h"
#include "ops/functions.h"

#define TILE_COLUMNS (1u << TILE_SHIFT)

/* Of a grid: whole tiles and parts of some. */
#define W 40
#define H 30
#define ACROSS 3
#define DOWN 3

/* --- the list ------------------------------------------------------------------------------------- */

typedef struct {
    float turn[3], continues, rest[3];
} Say;

static gboolean is_due(guint tile, const float *turn)
{
    const float at = 0.618034F * (float)tile - floorf(0.618034F * (float)tile);
    return turn[2] < turn[1] ? at >= turn[1] || at < turn[2] : at >= turn[1] && at < turn[2];
}

/* Around the tile, by blocks. */
static double most_apart(const Ref *now, const Ref *last, guint tile)
{
    const int x0 = (int)(tile % ACROSS * TILE_COLUMNS), y0 = (int)(tile / ACROSS * TILE_ROWS);
    double most = 0;
    for (guint c = 0; c < 3; c++)
        for (int y = MAX(y0 - 3, 0); y < MIN(y0 + TILE_ROWS + 3, H); y++)
            for (int x = MAX(x0 - 3, 0); x < MIN(x0 + (int)TILE_COLUMNS + 3, W); x++) {
                const gsize i = at(now, 0, c, (guint)y, (guint)x);
                most = fmax(most, fabs(now->v[i] - last->v[i]));
            }
    return most;
}

static gboolean expect(const Ref *now, const Ref *last, guint tile, const Say *say)
{
    return say->turn[0] == 0 || say->continues == 0 || is_due(tile, say->turn) ||
           most_apart(now, last, tile) > 0.012 + 2 * say->rest[2];
}

static guint tile_at(guint x, guint y)
{
    return y / TILE_ROWS * ACROSS + x / TILE_COLUMNS;
}

typedef struct {
    IdiomTensor *now, *last, *turn, *continues, *rest;
    IdiomChanged changed;
} Finder;

static Finder finder_new(IdiomGraph *g)
{
    const IdiomShape s = IDIOM_SHAPE(1, 3, H, W), one = IDIOM_SHAPE(1, 1, 1, 1),
                     three = IDIOM_SHAPE(1, 1, 1, 3);
    Finder f = {.now = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, s),
                .last = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, s),
                .turn = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, three),
                .continues = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, one),
                .rest = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, three)};
    f.changed = idiom_changed(g, (IdiomTensor *[]){idiom_to_planes(g, f.now), idiom_to_planes(g, f.last),
                                                   f.turn, f.continues, f.rest});
    return f;
}

static void finder_say(const Finder *f, IdiomProgram *program, const Ref *now, const Ref *last,
                       const Say *say)
{
    g_autofree float *a = to_floats(now), *b = to_floats(last);
    memcpy(idiom_program_map(program, f->now), a, elements(now) * sizeof *a);
    memcpy(idiom_program_map(program, f->last), b, elements(last) * sizeof *b);
    memcpy(idiom_program_map(program, f->turn), say->turn, sizeof say->turn);
    memcpy(idiom_program_map(program, f->continues), &say->continues, sizeof say->continues);
    memcpy(idiom_program_map(program, f->rest), say->rest, sizeof say->rest);
}

static char *compare_list(const guint32 *list, const gboolean *listed)
{
    guint count = 0;
    for (guint tile = 0; tile < ACROSS * DOWN; tile++) {
        const guint32 entry = tile % ACROSS | tile / ACROSS << 16;
        if (listed[tile] && list[TILE_LIST + count++] != entry)
            return g_strdup_printf("tile %u is not the %u. of the list", tile, count);
    }
    for (guint k = 0; k < TILE_ARGUMENTS; k++)
        if (list[3 * k] != count || list[3 * k + 1] != k + 1 || list[3 * k + 2] != 1)
            return g_strdup_printf("%u, %u, %u workgroups instead of %u, %u, 1", list[3 * k], list[3 * k + 1],
                                   list[3 * k + 2], count, k + 1);
    return NULL;
}

static char *check_list(IdiomDevice *device, IdiomPrecision precision)
{
    static const Say says[] = {{{0, 0, 0}, 1, {0, 1, 0}},        {{1, 0, 0}, 1, {0, 1, 0}},
                               {{1, 0.25F, 0.5F}, 1, {0, 1, 0}}, {{1, 0.75F, 0.125F}, 1, {0, 1, 0.01F}},
                               {{1, 0, 0}, 0, {0, 1, 0}},        {{1, 0, 0}, 1, {0, 1, 0.02F}}};
    g_autoptr(GError) error = NULL;
    GRand *random = g_rand_new_with_seed(5);
    IdiomGraph *g = idiom_graph_new(device, precision);
    Finder f = finder_new(g);
    IdiomTensor *out[] = {f.changed.list, idiom_to_flat(g, f.changed.next)};
    g_autoptr(IdiomProgram) program = idiom_program_new(g, out, 2, &error);
    g_autoptr(Ref) now = random_tensor(IDIOM_SHAPE(1, 3, H, W), FILL_SHARE, precision == IDIOM_FP16, random);
    g_autoptr(Ref) last = ref_new(now->shape), next = ref_new(now->shape);
    char *message = NULL;
    memcpy(last->v, now->v, elements(now) * sizeof *now->v);
    last->v[at(last, 0, 1, 13, 17)] += 0.03125; /* next to the edge of a tile */
    for (guint i = 0; program && !message && i < G_N_ELEMENTS(says); i++) {
        gboolean listed[ACROSS * DOWN];
        for (guint tile = 0; tile < ACROSS * DOWN; tile++)
            listed[tile] = expect(now, last, tile, &says[i]);
        FOR_SHAPE(now->shape, n, c, y, x)
        {
            const gsize k = at(now, n, c, y, x);
            next->v[k] = listed[tile_at(x, y)] ? now->v[k] : last->v[k];
        }
        finder_say(&f, program, now, last, &says[i]);
        if (!idiom_program_run(program, &error))
            break;
        message = compare_list(idiom_program_map(program, out[0]), listed);
        if (!message)
            message = run_compare("next", next, idiom_program_map(program, out[1]), 3, 1e-3);
    }
    g_rand_free(random);
    return error ? g_strdup(error->message) : message;
}

/* --- what computes only some tiles ---------------------------------------------------------------- */

typedef struct {
    const char *name;
    guint scale;    /* of x, in tiles' grids */
    guint enlarged; /* of the result, in x's */
    guint channels, made;
    gboolean statistics; /* it sees all of x at once */
    IdiomTensor *(*build)(IdiomGraph *g, IdiomTensor *x, IdiomTensor *picture, IdiomTensor *weight,
                          IdiomTensor *other);
} Tiled;

static IdiomTensor *build_conv(IdiomGraph *g, IdiomTensor *x, IdiomTensor *picture, IdiomTensor *weight,
                               IdiomTensor *other)
{
    (void)picture;
    return idiom_conv2d(g, x, NULL, weight, other,
                        &(IdiomConvParams){.pad = 1, .mode = IDIOM_PAD_REFLECT, .act = IDIOM_ACT_RELU});
}

static IdiomTensor *build_upsample(IdiomGraph *g, IdiomTensor *x, IdiomTensor *picture, IdiomTensor *weight,
                                   IdiomTensor *other)
{
    return idiom_upsample2_conv2d(g, x, picture, weight, other, IDIOM_ACT_TANH01);
}

static IdiomTensor *build_norm(IdiomGraph *g, IdiomTensor *x, IdiomTensor *picture, IdiomTensor *weight,
                               IdiomTensor *other)
{
    (void)picture;
    return idiom_instance_norm(g, x, weight, other, NULL, x, IDIOM_ACT_RELU, NULL);
}

static const Tiled tiled[] = {
    {"conv2d", 1, 1, 8, 21, FALSE, build_conv},
    {"conv2d twice as large", 2, 1, 36, 5, FALSE, build_conv},
    {"conv2d four times as large", 4, 1, 4, 3, FALSE, build_conv},
    {"upsample2_conv2d", 1, 2, 8, 7, FALSE, build_upsample},
    {"upsample2_conv2d to a picture", 2, 2, 32, 3, FALSE, build_upsample},
    {"instance_norm", 1, 1, 9, 9, TRUE, build_norm},
};

static IdiomTensor *constant(IdiomGraph *g, IdiomShape shape, guint32 seed)
{
    GRand *random = g_rand_new_with_seed(seed);
    g_autoptr(Ref) values = random_tensor(shape, FILL_SIGNED, TRUE, random);
    g_autofree float *floats = to_floats(values);
    g_rand_free(random);
    return idiom_constant(g, shape, floats);
}

static IdiomTensor *build_tiled(IdiomGraph *g, const Tiled *t, IdiomTensor *x)
{
    const IdiomShape s = idiom_tensor_shape(x);
    const gboolean picture = t->made == 3 && t->enlarged == 2;
    IdiomTensor *weight = t->statistics
                              ? constant(g, IDIOM_SHAPE(1, t->channels, 1, 1), 1)
                              : constant(g, IDIOM_SHAPE(t->made, t->channels + 3 * picture, 3, 3), 1);
    IdiomTensor *other = constant(g, IDIOM_SHAPE(1, t->made, 1, 1), 2);
    IdiomTensor *second =
        picture ? idiom_to_planes(g, constant(g, IDIOM_SHAPE(1, 3, 2 * s.h, 2 * s.w), 3)) : NULL;
    return idiom_to_flat(g, t->build(g, x, second, weight, other));
}

static char *check_tiled(IdiomDevice *device, IdiomPrecision precision, const Tiled *t)
{
    static const Say all = {{0, 0, 0}, 1, {0, 1, 0}}, some = {{1, 0.2F, 0.7F}, 1, {0, 1, 0}};
    const IdiomShape shape = IDIOM_SHAPE(1, t->channels, t->scale * H, t->scale * W);
    const guint scale = t->scale * t->enlarged;
    const IdiomShape result = IDIOM_SHAPE(1, t->made, scale * H, scale * W);
    const gboolean lane = idiom_device_info(device)->family == IDIOM_FAMILY_LANE;
    g_autoptr(GError) error = NULL;
    GRand *random = g_rand_new_with_seed(9);
    g_autoptr(Ref) still = ref_new(IDIOM_SHAPE(1, 3, H, W)), expected = ref_new(result),
                   composed = ref_new(shape);
    g_autoptr(Ref) first = random_tensor(shape, FILL_SIGNED, precision == IDIOM_FP16, random);
    g_autoptr(Ref) second = random_tensor(shape, FILL_SIGNED, precision == IDIOM_FP16, random);
    g_rand_free(random);

    IdiomGraph *whole = idiom_graph_new(device, precision), *g = idiom_graph_new(device, precision);
    IdiomTensor *whole_in = idiom_graph_input(whole, IDIOM_LAYOUT_FLAT, shape);
    IdiomTensor *whole_out = build_tiled(whole, t, idiom_to_planes(whole, whole_in));
    IdiomTensor *in = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, shape), *x = idiom_to_planes(g, in);
    Finder f = finder_new(g);
    idiom_graph_set_tiles(g, (IdiomTiles){f.changed.list, W, H});
    IdiomTensor *outs[] = {build_tiled(g, t, x), f.changed.list}, *out = outs[0];
    g_autoptr(IdiomProgram) reference = idiom_program_new(whole, &whole_out, 1, &error);
    g_autoptr(IdiomProgram) program =
        reference ? idiom_program_new(g, outs, G_N_ELEMENTS(outs), &error) : NULL;
    char *message = NULL;
    for (guint run = 0; program && !message && run < 2; run++) {
        FOR_SHAPE(shape, n, c, y, x_)
        {
            const gsize k = at(first, n, c, y, x_);
            const gboolean old = run == 0 || (t->statistics && lane &&
                                              !is_due(tile_at(x_ / t->scale, y / t->scale), some.turn));
            composed->v[k] = old ? first->v[k] : second->v[k];
        }
        g_autofree float *given = to_floats(run ? second : first), *seen = to_floats(composed);
        memcpy(idiom_program_map(program, in), given, elements(first) * sizeof *given);
        memcpy(idiom_program_map(reference, whole_in), seen, elements(first) * sizeof *seen);
        finder_say(&f, program, still, still, run ? &some : &all);
        if (!idiom_program_run(reference, &error) || !idiom_program_run(program, &error))
            break;
        const float *made = idiom_program_map(reference, whole_out);
        FOR_SHAPE(result, n, c, y, x_)
        if (run == 0 || !lane || is_due(tile_at(x_ / scale, y / scale), some.turn))
            expected->v[at(expected, n, c, y, x_)] = made[at(expected, n, c, y, x_)];
        message = run_compare(run ? "some tiles" : "all tiles", expected, idiom_program_map(program, out),
                              t->made, precision == IDIOM_FP16 ? 5e-3 : 2e-5);
    }
    return error ? g_strdup(error->message) : message;
}

#define CHECK(i)                                                                                             \
    static char *check_tiled_##i(IdiomDevice *device, IdiomPrecision precision)                              \
    {                                                                                                        \
        return check_tiled(device, precision, &tiled[i]);                                                    \
    }
CHECK(0)
CHECK(1)
CHECK(2)
CHECK(3)
CHECK(4)
CHECK(5)

CASES(tiles)
{
    static const OpCheck list = {"changed_tiles", .check = check_list};
    static const OpCheck ops[] = {{"tiles", .check = check_tiled_0}, {"tiles", .check = check_tiled_1},
                                  {"tiles", .check = check_tiled_2}, {"tiles", .check = check_tiled_3},
                                  {"tiles", .check = check_tiled_4}, {"tiles", .check = check_tiled_5}};
    add_case(checks, &list, (RefArgs){0}, "list, six runs", 0, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(ops); i++)
        add_case(checks, &ops[i], (RefArgs){0}, tiled[i].name, 0, NULL);
}
