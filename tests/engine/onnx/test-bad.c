/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files that are no networks, or none that can be used: one line with file, node and reason, and nothing worse. */
#include "run-model.h"

#include <glib/gstdio.h>
#include <idiom/error.h>
#include <idiom-unstable/stylefile.h>
#include <math.h>
#include <string.h>

static IdiomDevice *device;
static char *folder;

typedef struct {
    const char *name;
    guint opset;
    const char *model, *message;
} Case;

static const Case cases[] = {
    {"unknown", 11, "Einsum x > y", "node 'y' (Einsum, opset 11): this operator is not supported"},
    {"opset", 6, "Relu x > y", "opset 6, supported are 7 to 21"},
    {"opset-new", 99, "Relu x > y", "opset 99"},
    {"cycle", 11, "Add x b > a; Relu a > b; Relu b > y", "form a cycle"},
    {"missing", 11, "Conv x w > y", "operand 2 is neither made by a node nor an initializer"},
    {"twice", 11, "Relu x > y; Tanh x > y", "makes a value that something else makes as well"},
    {"no-output", 11, "Relu x > z", "no node makes the network's output"},
    {"shapes", 11, "w float 4 5 3 3; Conv x w > y", "do not fit 3 channels"},
    {"operands", 11, "Relu x x > y", "has 2 operands, at most 1"},
    {"operand", 11, "Conv x > y", "operand 2 is missing"},
    {"broadcast", 11, "b float 5 1 1; Add x b > y", "do not fit together"},
    {"rank", 11, "r int 1 -1; Reshape x r > y", "the network's result is no picture"},
    {"huge", 11, "s int 1099511627776; ConstantOfShape s > z; Add x z > y", "more elements than the limit"},
    {"huge-product", 11, "s int 1048576 1048576 1048576; ConstantOfShape s > z; Add x z > y",
     "more elements than the limit"},
    {"huge-tensor", 11, "w float 1048576 1048576; Add x w > y", "more elements than the limit"},
    {"huge-expand", 11, "s int 536870912 1 1 1; Expand x s > e; Relu e > y", "more elements than the limit"},
    {"huge-pad", 11, "p int 0 0 99999999 0 0 0 0 0; Pad x p > y", "more than 65536 pixels of padding"},
    {"huge-resize", 11, "s number 1 1 1e9 1; Resize x - s > y", "to a size of"},
    {"reshape", 11, "r int 1 3 7 7; Reshape x r > y", "do not fit in that shape"},
    {"axis", 11, "Concat x x > y axis=9", "axis 9 of 4 dimensions"},
    {"mode", 11, "s number 1 1 2 2; Resize x - s > y mode='cubic", "mode 'cubic' is not supported"},
    {"reflect", 11, "p int 0 0 50 0 0 0 0 0; Pad x p > y mode='reflect", "too small to be mirrored"},
    {"weights", 11, "Conv x x > y", "weights that depend on the picture"},
    {"stride", 11, "w float 3 3 3 3; Conv x w > y strides=0,0", "strides is 0"},
    {"split", 11, "Split x > y z axis=1 split=2,2", "its parts are larger than the whole"},
    {"constant", 11, "s int 1 3 6 8; ConstantOfShape s > y", "the network's result is no picture"},
    {"zero", 11, "s int 0; z int 5; e int 9; Slice x z e > n; Relu n > y", "empty"},
};

static void expect(const GError *error, const char *message)
{
    g_assert_nonnull(error);
    g_assert_true(error->domain == IDIOM_ERROR);
    if (!strstr(error->message, message))
        g_error("'%s' does not say '%s'", error->message, message);
    g_assert_null(strchr(error->message, '\n'));
    g_assert_nonnull(strstr(error->message, "model.onnx"));
    g_assert_cmpuint(strlen(error->message), <, 2000);
}

static void test_case(gconstpointer data)
{
    const Case *t = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GByteArray) bytes = model_bytes(t->opset, 0, 0, t->model);
    g_autoptr(IdiomNetwork) net = load_bytes(folder, bytes, &error);
    IdiomShape s;
    g_autofree float *made = net ? run_network(net, device, &s, &error) : NULL;
    g_assert_null(made);
    expect(error, t->message);
}

