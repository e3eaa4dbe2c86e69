package io.overlane.tun.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.SegmentedDatagramPacket;
import io.overlane.address.IpAddress;
import io.overlane.frame.ByteBufFrames;
import io.overlane.frame.Frame;
import io.overlane.signal.Doorbell;
import io.overlane.status.DropReason;
import io.overlane.underlay.SendBatch;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The sending half of a {@link NettyUnderlay}: the sending thread copies a batch into pooled buffers, the event loop
 * writes it and flushes once.
 */
final class NettySender
{
    /** Bytes copied and not yet written at most; more than a socket's buffer would only grow the queue. */
    private static final long MAX_OUTSTANDING_BYTES = 4 * 1024 * 1024;

    /** How long one batch may wait for the event loop, in nanoseconds. */
    private static final long PATIENCE_NS = TimeUnit.MILLISECONDS.toNanos(10);

    /** The error handler hears of failed writes this often, in nanoseconds. */
    private static final long REPORT_INTERVAL_NS = TimeUnit.SECONDS.toNanos(1);

    /** Linux UDP_MAX_SEGMENTS: datagrams in one UDP_SEGMENT send. */
    private static final int MAX_SEGMENTS = 64;

    private static final int REMOTES = 256;
    private static final int MAX_V4_PAYLOAD = 65_507;
    private static final int MAX_V6_PAYLOAD = 65_527;

    private final Channel channel;
    private final boolean sendsV4;
    private final boolean sendsV6;
    private final ErrorHandler errorHandler;
    private final Doorbell room = new Doorbell();
    private final AtomicLong outstanding = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    private volatile boolean joins;

    private final UnsafeBuffer target = new UnsafeBuffer(0, 0);
    private final InetSocketAddress[] remotes = new InetSocketAddress[REMOTES];
    private final IpAddress[] addresses = new IpAddress[REMOTES];

    private long reportedNs = System.nanoTime() - REPORT_INTERVAL_NS;

    NettySender(
        final Channel channel,
        final boolean sendsV4,
        final boolean sendsV6,
        final boolean joins,
        final ErrorHandler errorHandler)
    {
        this.channel = channel;
        this.sendsV4 = sendsV4;
        this.sendsV6 = sendsV6;
        this.joins = joins;
        this.errorHandler = errorHandler;
    }

    boolean joins()
    {
        return joins;
    }

    long failures()
    {
        return failures.get();
    }

    void send(final SendBatch batch)
    {
        final long deadlineNs = System.nanoTime() + PATIENCE_NS;
        boolean isTaken = true;
        List<Write> writes = new ArrayList<>(batch.size());
        for (int i = 0, size = batch.size(); i < size; i++)
        {
            DropReason verdict = check(batch, i);
            if (verdict == DropReason.NONE && outstanding.get() > MAX_OUTSTANDING_BYTES)
            {
                isTaken &= hand(writes);
                writes = new ArrayList<>(size - i);
                verdict = awaitRoom(deadlineNs) ? DropReason.NONE : DropReason.UNDERLAY_BUSY;
            }
            batch.verdict(i, verdict);
            if (verdict == DropReason.NONE)
            {
                writes.add(copy(batch, i));
            }
        }
        isTaken &= hand(writes);
        if (!isTaken)
        {
            for (int i = 0, size = batch.size(); i < size; i++)
            {
                if (batch.verdict(i) == DropReason.NONE)
                {
                    batch.verdict(i, DropReason.UNDERLAY_ERROR);
                }
            }
        }
    }

    private DropReason check(final SendBatch batch, final int index)
    {
        final boolean isV4 = IpAddress.isV4(batch.remoteHigh(index), batch.remoteLow(index));
        final int port = batch.remotePort(index);
        if (port < 1 || port > 0xFFFF || !(isV4 ? sendsV4 : sendsV6))
        {
            return DropReason.UNDERLAY_UNREACHABLE;
        }
        final int length = batch.frame(index).length();
        final int segmentSize = batch.segmentSize(index);
        final int pieceLength = segmentSize > 0 ? Math.min(segmentSize, length) : length;
        if (pieceLength > (isV4 ? MAX_V4_PAYLOAD : MAX_V6_PAYLOAD))
        {
            return DropReason.OVERSIZE;
        }
        // Netty cannot send an empty datagram, and beside others it would count one of them as sent instead.
        return length == 0 || !channel.isActive() ? DropReason.UNDERLAY_ERROR : DropReason.NONE;
    }

    private boolean awaitRoom(final long deadlineNs)
    {
        if (!channel.eventLoop().inEventLoop())
        {
            long leftNs = deadlineNs - System.nanoTime();
            while (outstanding.get() > MAX_OUTSTANDING_BYTES && leftNs > 0 && !Thread.currentThread().isInterrupted())
            {
                room.await(leftNs);
                leftNs = deadlineNs - System.nanoTime();
            }
        }
        return outstanding.get() <= MAX_OUTSTANDING_BYTES;
    }

