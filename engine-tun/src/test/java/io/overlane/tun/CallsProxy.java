package io.overlane.tun;

import jnr.ffi.LastError;
import jnr.ffi.Runtime;
import org.agrona.concurrent.UnsafeBuffer;

/** The C library itself; a test overrides the call that is to go wrong. */
class CallsProxy implements LibC.Calls
{
    private final LibC.Calls libc = LibC.calls();

    /**
     * @param errno why a call fails; {@link LibC#errno()} of this thread from now on.
     * @return -1.
     */
    static int fail(final int errno)
    {
        LastError.setLastError(Runtime.getSystemRuntime(), errno);
        return -1;
    }

    /** @return a copy of what a call was given. */
    static byte[] bytes(final long address, final long length)
    {
        final byte[] bytes = new byte[(int)length];
        new UnsafeBuffer(address, bytes.length).getBytes(0, bytes);
        return bytes;
    }

    @Override
    public int ioctl(final int fd, final long request, final long argument)
    {
        return libc.ioctl(fd, request, argument);
    }

    @Override
    public int ppoll(final long pollfds, final long count, final long timespec, final long sigset)
    {
        return libc.ppoll(pollfds, count, timespec, sigset);
    }

    @Override
    public long read(final int fd, final long address, final long length)
    {
        return libc.read(fd, address, length);
    }

    @Override
    public long write(final int fd, final long address, final long length)
    {
        return libc.write(fd, address, length);
    }

    @Override
    public int eventfd(final int value, final int flags)
    {
        return libc.eventfd(value, flags);
    }

    @Override
    public int fcntl(final int fd, final int command, final long argument)
    {
        return libc.fcntl(fd, command, argument);
    }

    @Override
    public int epollCreate(final int flags)
    {
        return libc.epollCreate(flags);
    }

    @Override
    public int epollControl(final int epoll, final int operation, final int fd, final long event)
    {
        return libc.epollControl(epoll, operation, fd, event);
    }

    @Override
    public int epollWait(final int epoll, final long events, final int count, final int timeoutMs)
    {
        return libc.epollWait(epoll, events, count, timeoutMs);
    }

    @Override
    public int socket(final int domain, final int type, final int protocol)
    {
        return libc.socket(domain, type, protocol);
    }

    @Override
    public int bind(final int fd, final long sockaddr, final int length)
    {
        return libc.bind(fd, sockaddr, length);
    }

    @Override
    public int connect(final int fd, final long sockaddr, final int length)
    {
        return libc.connect(fd, sockaddr, length);
    }

    @Override
    public int getsockname(final int fd, final long sockaddr, final long length)
    {
        return libc.getsockname(fd, sockaddr, length);
    }

    @Override
    public int setsockopt(final int fd, final int level, final int name, final long value, final int length)
    {
        return libc.setsockopt(fd, level, name, value, length);
    }

    @Override
    public int getsockopt(final int fd, final int level, final int name, final long value, final long length)
    {
        return libc.getsockopt(fd, level, name, value, length);
    }

    @Override
    public int sendmmsg(final int fd, final long mmsghdrs, final int count, final int flags)
    {
        return libc.sendmmsg(fd, mmsghdrs, count, flags);
    }

    @Override
    public int recvmmsg(final int fd, final long mmsghdrs, final int count, final int flags, final long timespec)
    {
        return libc.recvmmsg(fd, mmsghdrs, count, flags, timespec);
    }

    @Override
    public long syscall(final long number, final long a, final long b, final long c, final long d)
    {
        return libc.syscall(number, a, b, c, d);
    }

    @Override
    public int prctl(final int option, final long a, final long b, final long c, final long d)
    {
        return libc.prctl(option, a, b, c, d);
    }
}
