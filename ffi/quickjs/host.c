/*
 * The host port on QuickJS: system calls for host.ts, and the engine's start. No logic: arguments in, system call, result
 * or -errno out. See docs/HOST_PORT.md and README.md beside this file.
 *
 * Every octet buffer comes with its length from the engine, and no call is given more than that. Buffers are looked up after
 * all other arguments: only those can run the program's code, which might take a buffer away.
 */
#include <alloca.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "program.h"
#include "quickjs.h"

#if defined(__x86_64__)
#define ARCHITECTURE "x86_64"
#elif defined(__aarch64__)
#define ARCHITECTURE "aarch64"
#elif defined(__arm__)
#define ARCHITECTURE "arm"
#elif defined(__mips__) && defined(__MIPSEL__)
#define ARCHITECTURE "mipsel"
#elif defined(__mips__)
#define ARCHITECTURE "mips"
#else
#error "src/linux/abi.ts has no table for this architecture"
#endif

#define LITTLE_ENDIAN_HOST (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
/* Given back when memory is short, so that a link can still be taken down. Below glibc's mmap threshold of 128 KB. */
#define RESERVE_OCTETS (120 * 1024)
/*
 * What a connected program takes, so that no start is half made: the engine is not careful when it gets nothing. The loaded
 * program takes up to four times its bytecode, more than half of that on 32 bits too; the rest is a link with Deflate.
 */
#define START_OCTETS (4 * (size_t)uplinkd_bytecode_size + 1280 * 1024)
/* Of the stack, which has room for argv too. The engine throws when it has used three quarters; its calls lie below that. */
#define STACK_OCTETS (320 * 1024)
/* For a signal handler: the kernel's frame is 11 KB on the largest of processors. */
#define HANDLER_OCTETS (16 * 1024)
#define MOST_TEXTS 65536
/* More than any structure of an ioctl request that does not say its size. */
#define IOCTL_OCTETS 256
#define OUT_OF_MEMORY "out of memory; give it at least 8 MB (ulimit -v, the service's memory limit)"
#define MOST_DESCRIPTORS 1024
/* The part of an ioctl request that says how many octets the kernel may write: asm/ioctl.h. */
#ifdef __mips__
#define REQUEST_OCTETS(request) (((request) >> 16) & 0x1fff)
#else
#define REQUEST_OCTETS(request) (((request) >> 16) & 0x3fff)
#endif

/*
 * The bytecode is used where it lies, in the file, when the program's names get the numbers here that they were compiled with:
 * so it is read before anything else makes names, and bundle.ts puts the one name first that the engine makes of its own. Else
 * the engine takes a copy, as it has to where it turns the octets of numbers round.
 */
#define READ_FLAGS (JS_READ_OBJ_BYTECODE | (LITTLE_ENDIAN_HOST ? JS_READ_OBJ_ROM_DATA : 0))

extern char **environ;
static int program_argc;
static char **program_argv;
static void *reserve;
static volatile sig_atomic_t memory_refused;
static JSValue when_idle;

/* Arguments. */

struct text {
    JSContext *ctx;
    const char *c;
};

static void free_text(struct text *text)
{
    if (text->c)
        JS_FreeCString(text->ctx, text->c);
}

static int octets_of(JSContext *ctx, JSValueConst value, uint8_t **octets, size_t *length)
{
    size_t offset, whole;
    JSValue buffer = JS_GetTypedArrayBuffer(ctx, value, &offset, length, NULL);
    if (JS_IsException(buffer))
        return -1;
    uint8_t *start = JS_GetArrayBuffer(ctx, &whole, buffer);
    JS_FreeValue(ctx, buffer);
    if (start == NULL)
        return -1;
    if (offset > whole || *length > whole - offset) {
        JS_ThrowRangeError(ctx, "the octets lie outside of their buffer");
        return -1;
    }
    *octets = start + offset;
    return 0;
}

