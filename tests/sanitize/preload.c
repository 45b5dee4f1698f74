/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Preloaded where tests run under a sanitizer, for what the sanitizer cannot see by itself. */
#include <dlfcn.h>
#include <glib.h>

#define PRELOADED __attribute__((visibility("default")))

/* Drivers stay: a report names what is still loaded only, and suppressions go by names. */
PRELOADED int dlclose(void *handle)
{
    (void)handle;
    return 0;
}

/*
 * GLib's locks are made of the kernel's futexes, which ThreadSanitizer does not know; without these it would take all that
 * they protect for a race. The runtime is there in its own builds only.
 */
void __tsan_acquire(void *address) __attribute__((weak));
void __tsan_release(void *address) __attribute__((weak));

static void acquired(gpointer lock)
{
    if (__tsan_acquire)
        __tsan_acquire(lock);
}

static void releasing(gpointer lock)
{
    if (__tsan_release)
        __tsan_release(lock);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

PRELOADED void g_mutex_lock(GMutex *mutex)
{
    REAL(g_mutex_lock)(mutex);
    acquired(mutex);
}

PRELOADED gboolean g_mutex_trylock(GMutex *mutex)
{
    gboolean locked = REAL(g_mutex_trylock)(mutex);
    if (locked)
        acquired(mutex);
    return locked;
}

PRELOADED void g_mutex_unlock(GMutex *mutex)
{
    releasing(mutex);
    REAL(g_mutex_unlock)(mutex);
}

PRELOADED void g_cond_wait(GCond *cond, GMutex *mutex)
{
    releasing(mutex);
    REAL(g_cond_wait)(cond, mutex);
    acquired(mutex);
}

PRELOADED gboolean g_cond_wait_until(GCond *cond, GMutex *mutex, gint64 end)
{
    releasing(mutex);
    gboolean signalled = REAL(g_cond_wait_until)(cond, mutex, end);
    acquired(mutex);
    return signalled;
}
