using System.Diagnostics;
using System.Globalization;

namespace IncidentTools.Module.Tests.Outage;

/// <summary>Before anything of a transaction reaches the file; when a part of it has; when all of it is flushed.</summary>
internal enum KillMoment { Before, Middle, After }

/// <summary>
/// A library that ends the process it is loaded into (SIGKILL) at its n-th write transaction of the journal. Compiled when
/// it is needed; the processes that a run starts are not counted, they do not get its variables.
/// </summary>
internal sealed class KillAt
{
    private KillAt(string library) => Library = library;

    private string Library { get; }

    public static KillAt Compile(string folder)
    {
        var compiler = NginxOutage.Find("cc") ?? "";
        Assert.SkipUnless(compiler.Length > 0, "needs a C compiler");
        var (source, library) = (Path.Combine(folder, "kill-at.c"), Path.Combine(folder, "kill-at.so"));
        File.WriteAllText(source, Source);
        var (code, text) = NginxOutage.Run(compiler, "-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", library, source, "-ldl", "-lpthread");
        Assert.True(code == 0, text);
        return new KillAt(library);
    }

    /// <param name="write">1 = the first; 0 = never.</param>
    /// <param name="log">Gets a line for each transaction begun.</param>
    public void Set(ProcessStartInfo start, int write, KillMoment moment, string log)
    {
        start.Environment["LD_PRELOAD"] = Library;
        start.Environment["INCIDENTTOOLS_TEST_KILL_AT"] = write.ToString(CultureInfo.InvariantCulture);
        start.Environment["INCIDENTTOOLS_TEST_KILL_MODE"] = moment.ToString();
        start.Environment["INCIDENTTOOLS_TEST_KILL_LOG"] = log;
    }

    // the log of SQLite's changes is where a transaction is made durable: the first write after a flush begins one, the flush ends it
    private const string Source = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <errno.h>
        #include <fcntl.h>
        #include <pthread.h>
        #include <signal.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/types.h>
        #include <unistd.h>

        static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
        static long at, count;
        static int active, open_transaction, log_file = -1;
        static enum { before, middle, after } moment;

        static ssize_t (*real_write)(int, const void *, size_t);
        static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
        static ssize_t (*real_pwrite64)(int, const void *, size_t, off64_t);
        static int (*real_fsync)(int);
        static int (*real_fdatasync)(int);

        __attribute__((constructor)) static void begin(void)
        {
            const char *number = getenv("INCIDENTTOOLS_TEST_KILL_AT"), *mode = getenv("INCIDENTTOOLS_TEST_KILL_MODE"), *file = getenv("INCIDENTTOOLS_TEST_KILL_LOG");
            real_write = dlsym(RTLD_NEXT, "write");
            real_pwrite = dlsym(RTLD_NEXT, "pwrite");
            real_pwrite64 = dlsym(RTLD_NEXT, "pwrite64");
            real_fsync = dlsym(RTLD_NEXT, "fsync");
            real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
            if (!number) return;
            at = atol(number);
            moment = !mode || !strcmp(mode, "Before") ? before : !strcmp(mode, "Middle") ? middle : after;
            if (file) log_file = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
            active = 1;
        }

        static int is_log(int fd)
        {
            char link[64], path[4096];
            ssize_t length;
            snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
            length = readlink(link, path, sizeof path);
            return length > 4 && !memcmp(path + length - 4, "-wal", 4);
        }

        static void end(void)
        {
            kill(getpid(), SIGKILL);
            for (;;) pause();
        }

        static void writing(int fd)
        {
            int saved = errno;
            if (active && is_log(fd)) {
                pthread_mutex_lock(&gate);
                if (!open_transaction) {
                    char line[32];
                    int length = snprintf(line, sizeof line, "%ld\n", ++count);
                    open_transaction = 1;
                    if (log_file >= 0 && real_write(log_file, line, length) != length) abort();
                    if (count == at && moment == before) end();
                } else if (count == at && moment == middle) end();
                pthread_mutex_unlock(&gate);
            }
            errno = saved;
        }

        static void flushed(int fd)
        {
            int saved = errno;
            if (active && is_log(fd)) {
                pthread_mutex_lock(&gate);
                if (open_transaction && count == at && moment == after) end();
                open_transaction = 0;
                pthread_mutex_unlock(&gate);
            }
            errno = saved;
        }

        ssize_t write(int fd, const void *bytes, size_t length) { writing(fd); return real_write(fd, bytes, length); }
        ssize_t pwrite(int fd, const void *bytes, size_t length, off_t place) { writing(fd); return real_pwrite(fd, bytes, length, place); }
        ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t place) { writing(fd); return real_pwrite64(fd, bytes, length, place); }
        int fsync(int fd) { int result = real_fsync(fd); flushed(fd); return result; }
        int fdatasync(int fd) { int result = real_fdatasync(fd); flushed(fd); return result; }

        """;
}
