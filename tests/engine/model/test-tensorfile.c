/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <idiom-unstable/tensorfile.h>

#include <glib/gstdio.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

typedef struct {
    char *folder, *path;
} Fixture;

static void set_up(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    f->folder = g_dir_make_tmp("idiom-tensorfile-XXXXXX", &error);
    g_assert_no_error(error);
    f->path = g_build_filename(f->folder, "t.safetensors", NULL);
}

static guint folder_entries(const char *folder)
{
    guint count = 0;
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    while (g_dir_read_name(dir))
        count++;
    return count;
}

static void tear_down(Fixture *f, gconstpointer data)
{
    (void)data;
    g_unlink(f->path);
    g_assert_cmpint(g_rmdir(f->folder), ==, 0); /* no temporary file is left */
    g_free(f->folder);
    g_free(f->path);
}

/* Header text and data bytes to a file. */
static void put(Fixture *f, const char *header, gconstpointer data, gsize size)
{
    guint64 length = strlen(header);
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    g_byte_array_append(bytes, (const guint8 *)&length, sizeof length);
    g_byte_array_append(bytes, (const guint8 *)header, (guint)length);
    g_byte_array_append(bytes, data, (guint)size);
    g_assert_true(g_file_set_contents(f->path, (const char *)bytes->data, bytes->len, NULL));
}

static void write_sample(const char *path)
{
    static const float a[6] = {1, -2, 3.5f, 0, 1e-30f, 1e30f}, b[1] = {7};
    const IdiomTensorData tensors[] = {{"a.weight", 2, {2, 3}, a}, {"scalar", 0, {0}, b}};
    g_autoptr(GHashTable) metadata = g_hash_table_new(g_str_hash, g_str_equal);
    g_hash_table_insert(metadata, "format", "test");
    g_hash_table_insert(metadata, "command", "train --style \"a\\b\"\n\xc3\xa9");
    g_autoptr(GError) error = NULL;
    g_assert_true(idiom_tensor_file_write(path, tensors, G_N_ELEMENTS(tensors), metadata, &error));
    g_assert_no_error(error);
}

static void test_round_trip(Fixture *f, gconstpointer data)
{
    (void)data;
    write_sample(f->path);
    g_autofree char *first = NULL, *second = NULL;
    gsize first_size, second_size;
    g_assert_true(g_file_get_contents(f->path, &first, &first_size, NULL));
    write_sample(f->path);
    g_assert_true(g_file_get_contents(f->path, &second, &second_size, NULL));
    g_assert_cmpmem(first, first_size, second, second_size);
    g_assert_cmpuint(folder_entries(f->folder), ==, 1);

    g_autoptr(GError) error = NULL;
    g_autoptr(IdiomTensorFile) file = idiom_tensor_file_open(f->path, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(idiom_tensor_file_count(file), ==, 2);
    g_assert_cmpstr(g_hash_table_lookup(idiom_tensor_file_metadata(file), "format"), ==, "test");
    g_assert_cmpstr(g_hash_table_lookup(idiom_tensor_file_metadata(file), "command"), ==,
                    "train --style \"a\\b\"\n\xc3\xa9");
    g_autofree float *a = idiom_tensor_file_read(file, "a.weight", (guint64[]){2, 3}, 2, &error);
    g_assert_no_error(error);
    g_assert_cmpfloat(a[2], ==, 3.5f);
    g_assert_cmpfloat(a[5], ==, 1e30f);
    g_autofree float *scalar = idiom_tensor_file_read(file, "scalar", NULL, 0, &error);
    g_assert_no_error(error);
    g_assert_cmpfloat(scalar[0], ==, 7);
    g_assert_null(idiom_tensor_file_read(file, "a.weight", (guint64[]){3, 2}, 2, &error));
    g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_FORMAT);
    g_assert_nonnull(strstr(error->message, "2x3"));
    g_assert_nonnull(strstr(error->message, "3x2"));
    g_clear_error(&error);
    g_assert_null(idiom_tensor_file_read(file, "b", NULL, 0, &error));
    g_assert_nonnull(strstr(error->message, "'b' is missing"));
}

