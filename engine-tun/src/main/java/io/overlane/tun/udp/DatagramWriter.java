// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.udp;

import static io.overlane.tun.libc.Linux.AF_INET;
import static io.overlane.tun.libc.Linux.CMSG_DATA_OFFSET;
import static io.overlane.tun.libc.Linux.CMSG_LEVEL_OFFSET;
import static io.overlane.tun.libc.Linux.CMSG_SMALL_SPACE;
import static io.overlane.tun.libc.Linux.CMSG_TYPE_OFFSET;
import static io.overlane.tun.libc.Linux.EAGAIN;
import static io.overlane.tun.libc.Linux.ECONNREFUSED;
import static io.overlane.tun.libc.Linux.EHOSTDOWN;
import static io.overlane.tun.libc.Linux.EHOSTUNREACH;
import static io.overlane.tun.libc.Linux.EINTR;
import static io.overlane.tun.libc.Linux.EINVAL;
import static io.overlane.tun.libc.Linux.EIO;
import static io.overlane.tun.libc.Linux.EMSGSIZE;
import static io.overlane.tun.libc.Linux.ENETDOWN;
import static io.overlane.tun.libc.Linux.ENETUNREACH;
import static io.overlane.tun.libc.Linux.ENOBUFS;
import static io.overlane.tun.libc.Linux.POLLOUT;

import io.overlane.address.IpAddress;
import io.overlane.frame.Frame;
import io.overlane.memory.MemoryBuffer;
import io.overlane.status.DropReason;
import io.overlane.tun.libc.Descriptor;
import io.overlane.tun.libc.ErrnoReporter;
import io.overlane.tun.libc.LibC;
import io.overlane.tun.libc.Linux;
import io.overlane.tun.libc.Messages;
import io.overlane.tun.libc.PollSet;
import io.overlane.tun.libc.SocketAddress;
import io.overlane.underlay.OuterFields;
import io.overlane.underlay.SendBatch;
import java.util.Arrays;

/**
 * Sends the entries of a batch with as few {@code sendmmsg} calls as possible, and sets a verdict for each. Sending
 * thread only.
 *
 * <p>The kernel stops at an entry that it refuses and returns the number of entries before it. The next call begins
 * with that entry and returns the reason.
 */
final class DatagramWriter
{
    private static final int MESSAGES = 64;
    /** Segment size, type of service and time to live. */
    private static final int CONTROL_SPACE = 3 * CMSG_SMALL_SPACE;

    private final LibC libc;
    private final Messages messages = new Messages(MESSAGES, CONTROL_SPACE);
    private final PollSet room;
    private final MemoryBuffer option = MemoryBuffer.allocate(Long.BYTES, Long.BYTES);
    /** The entry of the batch for each message. */
    private final int[] entries = new int[MESSAGES];
    private final SourcePortFan fan;
    private final int family;
    private final ErrnoReporter errors;
    /** Value of IP_MTU_DISCOVER for each setting of the don't-fragment bit. */
    private final int[] discovery = new int[OuterFields.DF_CLEAR + 1];
    /** Present value of IP_MTU_DISCOVER for each socket of the fan. */
    private final int[] discoveries;
    private volatile boolean segments;
    /** The socket that is written to now. */
    private int fd;
    private long timeoutNs;
    private long deadlineNs;
    private boolean waited;
    private boolean full;

    /** @param errors gets failures that have no verdict of their own. */
    DatagramWriter(final LibC libc, final SourcePortFan fan, final ErrnoReporter errors)
    {
        this.libc = libc;
        this.fan = fan;
        this.family = fan.socket(0).family();
        this.segments = fan.socket(0).segments();
        this.errors = errors;
        discovery[OuterFields.DF_DEFAULT] = fan.socket(0).discovery();
        discovery[OuterFields.DF_SET] = Linux.IP_PMTUDISC_DO;
        // This clears the bit for routers. The kernel itself still refuses a datagram that is longer than the
        // interface's MTU.
        discovery[OuterFields.DF_CLEAR] = Linux.IP_PMTUDISC_INTERFACE;
        discoveries = new int[fan.size()];
        Arrays.fill(discoveries, discovery[OuterFields.DF_DEFAULT]);
        room = new PollSet(libc, 1, POLLOUT);
    }

    /** @return true while joined entries are sent with one call. */
    boolean segments()
    {
        return segments;
    }