#define CALL(name) static JSValue host_##name(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
#define INT(name, i) \
    int32_t name; \
    if (JS_ToInt32(ctx, &name, argv[i])) \
        return JS_EXCEPTION
#define UINT(name, i) \
    uint32_t name; \
    if (JS_ToUint32(ctx, &name, argv[i])) \
        return JS_EXCEPTION
#define TEXT(name, i) \
    __attribute__((cleanup(free_text))) struct text name##_text = { ctx, JS_ToCString(ctx, argv[i]) }; \
    const char *name = name##_text.c; \
    if (name == NULL) \
        return JS_EXCEPTION
#define OCTETS(name, i) \
    uint8_t *name; \
    size_t name##_length; \
    if (octets_of(ctx, argv[i], &name, &name##_length)) \
        return JS_EXCEPTION
#define RESULT(expression) \
    do { \
        long result_ = (long)(expression); \
        return JS_NewInt64(ctx, result_ < 0 ? -errno : result_); \
    } while (0)

/* Put a value into a list; whether both are what they should be. What is left of them otherwise is an exception. */
static int put(JSContext *ctx, JSValue *list, uint32_t i, JSValue value)
{
    if (!JS_IsException(*list) && !JS_IsException(value) && JS_SetPropertyUint32(ctx, *list, i, value) >= 0)
        return 1;
    if (JS_IsException(*list))
        JS_FreeValue(ctx, value);
    JS_FreeValue(ctx, *list);
    *list = JS_EXCEPTION;
    return 0;
}

/* The process and its surroundings. */

CALL(argv)
{
    JSValue list = JS_NewArray(ctx);
    for (int i = 0; i < program_argc; i++)
        if (!put(ctx, &list, i, JS_NewString(ctx, program_argv[i])))
            break;
    return list;
}

CALL(environment)
{
    JSValue list = JS_NewArray(ctx);
    for (int i = 0; environ[i]; i++)
        if (!put(ctx, &list, i, JS_NewString(ctx, environ[i])))
            break;
    return list;
}

CALL(getenv)
{
    TEXT(name, 0);
    const char *value = getenv(name);
    return value ? JS_NewString(ctx, value) : JS_UNDEFINED;
}

/* The file that is running: /proc is asked first, what execve(2) was given when there is none. */
CALL(executable)
{
    char *path = realpath("/proc/self/exe", NULL);
    if (path == NULL)
        path = realpath((const char *)getauxval(AT_EXECFN), NULL);
    JSValue text = path ? JS_NewString(ctx, path) : JS_UNDEFINED;
    free(path);
    return text;
}

CALL(getpid) { return JS_NewInt32(ctx, getpid()); }
CALL(getuid) { return JS_NewUint32(ctx, getuid()); }
CALL(geteuid) { return JS_NewUint32(ctx, geteuid()); }

CALL(exit)
{
    INT(status, 0);
    exit(status);
}

CALL(clock_gettime)
{
    INT(clock, 0);
    struct timespec time = { 0 };
    clock_gettime(clock, &time);
    return JS_NewFloat64(ctx, (double)time.tv_sec * 1000 + (double)time.tv_nsec / 1e6);
}

CALL(getrandom)
{
    OCTETS(into, 0);
    RESULT(getrandom(into, into_length, 0));
}

/* What the build says of this binary, and the table that leads from a line of the bundle to a line of the source. */
CALL(places)
{
    return JS_NewArrayBufferCopy(ctx, uplinkd_places, uplinkd_places_size);
}

/* Whether malloc(3) has failed: the reserve is gone, and what is thrown afterwards may be anything. */
CALL(memoryRefused) { return JS_NewBool(ctx, memory_refused); }

CALL(setIdle)
{
    JS_FreeValue(ctx, when_idle);
    when_idle = JS_DupValue(ctx, argv[0]);
    return JS_UNDEFINED;
}

/* Descriptors. */

CALL(open)
{
    TEXT(path, 0);
    INT(flags, 1);
    INT(mode, 2);
    RESULT(open(path, flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, mode));
}

CALL(close)
{
    INT(fd, 0);
    RESULT(close(fd));
}

CALL(read)
{
    INT(fd, 0);
    OCTETS(into, 1);
    RESULT(read(fd, into, into_length));
}

CALL(write)
{
    INT(fd, 0);
    OCTETS(octets, 1);
    RESULT(write(fd, octets, octets_length));
}

/* A text as UTF-8, in one call: the last words of a program that is short of memory. */
CALL(writeText)
{
    INT(fd, 0);
    TEXT(text, 1);
    RESULT(write(fd, text, strlen(text)));
}

CALL(ioctlNumber)
{
    INT(fd, 0);
    UINT(request, 1);
    INT(argument, 2);
    RESULT(ioctl(fd, request, (long)argument));
}

/* The request says how much the kernel may write. The old ones do not: they get room of ours, and the caller what it asked for. */
CALL(ioctl)
{
    INT(fd, 0);
    UINT(request, 1);
    int has_pointee = !JS_IsUndefined(argv[4]);
    uint32_t at = 0;
    uint8_t *pointee = NULL;
    size_t pointee_length, least = REQUEST_OCTETS(request) > 4 ? REQUEST_OCTETS(request) : 4;
    if (has_pointee && (JS_ToUint32(ctx, &at, argv[3]) || octets_of(ctx, argv[4], &pointee, &pointee_length)))
        return JS_EXCEPTION;
    OCTETS(argument, 2);
    if (argument_length < least)
        return JS_ThrowRangeError(ctx, "ioctl 0x%x needs %u octets, got %u", request, (unsigned)least,
                                  (unsigned)argument_length);
    if (has_pointee) {
        if (argument_length < sizeof(pointee) || at > argument_length - sizeof(pointee))
            return JS_ThrowRangeError(ctx, "No room for the pointer in the ioctl argument");
        memcpy(argument + at, &pointee, sizeof(pointee));
    }
    if (REQUEST_OCTETS(request) > 0 || argument_length >= IOCTL_OCTETS)
        RESULT(ioctl(fd, request, argument));
    uint8_t room[IOCTL_OCTETS] __attribute__((aligned(8))) = { 0 };
    memcpy(room, argument, argument_length);
    int result = ioctl(fd, request, room);
    memcpy(argument, room, argument_length);
    RESULT(result);
}

CALL(fcntl)
{
    INT(fd, 0);
    INT(command, 1);
    INT(argument, 2);
    RESULT(fcntl(fd, command, (long)argument));
}

CALL(flock)
{
    INT(fd, 0);
    INT(operation, 1);
    RESULT(flock(fd, operation));
}

CALL(fsync)
{
    INT(fd, 0);
    RESULT(fsync(fd));
}

CALL(pipe)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
        return JS_NewInt32(ctx, -errno);
    JSValue list = JS_NewArray(ctx);
    if (!put(ctx, &list, 0, JS_NewInt32(ctx, ends[0])) || !put(ctx, &list, 1, JS_NewInt32(ctx, ends[1]))) {
        close(ends[0]);
        close(ends[1]);
    }
    return list;
}

/* Sockets. */

CALL(socket)
{
    INT(domain, 0);
    INT(type, 1);
    INT(protocol, 2);
    RESULT(socket(domain, type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol));
}

CALL(bind)
{
    INT(fd, 0);
    OCTETS(address, 1);
    RESULT(bind(fd, (const struct sockaddr *)address, address_length));
}

CALL(connect)
{
    INT(fd, 0);
    OCTETS(address, 1);
    RESULT(connect(fd, (const struct sockaddr *)address, address_length));
}

CALL(listen)
{
    INT(fd, 0);
    INT(backlog, 1);
    RESULT(listen(fd, backlog));
}

CALL(accept)
{
    INT(fd, 0);
    RESULT(accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK));
}

