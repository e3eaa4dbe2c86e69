// SPDX-License-Identifier: Apache-2.0
package io.overlane.underlay;

import io.overlane.address.IpAddress;
import io.overlane.address.Vtep;
import io.overlane.error.RepeatedFailures;
import io.overlane.frame.Frame;
import io.overlane.memory.MemoryBuffer;
import io.overlane.status.DropReason;
import io.overlane.underlay.base.OuterOverhead;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Selector;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.agrona.BitUtil;
import org.agrona.ErrorHandler;
import org.jspecify.annotations.Nullable;

/** The sending half of a {@link NioUnderlay}. Sending thread only. */
final class NioSender
{
    /** The longest time for which one batch waits for room in the socket. */
    private static final long PATIENCE_NS = TimeUnit.MILLISECONDS.toNanos(10);

    /** The most remotes in the cache; one more, and the cache is cleared. */
    private static final int MAX_REMOTES = 4096;

    private static final int MAX_V4_PAYLOAD = 65_507;
    private static final int MAX_V6_PAYLOAD = 65_527;

    private final DatagramChannel channel;
    private final Selector writable;
    private final boolean sendsV4;
    private final boolean sendsV6;
    private final boolean isNeverFragmented;
    private final RepeatedFailures failures;

    private final Map<Remote, Remote> remotes = new HashMap<>();
    private final Remote wanted = new Remote();
    private final ByteBuffer scratch = ByteBuffer.allocateDirect(BitUtil.align(MAX_V6_PAYLOAD, 8));

    private long deadlineNs;
    private boolean isWaiting;
    /** The present type of service of the socket. */
    private int tos;

    /**
     * @param writable          a selector with which the channel is registered for writing.
     * @param isNeverFragmented true if datagrams carry the don't-fragment bit, so that the system refuses long ones.
     */
    NioSender(
        final DatagramChannel channel,
        final Selector writable,
        final boolean sendsV4,
        final boolean sendsV6,
        final boolean isNeverFragmented,
        final ErrorHandler errorHandler)
    {
        this.channel = channel;
        this.writable = writable;
        this.sendsV4 = sendsV4;
        this.sendsV6 = sendsV6;
        this.isNeverFragmented = isNeverFragmented;
        failures = new RepeatedFailures(errorHandler);
    }

    /**
     * Connect a socket, which sends nothing, and look for the interface that has its address. Takes some system calls.
     * A route or a router on the way may have a smaller MTU, which the JDK does not report.
     *
     * @return IP MTU of the interface that leads to a remote, in bytes; 0 if the system does not report it.
     */
    static int interfaceMtu(final InetSocketAddress remote)
    {
        try (DatagramChannel channel = DatagramChannel.open())
        {
            channel.connect(remote);
            final InetSocketAddress source = (InetSocketAddress)channel.getLocalAddress();
            final NetworkInterface out = NetworkInterface.getByInetAddress(source.getAddress());
            return out == null ? 0 : out.getMTU();
        }
        catch (final IOException ex)
        {
            return 0;
        }
    }

    void send(final SendBatch batch)
    {
        isWaiting = false;
        for (int i = 0, size = batch.size(); i < size; i++)
        {
            batch.verdict(i, send(batch, i));
        }
    }

    private DropReason send(final SendBatch batch, final int index)
    {
        final long high = batch.remoteHigh(index);
        final long low = batch.remoteLow(index);
        final int port = batch.remotePort(index);
        final boolean isV4 = IpAddress.isV4(high, low);
        if (port < 1 || port > 0xFFFF || !(isV4 ? sendsV4 : sendsV6))
        {
            return DropReason.UNDERLAY_UNREACHABLE;
        }
        final Frame frame = batch.frame(index);
        final int length = frame.length();
        final int segmentSize = batch.segmentSize(index);
        final int pieceLength = segmentSize > 0 ? Math.min(segmentSize, length) : length;
        final Remote remote = remote(high, low, port);
        if (pieceLength > (isV4 ? MAX_V4_PAYLOAD : MAX_V6_PAYLOAD) ||
            !isNeverFragmented && pieceLength > remote.longest(System.nanoTime()))
        {
            return DropReason.OVERSIZE;
        }
        if (batch.tos(index) != tos && !changeTos(batch.tos(index)))
        {
            return DropReason.UNDERLAY_ERROR;
        }
        int sent = 0;
        do
        {
            final int piece = Math.min(pieceLength, length - sent);
            final DropReason verdict = send(frame, frame.offset() + sent, piece, remote);
            if (verdict != DropReason.NONE)
            {
                return verdict;
            }
            sent += piece;
        }
        while (sent < length);
        return DropReason.NONE;
    }