    /**
     * @param batch     to send; each entry gets a verdict. Entries of one source port are sent in order.
     * @param timeoutNs longest time that all entries together wait for room in the socket, in nanoseconds.
     */
    void write(final SendBatch batch, final long timeoutNs)
    {
        waited = false;
        this.timeoutNs = timeoutNs;
        long left = 1;
        if (fan.size() > 1)
        {
            left = 0;
            for (int i = 0, size = batch.size(); i < size; i++)
            {
                left |= 1L << fan.index(batch.flowHash(i));
            }
        }
        for (; left != 0; left &= left - 1)
        {
            final int index = Long.numberOfTrailingZeros(left);
            final Descriptor descriptor = fan.socket(index).descriptor();
            if (descriptor.acquire())
            {
                try
                {
                    fd = descriptor.fd();
                    room.set(0, fd);
                    write(batch, index);
                }
                finally
                {
                    descriptor.release();
                }
            }
            else
            {
                refuse(batch, index);
            }
        }
    }

    private void write(final SendBatch batch, final int index)
    {
        full = false;
        int count = 0;
        for (int i = 0, size = batch.size(); i < size; i++)
        {
            if (fan.index(batch.flowHash(i)) != index)
            {
                continue;
            }
            batch.verdict(i, DropReason.NONE);
            if (discovery[batch.df(i)] != discoveries[index] && isV4(batch, i))
            {
                flush(batch, count);
                count = 0;
                discover(index, discovery[batch.df(i)]);
            }
            if (family == AF_INET && !isV4(batch, i))
            {
                batch.verdict(i, DropReason.UNDERLAY_UNREACHABLE);
            }
            else if (isJoined(batch, i) && !segments)
            {
                flush(batch, count);
                count = 0;
                batch.verdict(i, writePieces(batch, i));
            }
            else
            {
                fill(count, batch, i, 0, batch.frame(i).length());
                entries[count] = i;
                count++;
                if (count == MESSAGES)
                {
                    flush(batch, count);
                    count = 0;
                }
            }
        }
        flush(batch, count);
    }

    private static boolean isV4(final SendBatch batch, final int entry)
    {
        return IpAddress.isV4(batch.remoteHigh(entry), batch.remoteLow(entry));
    }

    /** DF cannot be set per datagram, so the socket option is changed between two calls of sendmmsg. */
    private void discover(final int index, final int value)
    {
        option.putInt(0, value);
        if (libc.setsockopt(fd, Linux.IPPROTO_IP, Linux.IP_MTU_DISCOVER, option, 0, Integer.BYTES) < 0)
        {
            errors.report("set IP_MTU_DISCOVER", LibC.errno());
        }
        discoveries[index] = value;
    }

    /** Sets the verdict for entries whose socket is closed. */
    private void refuse(final SendBatch batch, final int index)
    {
        for (int i = 0, size = batch.size(); i < size; i++)
        {
            if (fan.index(batch.flowHash(i)) == index)
            {
                batch.verdict(i, DropReason.UNDERLAY_ERROR);
            }
        }
    }

    private static boolean isJoined(final SendBatch batch, final int entry)
    {
        return batch.segmentSize(entry) > 0 && batch.segmentSize(entry) < batch.frame(entry).length();
    }

    private void flush(final SendBatch batch, final int count)
    {
        int done = 0;
        while (done < count)
        {
            final int sent = send(batch, done, count - done);
            if (sent > 0)
            {
                done += sent;
            }
            else
            {
                final int entry = entries[done];
                // Pieces use the first message. Its own entry is this one or is done.
                batch.verdict(entry, isJoined(batch, entry) && refusesJoined(-sent) ?
                    writePieces(batch, entry) :
                    verdict(batch, entry, -sent));
                done++;
            }
        }
    }

    /**
     * One call of sendmmsg, which is repeated after errors that pass by themselves.
     *
     * @return messages sent, or the negated error of the first.
     */
    private int send(final SendBatch batch, final int first, final int count)
    {
        if (full)
        {
            return -EAGAIN;
        }
        boolean again = true;
        while (true)
        {
            final int sent = libc.sendmmsg(fd, messages, first, count, batch);
            if (sent > 0)
            {
                return sent;
            }
            final int errno = LibC.errno();
            if (errno == EAGAIN)
            {
                if (!awaitRoom())
                {
                    full = true;
                    return -EAGAIN;
                }
            }
            else if (errno == ECONNREFUSED || errno == ENOBUFS)
            {
                // An error of an earlier datagram, or a queue that was full for a moment.
                if (!again)
                {
                    return -errno;
                }
                again = false;
            }
            else if (errno != EINTR)
            {
                return -errno;
            }
        }
    }