    private Write copy(final SendBatch batch, final int index)
    {
        final Frame frame = batch.frame(index);
        final int length = frame.length();
        final ByteBuf bytes = channel.alloc().directBuffer(length);
        target.wrap(ByteBufFrames.address(bytes), length);
        target.putBytes(0, frame.buffer(), frame.offset(), length);
        bytes.writerIndex(length);
        outstanding.addAndGet(length);
        final InetSocketAddress remote =
            remote(batch.remoteHigh(index), batch.remoteLow(index), batch.remotePort(index));
        final int segmentSize = batch.segmentSize(index);
        return new Write(bytes, remote, segmentSize > 0 ? Math.min(segmentSize, length) : length);
    }

    /** False if the event loop is gone; the writes are then released. */
    private boolean hand(final List<Write> writes)
    {
        if (writes.isEmpty())
        {
            return true;
        }
        if (channel.eventLoop().inEventLoop())
        {
            write(writes);
            return true;
        }
        try
        {
            channel.eventLoop().execute(() -> write(writes));
            return true;
        }
        catch (final RejectedExecutionException ex)
        {
            writes.forEach(Write::release);
            return false;
        }
    }

    private void write(final List<Write> writes)
    {
        for (final Write write : writes)
        {
            write.start();
        }
        channel.flush();
    }

    private InetSocketAddress remote(final long high, final long low, final int port)
    {
        final long mixed = (high * 31 + low) * 0x9E37_79B9_7F4A_7C15L + port;
        final int slot = (int)(mixed >>> 32) & (REMOTES - 1);
        final IpAddress cached = addresses[slot];
        if (cached != null && cached.high() == high && cached.low() == low && remotes[slot].getPort() == port)
        {
            return remotes[slot];
        }
        final IpAddress address = new IpAddress(high, low);
        final InetSocketAddress remote = new InetSocketAddress(address.toInetAddress(), port);
        addresses[slot] = address;
        remotes[slot] = remote;
        return remote;
    }

    /** Event loop only. */
    private void report(final Throwable cause, final InetSocketAddress remote)
    {
        final long count = failures.incrementAndGet();
        final long nowNs = System.nanoTime();
        if (!(cause instanceof ClosedChannelException) && nowNs - reportedNs >= REPORT_INTERVAL_NS)
        {
            reportedNs = nowNs;
            errorHandler.onError(
                new IOException("cannot send to " + remote + " (" + count + " sends failed so far)", cause));
        }
    }

    /**
     * One entry on its way: its copy, and what is left to do when the kernel has taken or refused it.
     */
    private final class Write implements ChannelFutureListener
    {
        private final ByteBuf bytes;
        private final InetSocketAddress remote;
        private final int segmentSize;
        private final int length;
        private int pending;
        private boolean isJoined;
        private boolean isAgain;
        private boolean hasFailed;

        private Write(final ByteBuf bytes, final InetSocketAddress remote, final int segmentSize)
        {
            this.bytes = bytes;
            this.remote = remote;
            this.segmentSize = segmentSize;
            length = bytes.readableBytes();
        }

        /** Event loop. Each packet takes a reference; ours goes last, so that a refused one can be sent again. */
        private void start()
        {
            final int segments = (length + segmentSize - 1) / segmentSize;
            isJoined = joins && segments > 1 && segments <= MAX_SEGMENTS && length <= MAX_V4_PAYLOAD;
            if (isJoined)
            {
                pending = 1;
                channel.write(new SegmentedDatagramPacket(bytes.retainedDuplicate(), segmentSize, remote))
                    .addListener(this);
            }
            else
            {
                startPieces(segments);
            }
        }

        private void startPieces(final int segments)
        {
            isJoined = false;
            pending = segments;
            for (int from = 0; from < length; from += segmentSize)
            {
                final ByteBuf piece = bytes.retainedSlice(from, Math.min(segmentSize, length - from));
                channel.write(new DatagramPacket(piece, remote)).addListener(this);
            }
        }

        @Override
        public void operationComplete(final ChannelFuture future)
        {
            if (!future.isSuccess() && isJoined && channel.isActive())
            {
                isAgain = true;
                startPieces((length + segmentSize - 1) / segmentSize);
                channel.flush();
                return;
            }
            if (!future.isSuccess())
            {
                hasFailed = true;
                report(future.cause(), remote);
            }
            pending--;
            if (pending == 0)
            {
                if (isAgain && !hasFailed)
                {
                    // What was refused as one was taken in pieces: the device or the route cannot segment.
                    joins = false;
                }
                release();
            }
        }

        private void release()
        {
            bytes.release();
            final long left = outstanding.addAndGet(-length);
            if (left <= MAX_OUTSTANDING_BYTES && left + length > MAX_OUTSTANDING_BYTES)
            {
                room.ring();
            }
        }
    }
}
