package io.overlane.tun;

import java.nio.ByteOrder;
import jnr.constants.platform.Errno;
import jnr.constants.platform.Fcntl;
import jnr.ffi.LastError;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Runtime;
import jnr.ffi.mapper.FunctionMapper;
import jnr.posix.POSIX;
import jnr.posix.POSIXFactory;

/**
 * The C library: raw addresses in, a result out, nothing allocated per call. Whoever passes an address keeps the
 * memory behind it reachable.
 */
final class LibC
{
    /**
     * The functions jnr-posix does not have, or has only with objects for arguments. Each returns -1 and sets
     * {@link LibC#errno()} on failure.
     *
     * <p><b>At most five arguments.</b> jnr-ffi on x86_64 reads a sixth integer argument from the wrong stack slot
     * (jnr/jnr-ffi#181), so {@code sendto} or {@code mmap} must never be bound here.
     */
    public interface Calls
    {
        int ioctl(int fd, long request, long argument);

        int ppoll(long pollfds, long count, long timespec, long sigset);

        long read(int fd, long address, long length);

        long write(int fd, long address, long length);

        int eventfd(int value, int flags);

        int fcntl(int fd, int command, long argument);

        int epollCreate(int flags);

        int epollControl(int epoll, int operation, int fd, long event);

        int epollWait(int epoll, long events, int count, int timeoutMs);

        int socket(int domain, int type, int protocol);

        int bind(int fd, long sockaddr, int length);

        int connect(int fd, long sockaddr, int length);

        int getsockname(int fd, long sockaddr, long length);

        int setsockopt(int fd, int level, int name, long value, int length);

        int getsockopt(int fd, int level, int name, long value, long length);

        int sendmmsg(int fd, long mmsghdrs, int count, int flags);

        int recvmmsg(int fd, long mmsghdrs, int count, int flags, long timespec);

        long syscall(long number, long a, long b, long c, long d);

        int prctl(int option, long a, long b, long c, long d);
    }

    /** Functions whose names in C are none in Java. */
    private static final FunctionMapper NAMES = new FunctionMapper.Builder()
        .map("epollCreate", "epoll_create1")
        .map("epollControl", "epoll_ctl")
        .map("epollWait", "epoll_wait")
        .build();

    private static final String WHY_NOT;
    private static final Calls CALLS;
    private static final POSIX POSIX;
    private static final Runtime RUNTIME;

    static
    {
        String whyNot = null;
        Calls calls = null;
        POSIX posix = null;
        Runtime runtime = null;
        try
        {
            if (!"Linux".equals(System.getProperty("os.name")) || ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN ||
                !"64".equals(System.getProperty("sun.arch.data.model", "64")))
            {
                throw new UnsatisfiedLinkError("this is " + System.getProperty("os.name") + " on " +
                    System.getProperty("os.arch") + ", not 64-bit little-endian Linux");
            }
            calls = LibraryLoader.create(Calls.class).failImmediately().mapper(NAMES).load("c");
            runtime = Runtime.getRuntime(calls);
            // Unlike getPOSIX(), this one does not fall back to a Java imitation without a word.
            posix = POSIXFactory.getNativePOSIX();
            if (!posix.isNative())
            {
                throw new UnsatisfiedLinkError("jnr-posix has no native part here");
            }
        }
        catch (final Exception | LinkageError ex)
        {
            whyNot = firstLineOfRootCause(ex);
        }
        WHY_NOT = whyNot;
        CALLS = calls;
        POSIX = posix;
        RUNTIME = runtime;
    }

    private LibC()
    {
    }

    /** jnr wraps what really happened in several layers. */
    private static String firstLineOfRootCause(final Throwable throwable)
    {
        Throwable cause = throwable;
        while (cause.getCause() != null)
        {
            cause = cause.getCause();
        }
        final String message = cause.getMessage();
        return message == null || message.isBlank() ? cause.toString() : message.lines().findFirst().orElseThrow();
    }

    /** @return null if native calls work here, else why not, in one line. */
    static String whyUnavailable()
    {
        return WHY_NOT;
    }

    /**
     * @return the bound functions.
     * @throws UnsupportedOperationException with one line that says why, where native code cannot be loaded.
     */
    static Calls calls()
    {
        if (WHY_NOT != null)
        {
            throw new UnsupportedOperationException("native calls are not available: " + WHY_NOT);
        }
        return CALLS;
    }

    /** @return the error of this thread's last failed call. */
    static int errno()
    {
        return LastError.getLastError(RUNTIME);
    }

    /**
     * @param path  of a device node.
     * @param flags {@code O_…}.
     * @return a descriptor, or -1.
     */
    static int open(final String path, final int flags)
    {
        calls();
        return POSIX.open(path, flags, 0);
    }

    static int close(final int fd)
    {
        return POSIX.close(fd);
    }

    /**
     * @param fd any descriptor.
     * @return 0, or -1.
     */
    static int setNonBlocking(final int fd)
    {
        calls();
        final int flags = POSIX.fcntl(fd, Fcntl.F_GETFL);
        return flags < 0 ? -1 : POSIX.fcntl(fd, Fcntl.F_SETFL, flags | Linux.O_NONBLOCK);
    }

    /**
     * @param errno of a failed call.
     * @return its name and meaning, for a message.
     */
    static String describe(final int errno)
    {
        final Errno known = Errno.valueOf(errno);
        return known == Errno.__UNKNOWN_CONSTANT__ ? "errno " + errno : known.name() + " (" + known.description() + ")";
    }
}