/* Files. */

CALL(list)
{
    TEXT(path, 0);
    DIR *folder = opendir(path);
    if (folder == NULL)
        return JS_NewInt32(ctx, -errno);
    JSValue list = JS_NewArray(ctx);
    uint32_t count = 0;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (!put(ctx, &list, count++, JS_NewString(ctx, entry->d_name)))
            break;
    }
    closedir(folder);
    return list;
}

/* mode, uid, gid, size, inode, device, modified */
CALL(stat)
{
    TEXT(path, 0);
    INT(follow, 1);
    struct stat status;
    if (fstatat(AT_FDCWD, path, &status, follow ? 0 : AT_SYMLINK_NOFOLLOW) < 0)
        return JS_NewInt32(ctx, -errno);
    double fields[] = { status.st_mode, status.st_uid, status.st_gid, status.st_size,
                        status.st_ino, status.st_dev, status.st_mtime };
    JSValue list = JS_NewArray(ctx);
    for (uint32_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        if (!put(ctx, &list, i, JS_NewFloat64(ctx, fields[i])))
            break;
    return list;
}

CALL(readlink)
{
    TEXT(path, 0);
    char target[4096];
    ssize_t count = readlink(path, target, sizeof(target));
    return count < 0 ? JS_NewInt32(ctx, -errno) : JS_NewStringLen(ctx, target, count);
}

CALL(rename)
{
    TEXT(from, 0);
    TEXT(to, 1);
    RESULT(rename(from, to));
}

CALL(link)
{
    TEXT(from, 0);
    TEXT(to, 1);
    RESULT(link(from, to));
}

CALL(symlink)
{
    TEXT(target, 0);
    TEXT(path, 1);
    RESULT(symlink(target, path));
}

CALL(unlink)
{
    TEXT(path, 0);
    RESULT(unlink(path));
}

CALL(mkdir)
{
    TEXT(path, 0);
    INT(mode, 1);
    RESULT(mkdir(path, mode));
}

CALL(chmod)
{
    TEXT(path, 0);
    INT(mode, 1);
    RESULT(chmod(path, mode));
}

CALL(access)
{
    TEXT(path, 0);
    INT(mode, 1);
    RESULT(faccessat(AT_FDCWD, path, mode, AT_EACCESS));
}

/* Processes and signals. */

static void free_texts(JSContext *ctx, char **texts)
{
    for (uint32_t i = 0; texts != NULL && texts[i] != NULL; i++)
        JS_FreeCString(ctx, texts[i]);
    free(texts);
}

static char **texts_of(JSContext *ctx, JSValueConst list)
{
    uint32_t length;
    JSValue value = JS_GetPropertyStr(ctx, list, "length");
    if (JS_ToUint32(ctx, &length, value))
        return NULL;
    if (length > MOST_TEXTS) {
        JS_ThrowRangeError(ctx, "more texts than a process can be given");
        return NULL;
    }
    char **texts = calloc((size_t)length + 1, sizeof(*texts));
    if (texts == NULL) {
        JS_ThrowOutOfMemory(ctx);
        return NULL;
    }
    for (uint32_t i = 0; i < length; i++) {
        value = JS_GetPropertyUint32(ctx, list, i);
        texts[i] = (char *)JS_ToCString(ctx, value);
        JS_FreeValue(ctx, value);
        if (texts[i] == NULL) {
            free_texts(ctx, texts);
            return NULL;
        }
    }
    return texts;
}

/* Duplicates go above all that are used first, so that none is overwritten before its turn. */
static int name_descriptors(posix_spawn_file_actions_t *actions, const int32_t *wanted, int count, const char *terminal)
{
    int free_fd = count, failed = 0;
    for (int i = 0; i < count; i++)
        free_fd = wanted[i] >= free_fd ? wanted[i] + 1 : free_fd;
    if (terminal != NULL) {
        failed |= posix_spawn_file_actions_addopen(actions, free_fd, terminal, O_RDWR, 0);
        failed |= posix_spawn_file_actions_addclose(actions, free_fd);
    }
    for (int i = 0; i < count; i++)
        if (wanted[i] >= 0)
            failed |= posix_spawn_file_actions_adddup2(actions, wanted[i], free_fd + i);
    for (int i = 0; i < count; i++) {
        if (wanted[i] < 0) {
            failed |= posix_spawn_file_actions_addopen(actions, i, "/dev/null", O_RDWR, 0);
            continue;
        }
        failed |= posix_spawn_file_actions_adddup2(actions, free_fd + i, i);
        failed |= posix_spawn_file_actions_addclose(actions, free_fd + i);
    }
    return failed;
}

static int spawn_named(pid_t *pid, char **argv, char **environment, const int32_t *descriptors, int count, int session,
                       const char *terminal)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    int failed = name_descriptors(&actions, descriptors, count, terminal);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK |
                                              (session ? POSIX_SPAWN_SETSID : 0));
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setsigmask(&attributes, &none);
    failed = failed ? failed : posix_spawn(pid, argv[0], &actions, &attributes, argv, environment);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return failed;
}

