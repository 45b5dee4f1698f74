/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "judge/separate.h"

#include "loss/discriminator.h"
#include "loop/optimizer.h"
#include "data/random.h"

#include <idiom-unstable/ops.h>
#include <string.h>

#define CROP SEPARATION_CROP
#define BATCH 8 /* crops of a kind */
#define TEST_BATCHES 16
#define HELD_BACK 4 /* every so many pictures */

static const AdamOptions adam = {.rate = 1e-3, .beta1 = 0.5, .beta2 = 0.99};

typedef enum { REFERENCES, OUTPUTS } Kind;
typedef enum { LEARN, ASK } Phase;

/* --- crops ---------------------------------------------------------------------------------------- */

/* The part of a picture that a phase may use. */
typedef struct {
    guint x, y, w, h;
} Part;

static gboolean holds_back_pictures(const GPtrArray *pictures)
{
    return pictures->len >= HELD_BACK;
}

static Part part_of(const GPtrArray *pictures, const Picture *picture, Phase phase)
{
    Part part = {0, 0, picture->w, picture->h};
    if (holds_back_pictures(pictures))
        return part;
    gboolean wide = picture->w >= picture->h;
    guint *start = wide ? &part.x : &part.y, *size = wide ? &part.w : &part.h;
    guint learned = *size - *size / 3;
    if (phase == ASK) {
        *start = learned;
        *size -= learned;
    } else {
        *size = learned;
    }
    return part;
}

static gboolean check(const GPtrArray *pictures, const char *what, GError **error)
{
    if (!pictures->len) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "there is no picture among the %s", what);
        return FALSE;
    }
    for (guint i = 0; i < pictures->len; i++) {
        const Picture *p = pictures->pdata[i];
        Part part = part_of(pictures, p, ASK); /* the smaller one */
        if (part.w >= CROP && part.h >= CROP)
            continue;
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT,
                    "picture %u of the %s is %ux%u: at least %ux%u is needed", i + 1, what, p->w, p->h,
                    holds_back_pictures(pictures) ? CROP : 3 * CROP, CROP);
        return FALSE;
    }
    return TRUE;
}

static const Picture *draw_picture(const GPtrArray *pictures, Phase phase, Random *r)
{
    if (!holds_back_pictures(pictures))
        return pictures->pdata[random_below(r, pictures->len)];
    guint held_back = pictures->len / HELD_BACK;
    if (phase == ASK)
        return pictures->pdata[HELD_BACK * random_below(r, held_back) + HELD_BACK - 1];
    guint i = random_below(r, pictures->len - held_back);
    return pictures->pdata[i + i / (HELD_BACK - 1)];
}

/* @values: [BATCH,3,CROP,CROP] */
static void draw_crops(const GPtrArray *pictures, Phase phase, Random *r, float *values)
{
    for (guint i = 0; i < BATCH; i++) {
        const Picture *picture = draw_picture(pictures, phase, r);
        Part part = part_of(pictures, picture, phase);
        guint x = part.x + random_below(r, part.w - CROP + 1);
        guint y = part.y + random_below(r, part.h - CROP + 1);
        g_autoptr(Picture) crop = picture_crop(picture, x, y, CROP, CROP);
        picture_to_floats(crop, values + (gsize)i * 3 * CROP * CROP);
    }
}

/* --- the discriminator ---------------------------------------------------------------------------- */

typedef struct {
    IdiomParams *params, *spectral;
    Optimizer optimizer;
    IdiomProgram *lesson, *question;
    float *lesson_pictures[2], *pictures; /* inputs; of a lesson by Kind */
    const float *gradient, *logits;
    guint patches; /* logits of a crop */
} Judge;

static void judge_clear(Judge *j)
{
    idiom_program_free(j->lesson);
    idiom_program_free(j->question);
    optimizer_clear(&j->optimizer);
    idiom_params_unref(j->params);
    idiom_params_unref(j->spectral);
}

static IdiomTensor *build(const Judge *j, IdiomGraph *g, IdiomTensor *pictures, gboolean trainable)
{
    return discriminator_build(g, j->params, j->spectral, idiom_to_planes(g, pictures), NULL, NULL, trainable,
                               NULL);
}

static gboolean build_lesson(Judge *j, IdiomDevice *device, GError **error)
{
    IdiomGraph *g = idiom_graph_new(device, IDIOM_FP32);
    IdiomTensor *pictures[2], *losses[2];
    for (Kind kind = REFERENCES; kind <= OUTPUTS; kind++) {
        pictures[kind] = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(BATCH, 3, CROP, CROP));
        IdiomTensor *logits = build(j, g, pictures[kind], TRUE);
        losses[kind] = kind == REFERENCES ? discriminator_loss_real(g, GAN_BCE, logits)
                                          : discriminator_loss_fake(g, GAN_BCE, logits);
    }
    IdiomTensor *gradient = idiom_graph_differentiate(g, losses, (const double[]){1, 1}, 2, j->params);
    if (!(j->lesson = idiom_program_new(g, &gradient, 1, error)))
        return FALSE;
    for (Kind kind = REFERENCES; kind <= OUTPUTS; kind++)
        j->lesson_pictures[kind] = idiom_program_map(j->lesson, pictures[kind]);
    j->gradient = idiom_program_map(j->lesson, gradient);
    return TRUE;
}

