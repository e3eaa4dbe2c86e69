// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.calls;

/**
 * The functions of the C library as C has them. They take addresses, so only {@code LibC} calls them.
 *
 * <p><b>At most five arguments.</b> jnr-ffi on x86_64 reads a sixth integer argument from the wrong stack slot
 * (jnr/jnr-ffi#181), so {@code sendto} or {@code mmap} must never be bound here.
 */
public interface LibcCalls
{
    int open(long path, int flags, int mode);

    int close(int fd);

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

    int listen(int fd, int backlog);

    int accept4(int fd, long sockaddr, long length, int flags);

    long sendmsg(int fd, long msghdr, int flags);

    long recvmsg(int fd, long msghdr, int flags);

    int getsockname(int fd, long sockaddr, long length);

    int setsockopt(int fd, int level, int name, long value, int length);

    int getsockopt(int fd, int level, int name, long value, long length);

    int sendmmsg(int fd, long mmsghdrs, int count, int flags);

    int recvmmsg(int fd, long mmsghdrs, int count, int flags, long timespec);

    long syscall(long number, long a, long b, long c, long d);

    int madvise(long address, long length, int advice);

    int prctl(int option, long a, long b, long c, long d);
}