/* argv, environment, Int32Array of descriptors (-1: /dev/null), new session, terminal or undefined */
CALL(spawn)
{
    INT(session, 3);
    const char *terminal = NULL;
    if (!JS_IsUndefined(argv[4]) && (terminal = JS_ToCString(ctx, argv[4])) == NULL)
        return JS_EXCEPTION;
    char **arguments = texts_of(ctx, argv[0]);
    char **environment = arguments ? texts_of(ctx, argv[1]) : NULL;
    JSValue result = JS_EXCEPTION;
    uint8_t *wanted;
    size_t wanted_length;
    if (environment != NULL && octets_of(ctx, argv[2], &wanted, &wanted_length) == 0) {
        pid_t pid = 0;
        int failed = spawn_named(&pid, arguments, environment, (const int32_t *)wanted, (int)(wanted_length / 4), session,
                                 terminal);
        result = JS_NewInt32(ctx, failed ? -failed : pid);
    }
    free_texts(ctx, environment);
    free_texts(ctx, arguments);
    if (terminal != NULL)
        JS_FreeCString(ctx, terminal);
    return result;
}

/* pid; its wait status into the first element of an Int32Array */
CALL(waitpid)
{
    INT(pid, 0);
    OCTETS(status, 1);
    if (status_length < sizeof(int))
        return JS_ThrowRangeError(ctx, "no room for the status");
    RESULT(waitpid(pid, (int *)status, WNOHANG));
}

