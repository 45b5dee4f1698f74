/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Compute pipelines from the SPIR-V in the library's resources, each made once. */
#include "vk.h"

#include <gio/gio.h>
#include <string.h>

static gboolean make_layouts(IdiomDevice *device, guint n_planes, gboolean texels, GError **error)
{
    VkDescriptorSetLayoutBinding bindings[2 * IDIOM_KERNEL_MAX_PLANES];
    guint n_bindings = 0;
    VkDescriptorSetLayout *set = &device->set_layouts[texels][n_planes];
    VkPipelineLayout *layout = &device->pipeline_layouts[texels][n_planes];

    if (*layout)
        return TRUE;
    for (guint i = 0; i < n_planes; i++) {
        bindings[n_bindings++] =
            (VkDescriptorSetLayoutBinding){.binding = texels ? IDIOM_KERNEL_MAX_PLANES + i : i,
                                           .descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER,
                                           .descriptorCount = 1,
                                           .stageFlags = VK_SHADER_STAGE_COMPUTE_BIT};
        if (texels)
            bindings[n_bindings++] =
                (VkDescriptorSetLayoutBinding){.binding = i,
                                               .descriptorType = VK_DESCRIPTOR_TYPE_UNIFORM_TEXEL_BUFFER,
                                               .descriptorCount = 1,
                                               .stageFlags = VK_SHADER_STAGE_COMPUTE_BIT};
    }
    VkDescriptorSetLayoutCreateInfo set_info = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO,
                                                .bindingCount = n_bindings,
                                                .pBindings = bindings};
    if (!*set && !IDIOM_VK_MAKE(set, vkCreateDescriptorSetLayout(device->device, &set_info, NULL, set),
                                "creating a descriptor set layout", error))
        return FALSE;
    VkPushConstantRange push = {VK_SHADER_STAGE_COMPUTE_BIT, 0, IDIOM_PUSH_BYTES};
    VkPipelineLayoutCreateInfo info = {.sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO,
                                       .setLayoutCount = 1,
                                       .pSetLayouts = set,
                                       .pushConstantRangeCount = 1,
                                       .pPushConstantRanges = &push};
    return IDIOM_VK_MAKE(layout, vkCreatePipelineLayout(device->device, &info, NULL, layout),
                         "creating a pipeline layout", error);
}

static VkShaderModule load_module(IdiomDevice *device, const char *resource, GError **error)
{
    g_autofree char *path = g_strdup_printf("/org/idiom/shaders/%s.spv", resource);
    g_autoptr(GBytes) bytes = g_resources_lookup_data(path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
    VkShaderModule module = VK_NULL_HANDLE;

    if (!bytes) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FEATURE, "there is no shader %s", resource);
        return VK_NULL_HANDLE;
    }
    gsize size;
    gconstpointer data = g_bytes_get_data(bytes, &size);
    g_autofree guint32 *code = g_memdup2(data, size); /* aligned as Vulkan asks */
    VkShaderModuleCreateInfo info = {
        .sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO, .codeSize = size, .pCode = code};
    if (!idiom_vk_check(vkCreateShaderModule(device->device, &info, NULL, &module), resource, error))
        return VK_NULL_HANDLE;
    return module;
}

