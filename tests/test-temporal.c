/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Motion and what is made of it: known motion is found, noise is steadied, nothing trails, cuts are cuts. */
#include <idiom/filter.h>
#include <idiom/ops.h>
#include <idiom/temporal.h>

#include <math.h>
#include <string.h>

#define W 640
#define H 360

static IdiomDevice *device;

/* --- a world that can be looked at from anywhere -------------------------------------------------- */

static double lattice(int x, int y, guint seed)
{
    guint32 h = (guint32)x * 0x8da6b343u ^ (guint32)y * 0xd8163841u ^ seed * 0xcb1ab31fu;
    h = (h ^ (h >> 13)) * 0x5bd1e995u;
    return ((h ^ (h >> 15)) & 0xffff) / 65535.0;
}

/* Noise with features of @size pixels. */
static double noise(double x, double y, double size, guint seed)
{
    x /= size;
    y /= size;
    double fx = floor(x), fy = floor(y), tx = x - fx, ty = y - fy;
    int ix = (int)fx, iy = (int)fy;
    tx = tx * tx * (3 - 2 * tx);
    ty = ty * ty * (3 - 2 * ty);
    double a = lattice(ix, iy, seed) * (1 - tx) + lattice(ix + 1, iy, seed) * tx;
    double b = lattice(ix, iy + 1, seed) * (1 - tx) + lattice(ix + 1, iy + 1, seed) * tx;
    return a * (1 - ty) + b * ty;
}

static double texture(double x, double y, guint seed)
{
    return 0.5 * noise(x, y, 41, seed) + 0.3 * noise(x, y, 17, seed + 1) + 0.2 * noise(x, y, 7, seed + 2);
}

/* Pixel (x, y) of a picture shows the world at zoom R(angle) (x, y) + shift, about the middle. */
typedef struct {
    double zoom, angle, x, y;
} View;

static void look(const View *v, double x, double y, double *wx, double *wy)
{
    double c = v->zoom * cos(v->angle), s = v->zoom * sin(v->angle);
    x -= W / 2;
    y -= H / 2;
    *wx = c * x - s * y + v->x;
    *wy = s * x + c * y + v->y;
}

/* And back: where the world's point is seen. */
static void find(const View *v, double wx, double wy, double *x, double *y)
{
    double c = cos(v->angle) / v->zoom, s = sin(v->angle) / v->zoom;
    wx -= v->x;
    wy -= v->y;
    *x = c * wx + s * wy + W / 2;
    *y = -s * wx + c * wy + H / 2;
}

static void draw(float *rgb, const View *view, guint seed, double noise_sigma, double light, GRand *random)
{
    for (guint y = 0; y < H; y++)
        for (guint x = 0; x < W; x++) {
            double wx, wy;
            look(view, x, y, &wx, &wy);
            for (guint c = 0; c < 3; c++) {
                double v = light * texture(wx, wy, seed + 3 * c);
                if (noise_sigma > 0) /* about normal */
                    v += noise_sigma * sqrt(4) *
                         (g_rand_double(random) + g_rand_double(random) + g_rand_double(random) - 1.5);
                rgb[(c * H + y) * W + x] = (float)CLAMP(v, 0, 1);
            }
        }
}

/* --- motion --------------------------------------------------------------------------------------- */

typedef struct {
    IdiomProgram *program;
    float *picture, *linked;
    const float *flow, *follows;
    IdiomShape shape;
    guint cell;
} Eye;

static void eye_init(Eye *eye)
{
    g_autoptr(GError) error = NULL;
    IdiomGraph *g = idiom_graph_new(device, IDIOM_FP32);
    IdiomTensor *picture = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 3, H, W));
    IdiomTensor *linked = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, 1));
    IdiomMotion motion = idiom_motion(g, idiom_to_planes(g, picture), linked);
    IdiomTensor *outputs[] = {idiom_to_flat(g, motion.flow), motion.follows};
    eye->shape = idiom_tensor_shape(outputs[0]);
    eye->cell = motion.cell;
    eye->program = idiom_program_new(g, outputs, 2, &error);
    g_assert_no_error(error);
    eye->picture = idiom_program_map(eye->program, picture);
    eye->linked = idiom_program_map(eye->program, linked);
    eye->flow = idiom_program_map(eye->program, outputs[0]);
    eye->follows = idiom_program_map(eye->program, outputs[1]);
    *eye->linked = 1;
}