CALL(kill)
{
    INT(pid, 0);
    INT(signal, 1);
    RESULT(kill(pid, signal));
}

/* Block signals and read them from a descriptor instead: -1 makes one, an older one is given the new set. Int32Array. */
CALL(signalfd)
{
    INT(fd, 0);
    OCTETS(signals, 1);
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < signals_length / sizeof(int32_t); i++)
        sigaddset(&set, ((const int32_t *)signals)[i]);
    if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
        return JS_NewInt32(ctx, -errno);
    RESULT(signalfd(fd, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

/* Octets of struct pollfd, how many of them, and the longest wait in milliseconds or -1 */
CALL(poll)
{
    UINT(count, 1);
    INT(timeout, 2);
    OCTETS(wanted, 0);
    if (count > wanted_length / sizeof(struct pollfd))
        return JS_ThrowRangeError(ctx, "fewer descriptors than were said");
    RESULT(poll((struct pollfd *)wanted, count, timeout));
}

#define FUNCTION(name, length) JS_CFUNC_DEF(#name, length, host_##name)
#define NUMBER(name) JS_PROP_INT32_DEF(#name, name, 0)

static const JSCFunctionListEntry exports[] = {
    FUNCTION(argv, 0), FUNCTION(environment, 0), FUNCTION(getenv, 1), FUNCTION(executable, 0), FUNCTION(getpid, 0),
    FUNCTION(getuid, 0), FUNCTION(geteuid, 0), FUNCTION(exit, 1), FUNCTION(clock_gettime, 1), FUNCTION(getrandom, 1),
    FUNCTION(places, 0), FUNCTION(setIdle, 1), FUNCTION(memoryRefused, 0), FUNCTION(open, 3), FUNCTION(close, 1), FUNCTION(read, 2),
    FUNCTION(write, 2), FUNCTION(writeText, 2), FUNCTION(ioctlNumber, 3), FUNCTION(ioctl, 5), FUNCTION(fcntl, 3), FUNCTION(flock, 2),
    FUNCTION(fsync, 1), FUNCTION(pipe, 0), FUNCTION(socket, 3), FUNCTION(bind, 2), FUNCTION(connect, 2),
    FUNCTION(listen, 2), FUNCTION(accept, 1), FUNCTION(list, 1), FUNCTION(stat, 2), FUNCTION(readlink, 1),
    FUNCTION(rename, 2), FUNCTION(link, 2), FUNCTION(symlink, 2), FUNCTION(unlink, 1), FUNCTION(mkdir, 2),
    FUNCTION(chmod, 2), FUNCTION(access, 2), FUNCTION(spawn, 5), FUNCTION(waitpid, 2), FUNCTION(kill, 2),
    FUNCTION(signalfd, 2), FUNCTION(poll, 3),
    NUMBER(EAGAIN), NUMBER(EINPROGRESS), NUMBER(EINVAL), NUMBER(ENOENT), NUMBER(ENOTDIR), NUMBER(ESRCH), NUMBER(EINTR),
    NUMBER(F_GETFL), NUMBER(F_SETFL), NUMBER(O_NONBLOCK), NUMBER(LOCK_EX), NUMBER(LOCK_NB), NUMBER(X_OK),
    NUMBER(CLOCK_MONOTONIC), NUMBER(CLOCK_REALTIME), NUMBER(SOCK_STREAM), NUMBER(SOCK_DGRAM), NUMBER(SOCK_RAW),
    NUMBER(SIGHUP), NUMBER(SIGINT), NUMBER(SIGTERM), NUMBER(SIGKILL), NUMBER(SIGUSR1), NUMBER(SIGUSR2), NUMBER(SIGCHLD),
    JS_PROP_INT32_DEF("pointerOctets", sizeof(void *), 0),
    JS_PROP_INT32_DEF("littleEndian", LITTLE_ENDIAN_HOST, 0),
    JS_PROP_STRING_DEF("architecture", ARCHITECTURE, 0),
    JS_PROP_STRING_DEF("engineVersion", CONFIG_VERSION, 0),
    JS_PROP_STRING_DEF("target", UPLINKD_TARGET, 0),
    JS_PROP_STRING_DEF("commit", UPLINKD_COMMIT, 0),
};
#define EXPORTS (sizeof(exports) / sizeof(exports[0]))

static int start_module(JSContext *ctx, JSModuleDef *module)
{
    return JS_SetModuleExportList(ctx, module, exports, EXPORTS);
}

/* Memory: malloc(3), with a reserve that is given back when it fails for the first time. */

#ifdef UPLINKD_TESTS
/* The allocation of this number fails, as it would when memory is short; 0: none does. */
static long failing_allocation;
/* All behind the one of this number fail, and the reserve is gone; 0: none does. */
static long last_allocation;
static long allocation;

static int is_failing(void)
{
    allocation++;
    if (last_allocation == 0 || allocation <= last_allocation)
        return allocation == failing_allocation;
    free(reserve);
    reserve = NULL;
    return 1;
}

static long number_in(const char *name)
{
    return getenv(name) ? atol(getenv(name)) : 0;
}
#else
#define is_failing() 0
#endif

/* The engine is not careful everywhere when it gets nothing: the reserve serves what was asked, and the program hears of it. */
static int give_back_reserve(void)
{
    int had = reserve != NULL;
    free(reserve);
    reserve = NULL;
    memory_refused = 1;
    return had;
}

static void *host_allocate(JSMallocState *state, size_t size)
{
    void *memory = is_failing() ? NULL : malloc(size);
    if (memory == NULL && give_back_reserve())
        memory = malloc(size);
    if (memory == NULL)
        return NULL;
    state->malloc_count++;
    state->malloc_size += malloc_usable_size(memory);
    return memory;
}

static void host_release(JSMallocState *state, void *memory)
{
    if (memory == NULL)
        return;
    state->malloc_count--;
    state->malloc_size -= malloc_usable_size(memory);
    free(memory);
}

static void *host_reallocate(JSMallocState *state, void *memory, size_t size)
{
    if (memory == NULL)
        return size == 0 ? NULL : host_allocate(state, size);
    if (size == 0) {
        host_release(state, memory);
        return NULL;
    }
    size_t before = malloc_usable_size(memory);
    void *moved = is_failing() ? NULL : realloc(memory, size);
    if (moved == NULL && give_back_reserve())
        moved = realloc(memory, size);
    if (moved == NULL)
        return NULL;
    state->malloc_size += malloc_usable_size(moved) - before;
    return moved;
}

static size_t host_usable_size(const void *memory)
{
    return malloc_usable_size((void *)memory);
}

static const JSMallocFunctions allocator = { host_allocate, host_release, host_reallocate, host_usable_size };

/* The start. */

/* The least that can be said, when the program itself can no longer say it. */
static int fatal(JSContext *ctx, const char *what)
{
    JSValue error = ctx ? JS_GetException(ctx) : JS_UNDEFINED;
    const char *text = ctx && !memory_refused ? JS_ToCString(ctx, error) : NULL;
    dprintf(2, "uplinkd: error: %s: %s\n", what, text ? text : OUT_OF_MEMORY);
    return 1;
}

/* 0 to 2 must be open, or a modem would get the log; a child is given what is named and nothing else. */
static void prepare_descriptors(void)
{
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            open("/dev/null", O_RDWR);
#ifdef SYS_close_range
    if (syscall(SYS_close_range, 3U, ~0U, 4U /* CLOSE_RANGE_CLOEXEC */) == 0)
        return;
#endif
    for (int fd = 3; fd < MOST_DESCRIPTORS; fd++)
        fcntl(fd, F_SETFD, FD_CLOEXEC);
}

/* What the core uses of ECMAScript: no compiler of scripts, no WeakRef; Proxy for the tests alone. Date is there for the dates of TOML
   alone: the core takes its time from the host. */
static JSContext *open_context(JSRuntime *runtime, JSValue *program)
{
    JSContext *ctx = JS_NewContextRaw(runtime);
    if (ctx == NULL)
        return NULL;
    *program = JS_ReadObject(ctx, uplinkd_modules[0].bytecode, uplinkd_modules[0].size, READ_FLAGS);
    JS_AddIntrinsicBaseObjects(ctx);
    JS_AddIntrinsicRegExp(ctx);
    JS_AddIntrinsicJSON(ctx);
    JS_AddIntrinsicDate(ctx);
    JS_AddIntrinsicMapSet(ctx);
    JS_AddIntrinsicTypedArrays(ctx);
    JS_AddIntrinsicPromise(ctx);
#ifdef UPLINKD_TESTS
    JS_AddIntrinsicProxy(ctx);
#endif
    return ctx;
}

/* What the program imports when it needs it. */
static JSModuleDef *load_module(JSContext *ctx, const char *name, void *unused)
{
    const struct uplinkd_module *module = uplinkd_modules;
    while (module->name != NULL && strcmp(module->name, name) != 0)
        module++;
    if (module->name == NULL) {
        JS_ThrowReferenceError(ctx, "no module %s in this binary", name);
        return NULL;
    }
    JSValue read = JS_ReadObject(ctx, module->bytecode, module->size, READ_FLAGS);
    if (JS_IsException(read))
        return NULL;
    JSModuleDef *loaded = JS_VALUE_GET_PTR(read);
    /* The context holds it from here on. */
    JS_FreeValue(ctx, read);
    return loaded;
}

static int load_program(JSContext *ctx, JSValue program)
{
    JSModuleDef *module = JS_IsException(program) ? NULL : JS_NewCModule(ctx, "uplinkd:host", start_module);
    if (module == NULL || JS_AddModuleExportList(ctx, module, exports, EXPORTS) < 0 || JS_ResolveModule(ctx, program) < 0)
        return -1;
    JSValue ran = JS_EvalFunction(ctx, program);
    if (JS_IsException(ran))
        return -1;
    int rejected = JS_PromiseState(ctx, ran) == JS_PROMISE_REJECTED;
    if (rejected)
        JS_Throw(ctx, JS_PromiseResult(ctx, ran));
    JS_FreeValue(ctx, ran);
    return rejected ? -1 : 0;
}

/* Promise jobs until there are none; then the program waits in the kernel. It leaves through exit(). */
static int run(JSContext *ctx)
{
    JSContext *job;
    for (;;) {
        int ran = JS_ExecutePendingJob(JS_GetRuntime(ctx), &job);
        if (ran > 0)
            continue;
        JSValue waited = ran < 0 ? JS_EXCEPTION : JS_Call(ctx, when_idle, JS_UNDEFINED, 0, NULL);
        if (JS_IsException(waited))
            return fatal(ctx, memory_refused ? "cannot go on" : "a fault of this program");
        JS_FreeValue(ctx, waited);
    }
}

static size_t stack_octets(void)
{
    struct rlimit limit;
    int is_small = getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur < 2 * STACK_OCTETS;
    return is_small ? limit.rlim_cur / 2 : STACK_OCTETS;
}

static int is_roomy(size_t stack)
{
    void *room = malloc(START_OCTETS + stack);
    free(room);
    return room != NULL;
}

/* The kernel makes the stack larger down to the octet that is touched; later there might be no room for it. */
static __attribute__((noinline)) void take_stack(size_t octets)
{
    volatile char *deepest = alloca(octets);
    *deepest = 0;
}

/* What follows when the engine was not careful is said as what it is; any other fault ends the program as ever. */
static void on_fault(int signal)
{
    static const char words[] = "uplinkd: error: " OUT_OF_MEMORY "\n";
    if (!memory_refused)
        return;
    (void)!write(2, words, sizeof(words) - 1);
    _exit(1);
}

static void catch_faults(void)
{
    static char handler_stack[HANDLER_OCTETS];
    static const int faults[] = { SIGSEGV, SIGBUS, SIGABRT };
    stack_t stack = { .ss_sp = handler_stack, .ss_size = sizeof(handler_stack) };
    struct sigaction action = { .sa_handler = on_fault, .sa_flags = SA_ONSTACK | SA_RESETHAND };
    sigaltstack(&stack, NULL);
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
        sigaction(faults[i], &action, NULL);
}

int main(int argc, char **argv)
{
    program_argc = argc;
    program_argv = argv;
    prepare_descriptors();
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_DFL);
#ifdef UPLINKD_TESTS
    failing_allocation = number_in("UPLINKD_FAILING_ALLOCATION");
    last_allocation = number_in("UPLINKD_LAST_ALLOCATION");
#endif
    catch_faults();
    size_t stack = stack_octets();
    JSRuntime *runtime = is_roomy(stack) ? JS_NewRuntime2(&allocator, NULL) : NULL;
    if (runtime == NULL)
        return fatal(NULL, "cannot start");
    take_stack(stack);
    JS_SetMaxStackSize(runtime, stack / 4 * 3);
    JS_SetModuleLoaderFunc(runtime, NULL, load_module, NULL);
    JSValue program = JS_UNDEFINED;
    JSContext *ctx = open_context(runtime, &program);
    when_idle = JS_UNDEFINED;
    reserve = ctx ? malloc(RESERVE_OCTETS) : NULL;
    if (ctx == NULL || reserve == NULL || memory_refused)
        return fatal(NULL, "cannot start");
    if (load_program(ctx, program) < 0)
        return fatal(ctx, "cannot start");
    return run(ctx);
}