static IdiomKernel *make_kernel(IdiomDevice *device, const char *resource, const guint32 *spec, guint n_spec,
                                guint n_planes, gboolean texels, GError **error)
{
    VkSpecializationMapEntry entries[IDIOM_KERNEL_MAX_SPEC];
    VkPipeline pipeline = VK_NULL_HANDLE;

    if (!idiom_room_check(resource, IDIOM_KERNEL_ROOM, error))
        return NULL;
    VkShaderModule module = load_module(device, resource, error);
    if (!module)
        return NULL;
    for (guint i = 0; i < n_spec; i++)
        entries[i] = (VkSpecializationMapEntry){.constantID = i, .offset = i * 4, .size = 4};
    VkSpecializationInfo specialization = {n_spec, entries, n_spec * 4, spec};
    VkComputePipelineCreateInfo info = {
        .sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO,
        .stage = {.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
                  .stage = VK_SHADER_STAGE_COMPUTE_BIT,
                  .module = module,
                  .pName = "main",
                  .pSpecializationInfo = &specialization},
        .layout = device->pipeline_layouts[texels][n_planes]};
    gboolean ok = idiom_vk_check(
        vkCreateComputePipelines(device->device, device->pipeline_cache, 1, &info, NULL, &pipeline), resource,
        error);
    vkDestroyShaderModule(device->device, module, NULL);
    if (!ok)
        return NULL;
    IdiomKernel *kernel = g_new0(IdiomKernel, 1);
    kernel->request = (IdiomKernelRequest){
        .resource = g_intern_string(resource), .n_spec = n_spec, .n_planes = n_planes, .texels = texels};
    memcpy(kernel->request.spec, spec, n_spec * sizeof *spec);
    kernel->pipeline = pipeline;
    kernel->layout = info.layout;
    kernel->set_layout = device->set_layouts[texels][n_planes];
    kernel->texels = texels;
    return kernel;
}

/* The kernel of that description, or NULL and the description noted as being made by the caller. */
static IdiomKernel *find_or_begin(IdiomDevice *device, const char *key)
{
    while (!g_hash_table_contains(device->kernels, key)) {
        if (g_hash_table_add(device->in_the_making, g_strdup(key)))
            return NULL;
        g_cond_wait(&device->kernel_made, &device->kernel_lock);
    }
    return g_hash_table_lookup(device->kernels, key);
}

IdiomKernel *idiom_kernel_get(IdiomDevice *device, const char *resource, const guint32 *spec, guint n_spec,
                              guint n_planes, gboolean texels, GError **error)
{
    g_autoptr(GString) key = g_string_new(resource);

    g_return_val_if_fail(n_planes <= IDIOM_KERNEL_MAX_PLANES && n_spec <= IDIOM_KERNEL_MAX_SPEC, NULL);
    g_string_append_printf(key, " %u %u", texels != FALSE, n_planes);
    for (guint i = 0; i < n_spec; i++)
        g_string_append_printf(key, " %u", spec[i]);
    g_mutex_lock(&device->kernel_lock);
    IdiomKernel *kernel = find_or_begin(device, key->str);
    if (!kernel && make_layouts(device, n_planes, texels, error)) {
        /* others may make other kernels meanwhile: drivers take their time */
        g_mutex_unlock(&device->kernel_lock);
        kernel = make_kernel(device, resource, spec, n_spec, n_planes, texels, error);
        g_mutex_lock(&device->kernel_lock);
        if (kernel)
            g_hash_table_insert(device->kernels, g_strdup(key->str), kernel);
    }
    if (g_hash_table_remove(device->in_the_making, key->str))
        g_cond_broadcast(&device->kernel_made);
    g_mutex_unlock(&device->kernel_lock);
    return kernel;
}

guint idiom_device_kernels(IdiomDevice *device)
{
    g_mutex_lock(&device->kernel_lock);
    guint n = g_hash_table_size(device->kernels);
    g_mutex_unlock(&device->kernel_lock);
    return n;
}

char **idiom_shader_names(void)
{
    char **names = g_resources_enumerate_children("/org/idiom/shaders", G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
    for (char **name = names; *name; name++)
        *strrchr(*name, '.') = '\0';
    return names;
}

char **idiom_device_shaders(IdiomDevice *device)
{
    g_autoptr(GStrvBuilder) names = g_strv_builder_new();
    GHashTableIter iter;
    gpointer key, kernel;

    g_mutex_lock(&device->kernel_lock);
    g_hash_table_iter_init(&iter, device->kernels);
    while (g_hash_table_iter_next(&iter, &key, &kernel)) {
        g_autofree char *name = g_strndup(key, strcspn(key, " "));
        if (g_atomic_int_get(&((IdiomKernel *)kernel)->dispatched))
            g_strv_builder_add(names, name);
    }
    g_mutex_unlock(&device->kernel_lock);
    return g_strv_builder_end(names);
}

void idiom_kernel_free(IdiomDevice *device, IdiomKernel *kernel)
{
    vkDestroyPipeline(device->device, kernel->pipeline, NULL);
    g_free(kernel);
}
