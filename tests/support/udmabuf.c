/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Preloaded where a test wants dmabufs and the kernel makes none: a stand-in for /dev/udmabuf, by which CPU drivers make
 * them of a memfd. What comes is that memfd; it can be mapped, imported and waited for as a dmabuf can.
 */
#undef _FILE_OFFSET_BITS /* open() and open64() are two here */
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/udmabuf.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/types.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* Every instance of a driver opens one. A number that is something else by now is not asked for dmabufs. */
static unsigned char is_device[1024];

static int open_any(int (*real)(const char *, int, ...), const char *path, int flags, mode_t mode)
{
    if (strcmp(path, "/dev/udmabuf") != 0)
        return real(path, flags, mode);
    const int fd = real("/dev/null", O_RDWR | O_CLOEXEC);
    if (fd >= 0 && fd < (int)sizeof is_device)
        is_device[fd] = 1;
    return fd;
}

int open(const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(args, mode_t) : 0;
    va_end(args);
    return open_any(REAL(open), path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(args, mode_t) : 0;
    va_end(args);
    return open_any(REAL(open64), path, flags, mode);
}

int ioctl(int fd, unsigned long request, ...)
{
    va_list args;
    va_start(args, request);
    void *argument = va_arg(args, void *);
    va_end(args);
    if (fd >= 0 && fd < (int)sizeof is_device && is_device[fd] && request == UDMABUF_CREATE)
        return dup((int)((const struct udmabuf_create *)argument)->memfd);
    return REAL(ioctl)(fd, request, argument);
}