static void eye_run(Eye *eye)
{
    g_autoptr(GError) error = NULL;
    g_assert_true(idiom_program_run(eye->program, &error));
    g_assert_no_error(error);
}

static int compare_doubles(gconstpointer a, gconstpointer b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Median error of the flow from @before to @now where @before shows what @now does; mean confidence there. */
static double flow_error(const Eye *eye, const View *before, const View *now, double *confidence)
{
    g_autoptr(GArray) errors = g_array_new(FALSE, FALSE, sizeof(double));
    guint gw = eye->shape.w, gh = eye->shape.h;
    double sum = 0;
    for (guint y = 0; y < gh; y++)
        for (guint x = 0; x < gw; x++) {
            double px = (x + 0.5) * eye->cell - 0.5, py = (y + 0.5) * eye->cell - 0.5, wx, wy, qx, qy;
            look(now, px, py, &wx, &wy);
            find(before, wx, wy, &qx, &qy);
            if (qx < 0 || qy < 0 || qx > W - 1 || qy > H - 1)
                continue;
            const float *f = eye->flow + y * gw + x;
            double error = hypot(px + f[0] - qx, py + f[gw * gh] - qy);
            g_array_append_val(errors, error);
            sum += f[2 * gw * gh];
        }
    g_array_sort(errors, compare_doubles);
    *confidence = sum / errors->len;
    return g_array_index(errors, double, errors->len / 2);
}

static void test_motion(void)
{
    static const struct {
        const char *name;
        View view;
        double noise, light;
    } cases[] = {
        {"rest", {1, 0, 0, 0}, 0, 1},
        {"pan", {1, 0, 7.3, -4.6}, 0, 1},
        {"slow pan", {1, 0, 0.4, 0.3}, 0, 1},
        {"an eighth of the width", {1, 0, 80, 0}, 0, 1},
        {"diagonal", {1, 0, -60, 37.5}, 0, 1},
        {"zoom in", {0.97, 0, 2.5, 1}, 0, 1},
        {"zoom out", {1.04, 0, 0, 0}, 0, 1},
        {"rotation", {1, 0.03, 3, 2}, 0, 1},
        {"noise", {1.01, 0, 12.4, -3.1}, 4 / 255.0, 1},
        {"noise at rest", {1, 0, 0, 0}, 4 / 255.0, 1},
        {"light", {1, 0, 5.2, 3.3}, 0, 0.93},
    };
    Eye eye;
    eye_init(&eye);
    GRand *random = g_rand_new_with_seed(1);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const View before = {1, 0, 0, 0};
        double confidence;
        draw(eye.picture, &before, 1, cases[i].noise, 1, random);
        eye_run(&eye);
        draw(eye.picture, &cases[i].view, 1, cases[i].noise, cases[i].light, random);
        eye_run(&eye);
        double error = flow_error(&eye, &before, &cases[i].view, &confidence);
        g_test_message("%s: median error %.3f pixels, confidence %.2f, follows %g", cases[i].name, error, confidence,
                       *eye.follows);
        g_print("# %s: median error %.3f pixels, confidence %.2f, follows %g\n", cases[i].name, error, confidence,
                       *eye.follows);
    }
    g_rand_free(random);
    idiom_program_free(eye.program);
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;

    g_setenv("IDIOM_POISON", "1", TRUE);
    g_setenv("IDIOM_VALIDATE", "1", TRUE);
    g_test_init(&argc, &argv, NULL);
    device = idiom_device_open(NULL, &error);
    g_assert_no_error(error);
    g_test_add_func("/temporal/motion", test_motion);
    int status = g_test_run();
    g_assert_cmpuint(idiom_device_validation_messages(device), ==, 0);
    idiom_device_unref(device);
    return status;
}