static void test_half(Fixture *f, gconstpointer data)
{
    (void)data;
    const guint16 halves[] = {0x3c00, 0xc000, 0x0001, 0x7bff, 0x8000, 0x0400};
    const float expected[] = {1, -2, 5.9604645e-8f, 65504, -0.0f, 6.1035156e-5f};
    put(f, "{\"h\":{\"dtype\":\"F16\",\"shape\":[6],\"data_offsets\":[0,12]}}", halves, sizeof halves);
    g_autoptr(GError) error = NULL;
    g_autoptr(IdiomTensorFile) file = idiom_tensor_file_open(f->path, &error);
    g_assert_no_error(error);
    g_autofree float *values = idiom_tensor_file_read(file, "h", NULL, 0, &error);
    g_assert_no_error(error);
    for (guint i = 0; i < 6; i++)
        g_assert_cmpfloat(values[i], ==, expected[i]);
}

static const struct {
    const char *header; /* followed by eight bytes of data */
    const char *message;
} malformed[] = {
    {"[]", "not a safetensors file"},
    {"{\"a\":", "not a safetensors file"},
    {"{\"\xff\":1}", "UTF-8"},
    {"{\"a\":[[[[[[[[1]]]]]]]]}", "nested"},
    {"{\"a\":7}", "not described by an object"},
    {"{\"\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", "name"},
    {"{\"a\\u001b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", "control"},
    {"{\"__metadata__\":[],\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", "__metadata__"},
    {"{\"__metadata__\":{\"k\":1},\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", "'k'"},
    {"{\"a\":{\"shape\":[2],\"data_offsets\":[0,8]}}", "dtype"},
    {"{\"a\":{\"dtype\":\"F33\",\"shape\":[2],\"data_offsets\":[0,8]}}", "dtype"},
    {"{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,8]}}", "shape"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1,1,1,1,1,2],\"data_offsets\":[0,8]}}", "dimensions"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}", "shape entry 0"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}", "shape entry 0"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2.5],\"data_offsets\":[0,8]}}", "shape entry 0"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,8]}}", "shape"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8,8]}}", "data_offsets"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[-8,0]}}", "data_offsets"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}", "data_offsets"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}", "'a' ends at byte 12"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,9223372036854775807]}}", "ends at byte"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,8]}}", "needs 4 bytes"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", "end at byte 4"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", "hole"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
     "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
     "inside the tensor before it"},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]},"
     "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[2,6]},"
     "\"c\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[6,8]}}",
     "multiple of 4"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
     "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
     "'a' twice"},
};

static void expect_refused(const char *path, IdiomError code, const char *message)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(idiom_tensor_file_open(path, &error));
    g_assert_error(error, IDIOM_ERROR, (int)code);
    g_assert_nonnull(strstr(error->message, path));
    g_assert_nonnull(strstr(error->message, message));
}

static void test_malformed(Fixture *f, gconstpointer data)
{
    (void)data;
    expect_refused("/nonexistent/x", IDIOM_ERROR_FILE, "No such file");
    expect_refused(f->folder, IDIOM_ERROR_FILE, "regular");
    for (guint i = 0; i < G_N_ELEMENTS(malformed); i++) {
        put(f, malformed[i].header, "\0\0\0\0\0\0\0", 8);
        expect_refused(f->path, IDIOM_ERROR_FORMAT, malformed[i].message);
    }

    write_sample(f->path);
    g_autofree char *bytes = NULL;
    gsize size;
    g_assert_true(g_file_get_contents(f->path, &bytes, &size, NULL));
    for (gsize cut = 0; cut < size; cut++) {
        g_assert_true(g_file_set_contents(f->path, bytes, (gssize)cut, NULL));
        expect_refused(f->path, IDIOM_ERROR_FORMAT, "");
    }
    const guint64 lengths[] = {0, 1, G_GUINT64_CONSTANT(1) << 63, G_MAXUINT64, IDIOM_TENSOR_MAX_HEADER, size};
    for (guint i = 0; i < G_N_ELEMENTS(lengths); i++) {
        memcpy(bytes, &lengths[i], 8);
        g_assert_true(g_file_set_contents(f->path, bytes, (gssize)size, NULL));
        expect_refused(f->path, IDIOM_ERROR_FORMAT, "header length");
    }
}

static void test_bad_values(Fixture *f, gconstpointer data)
{
    (void)data;
    const float bad[][2] = {{0, NAN}, {INFINITY, 0}, {0, -INFINITY}};
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        put(f, "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", bad[i], 8);
        g_autoptr(IdiomTensorFile) file = idiom_tensor_file_open(f->path, &error);
        g_assert_no_error(error);
        g_assert_null(idiom_tensor_file_read(file, "a", NULL, 0, &error));
        g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_FORMAT);
        g_assert_nonnull(strstr(error->message, "not finite"));
    }
    g_autoptr(GError) error = NULL;
    put(f, "{\"a\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,8]}}", "\0\0\0\0\0\0\0", 8);
    g_autoptr(IdiomTensorFile) file = idiom_tensor_file_open(f->path, &error);
    g_assert_no_error(error);
    g_assert_null(idiom_tensor_file_read(file, "a", NULL, 0, &error));
    g_assert_nonnull(strstr(error->message, "I64"));
}