static gboolean build_question(Judge *j, IdiomDevice *device, GError **error)
{
    IdiomGraph *g = idiom_graph_new(device, IDIOM_FP32);
    IdiomTensor *pictures = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(BATCH, 3, CROP, CROP));
    IdiomTensor *logits = idiom_to_flat(g, build(j, g, pictures, FALSE));
    if (!(j->question = idiom_program_new(g, &logits, 1, error)))
        return FALSE;
    j->pictures = idiom_program_map(j->question, pictures);
    j->logits = idiom_program_map(j->question, logits);
    j->patches = (guint)(idiom_shape_elements(idiom_tensor_shape(logits)) / BATCH);
    return TRUE;
}

static gboolean judge_init(Judge *j, IdiomDevice *device, guint64 seed, GError **error)
{
    *j = (Judge){.params = idiom_params_new(device), .spectral = idiom_params_new(device)};
    discriminator_declare(j->params, j->spectral, 1, FALSE, seed);
    return optimizer_init(&j->optimizer, device, j->params, &adam, NULL, 0, error) &&
           build_lesson(j, device, error) && build_question(j, device, error);
}

static gboolean learn(Judge *j, const GPtrArray *const pictures[2], guint64 seed, guint step, GError **error)
{
    Random r = random_stream(seed, RANDOM_SEPARATION, step);
    for (Kind kind = REFERENCES; kind <= OUTPUTS; kind++)
        draw_crops(pictures[kind], LEARN, &r, j->lesson_pictures[kind]);
    return idiom_program_run(j->lesson, error) &&
           optimizer_step(&j->optimizer, j->gradient, adam.rate, error);
}

/* Correct answers. */
typedef struct {
    double patches, crops; /* shares */
} Score;

/* A logit of zero is a guess, right half of the time. */
static double right(double logit, Kind kind)
{
    if (logit == 0)
        return 0.5;
    return (logit > 0) == (kind == REFERENCES);
}

/* The question's constants are computed in its first run: after all lessons. */
static gboolean ask(Judge *j, const GPtrArray *pictures, Kind kind, Phase phase, Random *r, Score *score,
                    GError **error)
{
    double patches = 0, crops = 0;
    for (guint batch = 0; batch < TEST_BATCHES; batch++) {
        draw_crops(pictures, phase, r, j->pictures);
        if (!idiom_program_run(j->question, error))
            return FALSE;
        for (guint i = 0; i < BATCH; i++) {
            double sum = 0;
            for (guint k = 0; k < j->patches; k++) {
                double logit = j->logits[i * j->patches + k];
                sum += logit;
                patches += right(logit, kind);
            }
            crops += right(sum, kind);
        }
    }
    *score = (Score){patches / (TEST_BATCHES * BATCH * j->patches), crops / (TEST_BATCHES * BATCH)};
    return TRUE;
}

gboolean separation_run(IdiomDevice *device, const GPtrArray *references, const GPtrArray *outputs,
                        guint steps, guint64 seed, Separation *result, GError **error)
{
    const GPtrArray *const pictures[2] = {[REFERENCES] = references, [OUTPUTS] = outputs};
    if (!check(references, "references", error) || !check(outputs, "outputs", error))
        return FALSE;
    Judge j;
    Score scores[2][2];
    gboolean ok = judge_init(&j, device, seed, error);
    for (guint step = 0; ok && step < steps; step++)
        ok = learn(&j, pictures, seed, step, error);
    Random r = random_stream(seed, RANDOM_SEPARATION, G_MAXUINT64);
    for (Phase phase = LEARN; phase <= ASK; phase++)
        for (Kind kind = REFERENCES; kind <= OUTPUTS; kind++)
            ok = ok && ask(&j, pictures[kind], kind, phase, &r, &scores[phase][kind], error);
    judge_clear(&j);
    if (!ok)
        return FALSE;
    const Score *asked = scores[ASK], *seen = scores[LEARN];
    *result = (Separation){
        .patches = (asked[REFERENCES].patches + asked[OUTPUTS].patches) / 2,
        .crops = (asked[REFERENCES].crops + asked[OUTPUTS].crops) / 2,
        .references = asked[REFERENCES].crops,
        .outputs = asked[OUTPUTS].crops,
        .seen = (seen[REFERENCES].crops + seen[OUTPUTS].crops) / 2,
    };
    return TRUE;
}