    private boolean awaitRoom()
    {
        final long nowNs = System.nanoTime();
        if (!waited)
        {
            waited = true;
            deadlineNs = nowNs + timeoutNs;
        }
        final long leftNs = deadlineNs - nowNs;
        if (leftNs <= 0)
        {
            return false;
        }
        room.poll(1, leftNs);
        return true;
    }

    /**
     * True if the engine must cut this entry, because the kernel refuses to. After EIO (the device has no checksum
     * offload) the engine cuts all entries.
     */
    private boolean refusesJoined(final int errno)
    {
        if (errno == EIO && segments)
        {
            segments = false;
            errors.reportAlways("send joined datagrams, so they are sent one by one from now on", errno);
        }
        return errno == EIO || errno == EINVAL || errno == EMSGSIZE;
    }

    /** @return the verdict on the first piece that was refused; the pieces after it are not sent. */
    private DropReason writePieces(final SendBatch batch, final int entry)
    {
        final int length = batch.frame(entry).length();
        final int segmentSize = batch.segmentSize(entry);
        for (int offset = 0; offset < length; offset += segmentSize)
        {
            fill(0, batch, entry, offset, Math.min(segmentSize, length - offset));
            final int sent = send(batch, 0, 1);
            if (sent < 0)
            {
                return verdict(batch, entry, -sent);
            }
        }
        return DropReason.NONE;
    }

    private DropReason verdict(final SendBatch batch, final int entry, final int errno)
    {
        return switch (errno)
        {
            case EMSGSIZE -> DropReason.OVERSIZE;
            case EAGAIN, ENOBUFS -> DropReason.UNDERLAY_BUSY;
            case ENETUNREACH, EHOSTUNREACH, ECONNREFUSED, ENETDOWN, EHOSTDOWN -> DropReason.UNDERLAY_UNREACHABLE;
            default ->
            {
                errors.reportSend(
                    batch.remoteHigh(entry), batch.remoteLow(entry), batch.remotePort(entry), errno);
                yield DropReason.UNDERLAY_ERROR;
            }
        };
    }

    private void fill(final int slot, final SendBatch batch, final int entry, final int offset, final int length)
    {
        final Frame frame = batch.frame(entry);
        messages.payload(slot, frame, frame.offset() + offset, length);

        final long high = batch.remoteHigh(entry);
        final long low = batch.remoteLow(entry);
        messages.nameLength(slot, SocketAddress.put(
            messages.memory(), messages.name(slot), family, high, low, batch.remotePort(entry)));

        final int control = messages.control(slot);
        int controlLength = 0;
        final int segmentSize = batch.segmentSize(entry);
        if (segmentSize > 0 && segmentSize < length)
        {
            putControl(control, Short.BYTES, Linux.IPPROTO_UDP, Linux.UDP_SEGMENT, segmentSize);
            controlLength = CMSG_SMALL_SPACE;
        }
        if (batch.outer(entry) != 0)
        {
            final boolean v4 = IpAddress.isV4(high, low);
            final int level = v4 ? Linux.IPPROTO_IP : Linux.IPPROTO_IPV6;
            final int tos = batch.tos(entry);
            if (tos > 0)
            {
                final int type = v4 ? Linux.IP_TOS : Linux.IPV6_TCLASS;
                putControl(control + controlLength, Integer.BYTES, level, type, tos);
                controlLength += CMSG_SMALL_SPACE;
            }
            final int ttl = batch.ttl(entry);
            if (ttl > 0)
            {
                final int type = v4 ? Linux.IP_TTL : Linux.IPV6_HOPLIMIT;
                putControl(control + controlLength, Integer.BYTES, level, type, ttl);
                controlLength += CMSG_SMALL_SPACE;
            }
        }
        messages.controlLength(slot, controlLength);
    }

    private void putControl(final int offset, final int length, final int level, final int type, final int value)
    {
        final MemoryBuffer controls = messages.memory();
        controls.putLong(offset, CMSG_DATA_OFFSET + length);
        controls.putInt(offset + CMSG_LEVEL_OFFSET, level);
        controls.putInt(offset + CMSG_TYPE_OFFSET, type);
        // Little-endian, so this writes values of any length.
        controls.putInt(offset + CMSG_DATA_OFFSET, value);
    }
}