    /** It is a property of the socket: each change takes a system call. */
    private boolean changeTos(final int wanted)
    {
        try
        {
            channel.setOption(StandardSocketOptions.IP_TOS, wanted);
            tos = wanted;
            return true;
        }
        catch (final ClosedChannelException ex)
        {
            return false;
        }
        catch (final IOException ex)
        {
            failures.report("set the type of service to", wanted, ex, System.nanoTime());
            return false;
        }
    }

    private DropReason send(final Frame frame, final int offset, final int length, final Remote remote)
    {
        final ByteBuffer bytes = bytes(frame.buffer(), offset, length);
        try
        {
            while (true)
            {
                // For an empty datagram 0 means "sent", for others "no room".
                if (channel.send(bytes, remote.address) > 0 || length == 0)
                {
                    return DropReason.NONE;
                }
                if (!awaitRoom())
                {
                    return DropReason.UNDERLAY_BUSY;
                }
            }
        }
        catch (final ClosedChannelException | ClosedSelectorException ex)
        {
            return DropReason.UNDERLAY_ERROR;
        }
        catch (final IOException ex)
        {
            final DropReason verdict = verdict(ex);
            if (verdict == DropReason.UNDERLAY_ERROR)
            {
                failures.report("send to", remote, ex, System.nanoTime());
            }
            return verdict;
        }
    }

    /** False once the batch has waited for its time. */
    private boolean awaitRoom() throws IOException
    {
        final long nowNs = System.nanoTime();
        if (!isWaiting)
        {
            isWaiting = true;
            deadlineNs = nowNs + PATIENCE_NS;
        }
        if (deadlineNs - nowNs <= 0)
        {
            return false;
        }
        writable.select(1);
        writable.selectedKeys().clear();
        return true;
    }

    /** The JDK has classes for some errors; the others are recognised by the message of the C library. */
    private static DropReason verdict(final IOException ex)
    {
        if (ex instanceof NoRouteToHostException || ex instanceof PortUnreachableException)
        {
            return DropReason.UNDERLAY_UNREACHABLE;
        }
        final String message = String.valueOf(ex.getMessage());
        if (message.contains("too long") || message.contains("larger than"))
        {
            return DropReason.OVERSIZE;
        }
        if (message.contains("unreachable") || message.contains("is down"))
        {
            return DropReason.UNDERLAY_UNREACHABLE;
        }
        return message.contains("buffer space") ? DropReason.UNDERLAY_BUSY : DropReason.UNDERLAY_ERROR;
    }

    private Remote remote(final long high, final long low, final int port)
    {
        Remote remote = remotes.get(wanted.set(high, low, port));
        if (remote == null)
        {
            if (remotes.size() == MAX_REMOTES)
            {
                remotes.clear();
            }
            remote = new Remote().set(high, low, port);
            remote.address = new InetSocketAddress(new IpAddress(high, low).toInetAddress(), port);
            remotes.put(remote, remote);
        }
        return remote;
    }

    /** The bytes in place if the memory is direct, else a copy. */
    private ByteBuffer bytes(final MemoryBuffer buffer, final int offset, final int length)
    {
        if (buffer.byteArray() == null)
        {
            return buffer.forChannel(offset, length);
        }
        buffer.getBytes(offset, scratch.clear(), length);
        return scratch.flip();
    }

    /** A remote: the key of the cache, and the cached values. */
    private static final class Remote
    {
        private static final long LIFETIME_NS = TimeUnit.SECONDS.toNanos(10);

        private long high;
        private long low;
        private int port;
        @SuppressWarnings("NullAway.Init")
        private InetSocketAddress address;
        private int longest;
        private long askedNs;

        private Remote set(final long high, final long low, final int port)
        {
            this.high = high;
            this.low = low;
            this.port = port;
            return this;
        }

        /**
         * The longest payload that the interface takes in one packet, in bytes. Asks the system again after ten
         * seconds.
         */
        private int longest(final long nowNs)
        {
            if (longest == 0 || nowNs - askedNs >= LIFETIME_NS)
            {
                final int mtu = interfaceMtu(address);
                longest = mtu <= 0 ? Integer.MAX_VALUE : mtu - OuterOverhead.datagram(IpAddress.isV4(high, low));
                askedNs = nowNs;
            }
            return longest;
        }

        @Override
        public boolean equals(final @Nullable Object other)
        {
            return other instanceof Remote remote && remote.high == high && remote.low == low && remote.port == port;
        }

        @Override
        public String toString()
        {
            return new Vtep(new IpAddress(high, low), port).toString();
        }

        @Override
        public int hashCode()
        {
            return Long.hashCode((high * 31 + low) * 31 + port);
        }
    }
}
