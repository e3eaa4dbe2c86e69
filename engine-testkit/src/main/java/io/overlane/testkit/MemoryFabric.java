// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit;

import io.overlane.address.IpAddress;
import io.overlane.address.Vtep;
import io.overlane.status.DropReason;
import io.overlane.underlay.SendBatch;
import io.overlane.underlay.Underlay;
import io.overlane.underlay.UnderlayFeature;
import io.overlane.underlay.base.OuterOverhead;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.LongConsumer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/**
 * A network in memory: endpoints attach to it and reach each other; each link has a delay on a given clock. It has no
 * threads: a datagram is received by the first poll after it is due, so the same sends and polls at the same times
 * always give the same result.
 *
 * <pre>
 *   send ──► addressed to nobody: UNDERLAY_UNREACHABLE (a multicast group may be nobody)
 *        ──► longer than the MTU: OVERSIZE
 *        ──► lost, delayed or copied by the {@link MemoryWire}, if there is one
 *        ──► receiver's queue full: lost, as in a real network; see {@link #lost()}
 *        ──► waits at the receiver until now + delay ──► poll
 * </pre>
 *
 * Datagrams of one link stay in order unless its delay is reduced meanwhile. The type of service is received as sent.
 * Any thread may use any end; all ends share one lock.
 */
public final class MemoryFabric
{
    /** Default MTU: Ethernet's, in bytes of IP. */
    public static final int DEFAULT_MTU = 1500;

    /** Default number of datagrams that can wait for one endpoint. */
    public static final int DEFAULT_QUEUE_CAPACITY = 256;

    private static final int MAX_PACKET_LENGTH = 65_535;

    private record Link(Vtep from, Vtep to)
    {
    }

    private record Path(Vtep from, IpAddress to)
    {
    }

    private final NanoClock clock;
    private final int mtu;
    private final int queueCapacity;
    private final Map<Vtep, MemoryUnderlay> ends = new HashMap<>();
    private final Map<Link, Long> delaysNs = new HashMap<>();
    private final Map<Path, Integer> mtus = new HashMap<>();
    private final Map<IpAddress, Set<MemoryUnderlay>> groups = new HashMap<>();
    private Set<UnderlayFeature> features = EnumSet.allOf(UnderlayFeature.class);
    private long defaultDelayNs;
    private boolean joins;
    private @Nullable MemoryWire wire;
    private final Copies copies = new Copies();
    private long lost;

    /**
     * Makes a network with Ethernet's MTU and no delay.
     *
     * @param clock for delays; the test steps it.
     */
    public MemoryFabric(final NanoClock clock)
    {
        this(clock, DEFAULT_MTU, DEFAULT_QUEUE_CAPACITY);
    }

    /**
     * @param clock         for delays; the test steps it.
     * @param mtu           IP MTU of every link, in bytes; a payload is 28 bytes shorter over IPv4, 48 over IPv6.
     * @param queueCapacity datagrams that can wait for one endpoint.
     */
    public MemoryFabric(final NanoClock clock, final int mtu, final int queueCapacity)
    {
        if (mtu <= OuterOverhead.datagram(false) || mtu > MAX_PACKET_LENGTH)
        {
            throw new IllegalArgumentException("not an MTU: " + mtu + " (expected 49…65535)");
        }
        if (queueCapacity < 1)
        {
            throw new IllegalArgumentException("queueCapacity must be positive: " + queueCapacity);
        }
        this.clock = clock;
        this.mtu = mtu;
        this.queueCapacity = queueCapacity;
    }

    /**
     * Set the delay of all links.
     *
     * @param delayNs from send to receipt, in nanoseconds.
     */
    public synchronized MemoryFabric delay(final long delayNs)
    {
        defaultDelayNs = checkDelay(delayNs);
        return this;
    }