/* Whatever happens to the bytes: an error or a valid file, never a crash. */
static void test_fuzz(Fixture *f, gconstpointer data)
{
    (void)data;
    write_sample(f->path);
    g_autofree char *bytes = NULL;
    gsize size;
    g_assert_true(g_file_get_contents(f->path, &bytes, &size, NULL));
    g_autoptr(GRand) rand = g_rand_new_with_seed(1);
    static const char interesting[] = "{}[],:\"\\0129-.eEtfn\0\xff ";
    for (guint round = 0; round < 3000; round++) {
        g_autofree char *mutant = g_memdup2(bytes, size);
        for (int n = g_rand_int_range(rand, 1, 5); n > 0; n--) {
            gsize at = (gsize)g_rand_int_range(rand, 0, (gint32)size);
            mutant[at] = g_rand_boolean(rand)
                             ? (char)g_rand_int_range(rand, 0, 256)
                             : interesting[g_rand_int_range(rand, 0, sizeof interesting - 1)];
        }
        FILE *out = g_fopen(f->path, "wb");
        g_assert_cmpuint(fwrite(mutant, 1, size, out), ==, size);
        g_assert_cmpint(fclose(out), ==, 0);
        g_autoptr(GError) error = NULL;
        g_autoptr(IdiomTensorFile) file = idiom_tensor_file_open(f->path, &error);
        g_assert_true(file || (error && error->domain == IDIOM_ERROR));
        for (guint i = 0; file && i < idiom_tensor_file_count(file); i++) {
            g_autoptr(GError) read_error = NULL;
            g_autofree float *values =
                idiom_tensor_file_read(file, idiom_tensor_file_info(file, i)->name, NULL, 0, &read_error);
            g_assert_true(values || read_error->domain == IDIOM_ERROR);
        }
    }
}

/* A disk that is full in the middle of a write, as a limit on file sizes: the old file stays. */
static void test_disk_full(Fixture *f, gconstpointer data)
{
    (void)data;
    write_sample(f->path);
    g_autofree char *before = NULL, *after = NULL;
    gsize before_size, after_size;
    g_assert_true(g_file_get_contents(f->path, &before, &before_size, NULL));

    const gsize elements = 1 << 16;
    g_autofree float *values = g_new0(float, elements);
    const IdiomTensorData tensor = {"big", 1, {elements}, values};
    struct rlimit old, small;
    g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &old), ==, 0);
    small = old;
    small.rlim_cur = 1 << 16;
    signal(SIGXFSZ, SIG_IGN);
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &small), ==, 0);
    g_autoptr(GError) error = NULL;
    gboolean written = idiom_tensor_file_write(f->path, &tensor, 1, NULL, &error);
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &old), ==, 0);
    g_assert_false(written);
    g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_FILE);
    g_assert_nonnull(strstr(error->message, f->path));

    g_assert_true(g_file_get_contents(f->path, &after, &after_size, NULL));
    g_assert_cmpmem(before, before_size, after, after_size);
    g_assert_cmpuint(folder_entries(f->folder), ==, 1);

    g_clear_error(&error);
    g_assert_false(idiom_tensor_file_write("/nonexistent/x", &tensor, 1, NULL, &error));
    g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_FILE);
    g_clear_error(&error);
    const IdiomTensorData twice[] = {tensor, tensor};
    g_assert_false(idiom_tensor_file_write(f->path, twice, 2, NULL, &error));
    g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/tensorfile/round-trip", Fixture, NULL, set_up, test_round_trip, tear_down);
    g_test_add("/tensorfile/half", Fixture, NULL, set_up, test_half, tear_down);
    g_test_add("/tensorfile/malformed", Fixture, NULL, set_up, test_malformed, tear_down);
    g_test_add("/tensorfile/bad-values", Fixture, NULL, set_up, test_bad_values, tear_down);
    g_test_add("/tensorfile/fuzz", Fixture, NULL, set_up, test_fuzz, tear_down);
    g_test_add("/tensorfile/disk-full", Fixture, NULL, set_up, test_disk_full, tear_down);
    return g_test_run();
}
