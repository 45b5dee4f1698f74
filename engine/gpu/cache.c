/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The pipelines that a driver has compiled, kept in a file for the next start. Drivers trust what they are given, so the
 * data follow a digest of them and of the shaders they were made of: a file that is damaged, or that another build left,
 * is not used, and written anew.
 */
#include "vk.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DIGEST G_CHECKSUM_SHA256
#define DIGEST_CHARACTERS 64
#define SHADERS "/org/idiom/shaders"

/* Differs between builds with different shaders. */
static const char *build_digest(void)
{
    static char *digest;

    if (g_once_init_enter(&digest)) {
        g_autoptr(GChecksum) sum = g_checksum_new(DIGEST);
        g_auto(GStrv) names = g_resources_enumerate_children(SHADERS, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
        for (char **name = names; name && *name; name++) {
            g_autofree char *path = g_strconcat(SHADERS "/", *name, NULL);
            g_autoptr(GBytes) code = g_resources_lookup_data(path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
            gsize size;
            const guchar *data = g_bytes_get_data(code, &size);
            g_checksum_update(sum, data, (gssize)size);
        }
        g_once_init_leave(&digest, g_strdup(g_checksum_get_string(sum)));
    }
    return digest;
}

static char *data_digest(const guint8 *data, gsize size)
{
    const char *build = build_digest();
    return g_compute_hmac_for_data(DIGEST, (const guchar *)build, strlen(build), data, size);
}

/* What is in the regular file at @path; NULL for anything else. */
static GBytes *read_regular(const char *path)
{
    struct stat st;
    const int fd = g_open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0); /* a named pipe is not waited for */
    g_autoptr(GMappedFile) file = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode)
                                      ? g_mapped_file_new_from_fd(fd, FALSE, NULL)
                                      : NULL;
    if (fd >= 0)
        close(fd);
    return file ? g_mapped_file_get_bytes(file) : NULL;
}

/* The data in the file, if it is whole and of this build. */
static GBytes *read_cache(const char *path)
{
    g_autoptr(GBytes) file = read_regular(path);
    gsize size = 0;
    const guint8 *bytes = file ? g_bytes_get_data(file, &size) : NULL;
    if (size <= DIGEST_CHARACTERS)
        return NULL;
    g_autofree char *digest = data_digest(bytes + DIGEST_CHARACTERS, size - DIGEST_CHARACTERS);
    if (memcmp(bytes, digest, DIGEST_CHARACTERS) != 0)
        return NULL;
    return g_bytes_new_from_bytes(file, DIGEST_CHARACTERS, size - DIGEST_CHARACTERS);
}

void idiom_device_load_pipeline_cache(IdiomDevice *device)
{
    VkPhysicalDeviceProperties props;
    g_autoptr(GString) name = g_string_new("pipelines-");

    vkGetPhysicalDeviceProperties(device->physical, &props);
    for (guint i = 0; i < VK_UUID_SIZE; i++)
        g_string_append_printf(name, "%02x", props.pipelineCacheUUID[i]);
    device->pipeline_cache_path = g_build_filename(g_get_user_cache_dir(), "idiom", name->str, NULL);
    g_autoptr(GBytes) data = read_cache(device->pipeline_cache_path);
    VkPipelineCacheCreateInfo info = {.sType = VK_STRUCTURE_TYPE_PIPELINE_CACHE_CREATE_INFO};
    if (data)
        info.pInitialData = g_bytes_get_data(data, &info.initialDataSize);
    if (vkCreatePipelineCache(device->device, &info, NULL, &device->pipeline_cache) != VK_SUCCESS)
        device->pipeline_cache = VK_NULL_HANDLE; /* slower starts, nothing else */
}

void idiom_device_save_pipeline_cache(IdiomDevice *device)
{
    size_t size = 0;

    if (!device->pipeline_cache ||
        vkGetPipelineCacheData(device->device, device->pipeline_cache, &size, NULL) != VK_SUCCESS ||
        size == 0)
        return;
    g_autofree guint8 *file = g_malloc(DIGEST_CHARACTERS + size);
    guint8 *data = file + DIGEST_CHARACTERS;
    if (vkGetPipelineCacheData(device->device, device->pipeline_cache, &size, data) != VK_SUCCESS)
        return;
    g_autofree char *digest = data_digest(data, size);
    g_autofree char *folder = g_path_get_dirname(device->pipeline_cache_path);
    memcpy(file, digest, DIGEST_CHARACTERS);
    g_mkdir_with_parents(folder, 0755);
    /* a cache: failure is no error */
    g_file_set_contents(device->pipeline_cache_path, (const char *)file, (gssize)(DIGEST_CHARACTERS + size),
                        NULL);
}