    /**
     * Set the delay of one link in one direction.
     *
     * @param delayNs from send to receipt, in nanoseconds.
     */
    public synchronized MemoryFabric delay(final Vtep from, final Vtep to, final long delayNs)
    {
        delaysNs.put(new Link(from, to), checkDelay(delayNs));
        return this;
    }

    /**
     * Set the MTU of one path, as if it had a narrow link.
     *
     * @param to  address of the receiver, whatever its port.
     * @param mtu IP MTU, in bytes.
     */
    public synchronized MemoryFabric mtu(final Vtep from, final IpAddress to, final int mtu)
    {
        mtus.put(new Path(from, to), mtu);
        return this;
    }

    /**
     * Set the features that the ends declare; all by default. Times to live and don't-fragment bits have no effect in
     * memory.
     */
    public synchronized MemoryFabric features(final Set<UnderlayFeature> features)
    {
        this.features = Set.copyOf(features);
        return this;
    }

    /**
     * Deliver an entry of several datagrams as one, as with UDP_GRO. Off by default; set it before endpoints are
     * attached.
     */
    public synchronized MemoryFabric joining(final boolean joins)
    {
        this.joins = joins;
        return this;
    }

    /**
     * Let a wire decide what becomes of each datagram from now on; the delays of links have no effect then. Not
     * together with {@link #joining}.
     *
     * @param wire decides; null: every datagram arrives once, after the delay of its link.
     */
    public synchronized MemoryFabric wire(final @Nullable MemoryWire wire)
    {
        this.wire = wire;
        return this;
    }

    /**
     * Send a datagram with any source address, as an attacker can. It takes the same way as others.
     *
     * @param from   source that the receiver sees; need not be attached.
     * @param buffer with the payload, which is copied.
     * @param offset of its first byte.
     * @param length of the payload, in bytes; the MTU does not limit it below the room of a slot.
     * @return false if nobody has the destination's address.
     */
    public synchronized boolean inject(
        final Vtep from, final Vtep to, final DirectBuffer buffer, final int offset, final int length)
    {
        final MemoryUnderlay receiver = ends.get(to);
        if (receiver != null)
        {
            carry(receiver, from, to, buffer, offset, length, 0, 0);
        }
        return receiver != null;
    }

    /**
     * Attach an endpoint.
     *
     * @param local address and port of the endpoint, not a wildcard.
     * @return its underlay; closing detaches it.
     * @throws IllegalArgumentException if the address is a wildcard or in use.
     */
    public synchronized Underlay attach(final Vtep local)
    {
        if (local.address().isAny())
        {
            throw new IllegalArgumentException("an endpoint needs an address of its own: " + local);
        }
        if (ends.containsKey(local))
        {
            throw new IllegalArgumentException("already attached: " + local);
        }
        final int slotLength = joins ? MAX_PACKET_LENGTH : mtu;
        final MemoryUnderlay end = new MemoryUnderlay(this, local, queueCapacity, slotLength);
        ends.put(local, end);
        return end;
    }

    /** @return datagrams lost because their receiver's queue was full. */
    public synchronized long lost()
    {
        return lost;
    }

    long nowNs()
    {
        return clock.nanoTime();
    }

    void detach(final Vtep local)
    {
        final MemoryUnderlay end = ends.remove(local);
        groups.values().forEach(members -> members.remove(end));
    }

    synchronized Set<UnderlayFeature> features()
    {
        return features;
    }

    synchronized int mtu(final Vtep from, final IpAddress to)
    {
        return mtus.getOrDefault(new Path(from, to), mtu);
    }

    synchronized void join(final MemoryUnderlay end, final IpAddress group)
    {
        groups.computeIfAbsent(group, address -> new LinkedHashSet<>()).add(end);
    }

    synchronized void leave(final MemoryUnderlay end, final IpAddress group)
    {
        groups.computeIfPresent(group, (address, members) ->
        {
            members.remove(end);
            return members.isEmpty() ? null : members;
        });
    }