static const char good[] =
    "w float 4 3 3 3; b float 4; v float 3 4 1 1; s scalar 0.5; Conv x w b > c pads=1,1,1,1; "
    "Relu c > r; Mul r s > m; Conv m v > y";

/* Cut off anywhere, and with bytes changed: an error or a network, and no more. */
static void test_broken_bytes(void)
{
    g_autoptr(GByteArray) bytes = model_bytes(11, 0, 0, good);
    g_autoptr(GRand) random = g_rand_new_with_seed(5);
    for (guint length = 0; length < bytes->len; length++) {
        g_autoptr(GError) error = NULL;
        const GByteArray part = {bytes->data, length};
        g_autoptr(IdiomNetwork) net = load_bytes(folder, &part, &error);
        g_assert_true((net != NULL) == (error == NULL));
    }
    for (guint round = 0; round < 3000; round++) {
        g_autoptr(GError) error = NULL;
        g_autofree guint8 *copy = g_memdup2(bytes->data, bytes->len);
        const GByteArray changed = {copy, bytes->len};
        for (gint k = g_rand_int_range(random, 1, 5); k > 0; k--)
            copy[g_rand_int_range(random, 0, (gint)bytes->len)] = (guint8)g_rand_int(random);
        g_autoptr(IdiomNetwork) net = load_bytes(folder, &changed, &error);
        g_assert_true((net != NULL) == (error == NULL));
    }
}

static void append_nested(GByteArray *bytes, const GByteArray *inner, guint8 tag)
{
    guint8 head[6] = {tag};
    guint length = 1;
    for (guint n = inner->len;; n >>= 7) {
        head[length++] = (guint8)(n & 127) | (n > 127 ? 128 : 0);
        if (n <= 127)
            break;
    }
    g_byte_array_append(bytes, head, length);
    g_byte_array_append(bytes, inner->data, inner->len);
}

/* Graphs in attributes of nodes of graphs .., 30000 times. */
static void test_deep(void)
{
    GByteArray *inner = g_byte_array_new();
    for (guint k = 0; k < 30000; k++) {
        static const guint8 tags[] = {0x32, 0x2a,
                                      0x0a}; /* g of an attribute, attribute of a node, node of a graph */
        GByteArray *outer = g_byte_array_new();
        append_nested(outer, inner, k == 29999 ? 0x3a : tags[k % 3]);
        g_byte_array_unref(inner);
        inner = outer;
        if (inner->len > 200000)
            break;
    }
    g_autoptr(GError) error = NULL;
    g_autoptr(IdiomNetwork) net = load_bytes(folder, inner, &error);
    g_assert_null(net);
    g_assert_nonnull(error);
    g_byte_array_unref(inner);
}

/* A name of a megabyte, and a chain of thousands of nodes. */
static void test_long(void)
{
    g_autofree char *name = g_strnfill(1 << 20, 'n');
    g_autofree char *text = g_strdup_printf("Einsum x > %s; Relu %s > y", name, name);
    g_autoptr(GByteArray) bytes = model_bytes(11, 0, 0, text);
    g_autoptr(GError) error = NULL;
    g_autoptr(IdiomNetwork) net = load_bytes(folder, bytes, &error);
    expect(error, "this operator is not supported");

    g_autoptr(GString) chain = g_string_new("Relu x > v0");
    for (guint k = 0; k < 20000; k++)
        g_string_append_printf(chain, "; Neg v%u > v%u", k, k + 1);
    g_string_append(chain, "; Einsum v20000 > y");
    g_autoptr(GByteArray) many = model_bytes(11, 0, 0, chain->str);
    g_autoptr(GError) other = NULL;
    g_assert_null(load_bytes(folder, many, &other));
    expect(other, "Einsum");
}

/* --- sizes and style files -------------------------------------------------------------------------- */

