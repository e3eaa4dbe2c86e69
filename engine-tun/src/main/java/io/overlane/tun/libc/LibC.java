// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.libc;

import io.overlane.frame.FrameSlab;
import io.overlane.memory.MemoryBuffer;
import io.overlane.tun.calls.LibcCalls;
import io.overlane.underlay.SendBatch;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import jnr.constants.platform.Errno;
import jnr.ffi.LastError;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Runtime;
import jnr.ffi.mapper.FunctionMapper;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The C library. A call takes memory as a buffer and an offset, never as an address: it checks that the kernel stays
 * within the buffer, and keeps the buffer reachable until the kernel has returned, so that the garbage collector does
 * not free the memory during the call. Nothing is allocated per call. A call returns -1 and sets {@link #errno()} on
 * failure.
 *
 * <p>A test may override a call.
 */
@SuppressWarnings("NullAway") // get() and open() fail if there are no calls.
public class LibC
{
    /** Functions whose names in C are not like Java's. */
    private static final FunctionMapper NAMES = new FunctionMapper.Builder()
        .map("epollCreate", "epoll_create1")
        .map("epollControl", "epoll_ctl")
        .map("epollWait", "epoll_wait")
        .build();

    private static final int MADV_DONTNEED = 4;
    private static final long SYS_BPF = "aarch64".equals(System.getProperty("os.arch")) ? 280 : 321;

    /** The longest page that Linux has by default on any architecture; the kernel would round a length up to pages. */
    private static final long MAX_PAGE_LENGTH = 64 * 1024;

    private static final @Nullable String WHY_NOT;
    private static final LibcCalls CALLS;
    private static final LibC INSTANCE = new LibC();
    private static final Runtime RUNTIME;

    static
    {
        String whyNot = null;
        LibcCalls calls = null;
        Runtime runtime = null;
        try
        {
            if (!"Linux".equals(System.getProperty("os.name")) || ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN ||
                !"64".equals(System.getProperty("sun.arch.data.model", "64")))
            {
                throw new UnsatisfiedLinkError("this is " + System.getProperty("os.name") + " on " +
                    System.getProperty("os.arch") + ", not 64-bit little-endian Linux");
            }
            calls = LibraryLoader.create(LibcCalls.class).failImmediately().mapper(NAMES).load("c");
            runtime = Runtime.getRuntime(calls);
        }
        catch (final Exception | LinkageError ex)
        {
            whyNot = firstLineOfRootCause(ex);
        }
        WHY_NOT = whyNot;
        CALLS = calls;
        RUNTIME = runtime;
        if (whyNot == null)
        {
            MemoryBuffer.onUnusedPages(LibC::releasePages);
        }
    }

    /** For {@link #get()}, and for tests that override a call. */
    protected LibC()
    {
    }

    /** jnr wraps the cause in several exceptions. */
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

    /** @return the reason why native calls do not work here, in one line; null if they work. */
    public static @Nullable String whyUnavailable()
    {
        return WHY_NOT;
    }

    /**
     * @return the C library.
     * @throws UnsupportedOperationException with one line that says why, where native code cannot be loaded.
     */
    public static LibC get()
    {
        if (WHY_NOT != null)
        {
            throw new UnsupportedOperationException("native calls are not available: " + WHY_NOT);
        }
        return INSTANCE;
    }

    /** The caller keeps the buffer reachable until the kernel has returned. */
    private static long address(final DirectBuffer buffer, final int offset, final int length)
    {
        buffer.boundsCheck(offset, length);
        return buffer.addressOffset() + offset;
    }

    /**
     * @param fd      of a device or socket.
     * @param request whose argument is a number.
     * @return 0, or -1.
     */
    public int ioctl(final int fd, final long request, final int argument)
    {
        return CALLS.ioctl(fd, request, argument);
    }

    /**
     * @param fd      of a device or socket.
     * @param request whose argument is a structure.
     * @return 0, or -1.
     */
    public int ioctl(final int fd, final long request, final MemoryBuffer argument)
    {
        final int result = CALLS.ioctl(fd, request, address(argument, 0, argument.capacity()));
        Reference.reachabilityFence(argument);
        return result;
    }

    /**
     * @param pollfds  offset of the first pollfd.
     * @param timespec offset of the longest time to wait.
     * @return descriptors that are ready, or -1.
     */
    public int ppoll(final MemoryBuffer memory, final int pollfds, final int count, final int timespec)
    {
        final int ready = CALLS.ppoll(
            address(memory, pollfds, count * Linux.POLLFD_SIZE),
            count,
            address(memory, timespec, Linux.TIMESPEC_SIZE),
            0);
        Reference.reachabilityFence(memory);
        return ready;
    }

    /** @return bytes read, or -1. */
    public int read(final int fd, final MutableDirectBuffer buffer, final int offset, final int length)
    {
        final long result = CALLS.read(fd, address(buffer, offset, length), length);
        Reference.reachabilityFence(buffer);
        return (int)result;
    }

    /** @return bytes written, or -1. */
    public int write(final int fd, final DirectBuffer buffer, final int offset, final int length)
    {
        final long result = CALLS.write(fd, address(buffer, offset, length), length);
        Reference.reachabilityFence(buffer);
        return (int)result;
    }

    /** @return a descriptor, or -1. */
    public int eventfd(final int value, final int flags)
    {
        return CALLS.eventfd(value, flags);
    }

    /** @return the command's result, or -1. */
    public int fcntl(final int fd, final int command, final int argument)
    {
        return CALLS.fcntl(fd, command, argument);
    }

    /** @return a descriptor, or -1. */
    int epollCreate(final int flags)
    {
        return CALLS.epollCreate(flags);
    }

    /**
     * @param event its offset.
     * @return 0, or -1.
     */
    int epollControl(final int epoll, final int operation, final int fd, final MemoryBuffer memory, final int event)
    {
        final int result = CALLS.epollControl(epoll, operation, fd, address(memory, event, Linux.EPOLL_EVENT_SIZE));
        Reference.reachabilityFence(memory);
        return result;
    }

    /**
     * @param events    gets an epoll_event for each descriptor that is ready.
     * @param count     most entries to return.
     * @param timeoutMs to wait at most, in milliseconds.
     * @return events, or -1.
     */
    int epollWait(final int epoll, final MemoryBuffer events, final int count, final int timeoutMs)
    {
        final int ready = CALLS.epollWait(epoll, address(events, 0, count * Linux.EPOLL_EVENT_SIZE), count, timeoutMs);
        Reference.reachabilityFence(events);
        return ready;
    }

    /** @return a descriptor, or -1. */
    public int socket(final int domain, final int type)
    {
        return socket(domain, type, 0);
    }

    /** @return a descriptor, or -1. */
    public int socket(final int domain, final int type, final int protocol)
    {
        return CALLS.socket(domain, type, protocol);
    }

    /**
     * @param length bytes of the address.
     * @return 0, or -1.
     */
    public int bind(final int fd, final MemoryBuffer sockaddr, final int length)
    {
        final int result = CALLS.bind(fd, address(sockaddr, 0, length), length);
        Reference.reachabilityFence(sockaddr);
        return result;
    }

    /**
     * @param length bytes of the address.
     * @return 0, or -1.
     */
    public int connect(final int fd, final MemoryBuffer sockaddr, final int length)
    {
        final int result = CALLS.connect(fd, address(sockaddr, 0, length), length);
        Reference.reachabilityFence(sockaddr);
        return result;
    }

    /** @return 0, or -1. */
    public int listen(final int fd, final int backlog)
    {
        return CALLS.listen(fd, backlog);
    }

    /** @return the descriptor of a connection, closed in programs that this one starts; or -1. */
    public int accept(final int fd)
    {
        return CALLS.accept4(fd, 0, 0, Linux.O_CLOEXEC);
    }

    /**
     * @param message that begins with a msghdr, and has in itself everything that this points to.
     * @return bytes sent, or -1.
     */
    public int sendmsg(final int fd, final MemoryBuffer message)
    {
        final long sent = CALLS.sendmsg(fd, address(message, 0, Linux.MSG_SIZE), Linux.MSG_NOSIGNAL);
        Reference.reachabilityFence(message);
        return (int)sent;
    }

    /**
     * @param message as in {@link #sendmsg}. Received descriptors are closed in programs that this one starts.
     * @return bytes received, 0 at the end of the connection, or -1.
     */
    public int recvmsg(final int fd, final MemoryBuffer message)
    {
        final long received = CALLS.recvmsg(fd, address(message, 0, Linux.MSG_SIZE), Linux.MSG_CMSG_CLOEXEC);
        Reference.reachabilityFence(message);
        return (int)received;
    }

    /**
     * @param memory gets the address at its start.
     * @param length offset of four bytes: the room for the address, then its length.
     * @return 0, or -1.
     */
    public int getsockname(final int fd, final MemoryBuffer memory, final int length)
    {
        final int result = CALLS.getsockname(
            fd, address(memory, 0, memory.getInt(length)), address(memory, length, Integer.BYTES));
        Reference.reachabilityFence(memory);
        return result;
    }

    /** @return 0, or -1. */
    public int setsockopt(
        final int fd, final int level, final int name, final MemoryBuffer memory, final int offset, final int length)
    {
        final int result = CALLS.setsockopt(fd, level, name, address(memory, offset, length), length);
        Reference.reachabilityFence(memory);
        return result;
    }

    /**
     * @param memory gets the value.
     * @param value  offset of the value.
     * @param length offset of four bytes: the room for the value, then its length.
     * @return 0, or -1.
     */
    public int getsockopt(
        final int fd, final int level, final int name, final MemoryBuffer memory, final int value, final int length)
    {
        final int result = CALLS.getsockopt(
            fd,
            level,
            name,
            address(memory, value, memory.getInt(length)),
            address(memory, length, Integer.BYTES));
        Reference.reachabilityFence(memory);
        return result;
    }

    /**
     * @param payloads has every frame that the messages point to.
     * @return messages sent, or -1.
     */
    public int sendmmsg(
        final int fd, final Messages messages, final int first, final int count, final SendBatch payloads)
    {
        final int offset = first * Linux.MMSG_SIZE;
        final int sent = CALLS.sendmmsg(
            fd, address(messages.memory(), offset, count * Linux.MMSG_SIZE), count, Linux.MSG_DONTWAIT);
        Reference.reachabilityFence(messages);
        Reference.reachabilityFence(payloads);
        return sent;
    }

    /**
     * @param messages to fill from the first on.
     * @param count    most entries to return.
     * @param payloads has every frame that the messages point to.
     * @return messages filled, or -1.
     */
    public int recvmmsg(final int fd, final Messages messages, final int count, final FrameSlab payloads)
    {
        final int filled = CALLS.recvmmsg(
            fd, address(messages.memory(), 0, count * Linux.MMSG_SIZE), count, Linux.MSG_DONTWAIT, 0);
        Reference.reachabilityFence(messages);
        Reference.reachabilityFence(payloads);
        return filled;
    }

    /**
     * @param number    {@code sched_getattr} or {@code sched_setattr}, for the calling thread.
     * @param attribute {@code struct sched_attr}.
     * @param length    size of the structure to read it, 0 to write it.
     * @return 0, or -1.
     */
    public long schedAttr(final long number, final MemoryBuffer attribute, final int length)
    {
        final long result = CALLS.syscall(number, 0, address(attribute, 0, attribute.capacity()), length, 0);
        Reference.reachabilityFence(attribute);
        return result;
    }

    /**
     * @param command    {@code BPF_…}.
     * @param memory     that begins with the attributes, and has in itself everything that these point to.
     * @param attributes their length.
     * @return a descriptor or 0, or -1.
     */
    public int bpf(final int command, final MemoryBuffer memory, final int attributes)
    {
        final long result = CALLS.syscall(SYS_BPF, command, address(memory, 0, attributes), attributes, 0);
        Reference.reachabilityFence(memory);
        return (int)result;
    }

    /** Give the whole pages of memory that holds only zeros back to the system. If that fails, they stay resident. */
    private static void releasePages(final MemoryBuffer zeros)
    {
        final long begin = BitUtil.align(zeros.addressOffset(), MAX_PAGE_LENGTH);
        final long length = (zeros.addressOffset() + zeros.capacity() - begin) & -MAX_PAGE_LENGTH;
        if (length > 0)
        {
            CALLS.madvise(begin, length, MADV_DONTNEED);
            Reference.reachabilityFence(zeros);
        }
    }

    /** @return the requested value or 0; -1 on failure. */
    public int prctl(final int option, final long value)
    {
        return CALLS.prctl(option, value, 0, 0, 0);
    }

    /** @return the error of this thread's last failed call. */
    public static int errno()
    {
        return LastError.getLastError(RUNTIME);
    }

    /**
     * @param flags {@code O_…}.
     * @return a descriptor, or -1.
     */
    public static int open(final String path, final int flags)
    {
        get();
        final byte[] text = path.getBytes(StandardCharsets.UTF_8);
        final MemoryBuffer name = new MemoryBuffer(ByteBuffer.allocateDirect(text.length + 1));
        name.putBytes(0, text);
        final int fd = CALLS.open(name.addressOffset(), flags, 0);
        Reference.reachabilityFence(name);
        return fd;
    }

    public static int close(final int fd)
    {
        return CALLS.close(fd);
    }

    /**
     * @param fd any descriptor.
     * @return 0, or -1.
     */
    public static int setNonBlocking(final int fd)
    {
        get();
        final int flags = CALLS.fcntl(fd, Linux.F_GETFL, 0);
        return flags < 0 ? -1 : CALLS.fcntl(fd, Linux.F_SETFL, flags | Linux.O_NONBLOCK);
    }

    /** @return its name and meaning, for a message. */
    public static String describe(final int errno)
    {
        final Errno known = Errno.valueOf(errno);
        return known == Errno.__UNKNOWN_CONSTANT__ ? "errno " + errno : known.name() + " (" + known.description() + ")";
    }
}