    /** Carry one entry; the caller holds the lock. */
    DropReason carry(final Vtep from, final SendBatch batch, final int index, final @Nullable Vtep to)
    {
        final int length = batch.frame(index).length();
        final int segmentSize = batch.segmentSize(index);
        final int pieceLength = segmentSize > 0 ? Math.min(segmentSize, length) : length;
        final boolean isGroup = to != null && to.address().isMulticast();
        final MemoryUnderlay receiver = ends.get(to);
        if (to == null || receiver == null && !isGroup || from.address().isV4() != to.address().isV4())
        {
            return DropReason.UNDERLAY_UNREACHABLE;
        }
        final int headersLength = OuterOverhead.datagram(from.address().isV4());
        final int pathMtu = mtus.isEmpty() ? mtu : mtus.getOrDefault(new Path(from, to.address()), mtu);
        if (pieceLength > pathMtu - headersLength || length > MAX_PACKET_LENGTH - headersLength)
        {
            return DropReason.OVERSIZE;
        }
        if (receiver != null && !isGroup)
        {
            deliver(receiver, from, to, batch, index);
            return DropReason.NONE;
        }
        for (final MemoryUnderlay member : groups.getOrDefault(to.address(), Set.of()))
        {
            // As with IP_MULTICAST_LOOP off, the sender gets no copy.
            if (!member.local().equals(from) && member.local().udpPort() == to.udpPort())
            {
                deliver(member, from, member.local(), batch, index);
            }
        }
        return DropReason.NONE;
    }

    private void deliver(
        final MemoryUnderlay receiver, final Vtep from, final Vtep to, final SendBatch batch, final int index)
    {
        final int length = batch.frame(index).length();
        final int segmentSize = batch.segmentSize(index);
        final int pieceLength = segmentSize > 0 ? Math.min(segmentSize, length) : length;
        final int step = segmentSize > 0 && !joins ? segmentSize : Math.max(1, length);
        int offset = 0;
        do
        {
            final int piece = Math.min(step, length - offset);
            carry(
                receiver, from, to, batch.frame(index).buffer(), batch.frame(index).offset() + offset, piece,
                batch.tos(index), piece > pieceLength ? segmentSize : 0);
            offset += piece;
        }
        while (offset < length);
    }

    private void carry(
        final MemoryUnderlay receiver,
        final Vtep from,
        final Vtep to,
        final DirectBuffer buffer,
        final int offset,
        final int length,
        final int tos,
        final int segmentSize)
    {
        copies.set(receiver, from, buffer, offset, length, tos, segmentSize);
        if (wire == null)
        {
            copies.accept(delaysNs.getOrDefault(new Link(from, to), defaultDelayNs));
        }
        else
        {
            wire.carry(from, to, buffer, offset, length, copies);
        }
    }

    private static long checkDelay(final long delayNs)
    {
        if (delayNs < 0)
        {
            throw new IllegalArgumentException("a delay cannot be negative: " + delayNs + " ns");
        }
        return delayNs;
    }

    /** Makes the copies of one datagram. */
    private final class Copies implements LongConsumer
    {
        private MemoryUnderlay receiver;
        private Vtep from;
        private DirectBuffer buffer;
        private int offset;
        private int length;
        private int tos;
        private int segmentSize;

        @SuppressWarnings("NullAway.Init") // set() comes before each use.
        private Copies()
        {
        }

        private void set(
            final MemoryUnderlay receiver,
            final Vtep from,
            final DirectBuffer buffer,
            final int offset,
            final int length,
            final int tos,
            final int segmentSize)
        {
            this.receiver = receiver;
            this.from = from;
            this.buffer = buffer;
            this.offset = offset;
            this.length = length;
            this.tos = tos;
            this.segmentSize = segmentSize;
        }

        @Override
        public void accept(final long delayNs)
        {
            if (!receiver.receive(from, buffer, offset, length, tos, segmentSize, nowNs() + checkDelay(delayNs)))
            {
                lost++;
            }
        }
    }
}