static void test_larger_is_refused(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GByteArray) bytes = model_bytes(9, 0, 0, "Upsample x > y scales=1.0,1.0,2.0,2.0");
    g_autoptr(IdiomNetwork) net = load_bytes(folder, bytes, &error);
    g_assert_no_error(error);
    idiom_network_set_ranges(net, &(IdiomNetworkRanges){{{1, 1, 1}, {0}}, {{1, 1, 1}, {0}}, FALSE});
    g_autoptr(IdiomGraph) g = idiom_graph_new(device, IDIOM_FP32);
    IdiomTensor *x = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 3, 8, 8));
    g_assert_null(idiom_network_build(net, g, x, NULL));
    g_assert_nonnull(strstr(idiom_graph_error(g)->message, "only results of the same size are supported"));
}

static void test_ranges(void)
{
    static const char *const good_ranges[] = {"0..255", "-1..1", "0..1", "-127.5..127.5",
                                              "mean 0.485,0.456,0.406 std 0.229,0.224,0.225"};
    static const char *const bad_ranges[] = {
        "", "x", "1", "1..", "..1", "5..5", "mean 1,2 std 1,2,3", "mean 1,2,3 std 0,1,1"};
    IdiomRange range;
    for (guint i = 0; i < G_N_ELEMENTS(good_ranges); i++) {
        g_assert_true(idiom_range_parse(good_ranges[i], &range, NULL));
        g_autofree char *text = idiom_range_text(&range);
        g_assert_cmpstr(text, ==, good_ranges[i]);
    }
    for (guint i = 0; i < G_N_ELEMENTS(bad_ranges); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(idiom_range_parse(bad_ranges[i], &range, &error));
        g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT);
    }
}

/* A saved network gives the same numbers, and keeps its ranges and story. */
static void test_round_trip(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GByteArray) bytes = model_bytes(11, 0, 0, good);
    g_autoptr(IdiomNetwork) net = load_bytes(folder, bytes, &error);
    g_assert_no_error(error);
    idiom_network_set_ranges(net,
                             &(IdiomNetworkRanges){{{255, 255, 255}, {0}}, {{2, 2, 2}, {-1, -1, -1}}, TRUE});
    g_autofree char *path = g_build_filename(folder, "saved.safetensors", NULL);
    g_autoptr(GHashTable) story = g_hash_table_new(g_str_hash, g_str_equal);
    g_hash_table_insert(story, "licence", "CC0");
    g_assert_true(idiom_network_save(net, path, "mine", story, &error));
    g_autoptr(IdiomStyle) style = idiom_style_load(path, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(idiom_style_names(style)[0], ==, "mine");
    g_assert_cmpstr(g_hash_table_lookup(idiom_style_metadata(style), "licence"), ==, "CC0");
    g_assert_cmpstr(g_hash_table_lookup(idiom_style_metadata(style), "input-range"), ==, "0..255");
    g_assert_cmpstr(g_hash_table_lookup(idiom_style_metadata(style), "channel-order"), ==, "bgr");
    IdiomShape s;
    g_autofree float *before = run_network(net, device, &s, &error);
    g_autofree float *after = run_network(idiom_style_network(style), device, &s, &error);
    g_assert_no_error(error);
    g_assert_cmpmem(before, idiom_shape_elements(s) * sizeof *before, after,
                    idiom_shape_elements(s) * sizeof *after);
    g_unlink(path);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autoptr(GError) error = NULL;
    device = idiom_device_open(NULL, &error);
    g_assert_no_error(error);
    folder = g_dir_make_tmp("idiom-onnx-XXXXXX", NULL);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strdup_printf("/onnx/bad/%s", cases[i].name);
        g_test_add_data_func(path, &cases[i], test_case);
    }
    g_test_add_func("/onnx/broken-bytes", test_broken_bytes);
    g_test_add_func("/onnx/deep", test_deep);
    g_test_add_func("/onnx/long", test_long);
    g_test_add_func("/onnx/larger", test_larger_is_refused);
    g_test_add_func("/onnx/ranges", test_ranges);
    g_test_add_func("/onnx/round-trip", test_round_trip);
    int result = g_test_run();
    g_rmdir(folder);
    g_free(folder);
    idiom_device_unref(device);
    return result;
}
