// SPDX-License-Identifier: Apache-2.0
package io.overlane.event.delivery;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.control.FdbChange;
import io.overlane.event.EngineEvent;
import io.overlane.event.EngineEvent.Place;
import io.overlane.fdb.FdbEntry;
import io.overlane.memory.MemoryBuffer;
import io.overlane.segment.LocalPorts;
import io.overlane.signal.Doorbell;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.agrona.BitUtil;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
import org.jspecify.annotations.Nullable;

/**
 * A bounded ring from the engine's threads to the one that delivers events. The engine never waits: an event that finds
 * no room is lost and counted. Without a subscriber there is no ring, and an event costs one volatile read.
 *
 * <pre>
 *   0      8     16    24     32     40    48        52          56           64          72
 *   +------+-----+-----+------+------+-----+---------+-----------+------------+-----------+
 *   | time | vni | mac | word | high | low | udpPort | other's   | other high | other low |
 *   +------+-----+-----+------+------+-----+---------+-----------+------------+-----------+
 * </pre>
 *
 * The place of a station is the address of its remote; a port has an address, too ({@link LocalPorts}). Events that are
 * too rare to matter wait as objects beside the ring, where a record holds their turn.
 */
public final class EventQueue
{
    private static final int UNKNOWN_STATION = 100;
    private static final int UNKNOWN_NEIGHBOR = 101;
    private static final int LEARN_LIMITED = 102;
    private static final int OBJECT = 103;
    private static final int MAC_CONFLICT = 104;
    private static final int CLAIM = 105;
    private static final int TIME = 0;
    private static final int VNI = 8;
    private static final int MAC = 16;
    private static final int WORD = 24;
    private static final int HIGH = 32;
    private static final int LOW = 40;
    private static final int UDP_PORT = 48;
    private static final int OTHER_UDP_PORT = 52;
    private static final int OTHER_HIGH = 56;
    private static final int OTHER_LOW = 64;
    private static final int LENGTH = 72;
    private static final int RECORD_LENGTH = 80;
    private static final FdbChange[] CHANGES = FdbChange.values();

    private final int length;
    private final NanoClock clock;
    private final Doorbell doorbell = new Doorbell();
    private final Deque<EngineEvent> objects = new ConcurrentLinkedDeque<>();
    private final AtomicLong lost = new AtomicLong();
    private final AddressClaims claims;
    /** Null until somebody subscribes. */
    private volatile @Nullable ManyToOneRingBuffer ring;
    private volatile boolean isOn;

    /** Finds the name of a port. */
    @FunctionalInterface
    public interface PortNames
    {
        /**
         * @param id second word of the port's address.
         * @return null if the segment has no such port now.
         */
        @Nullable String name(int vni, long id);
    }

    /** Finds the MAC that was configured for an IP address. */
    @FunctionalInterface
    public interface Owners
    {
        /**
         * @param high first word of the address.
         * @return in the low 48 bits; -1 if none was configured.
         */
        long mac(int vni, long high, long low);
    }

    /**
     * @param capacity number of events that can wait; rounded up to a power of two, 80 bytes each.
     * @param owners   of IP addresses that were configured.
     */
    public EventQueue(final int capacity, final Owners owners, final NanoClock clock)
    {
        claims = new AddressClaims(owners);
        length = BitUtil.findNextPositivePowerOfTwo(Math.max(2, capacity) * RECORD_LENGTH);
        this.clock = clock;
    }

    /** Take events from now on. One thread at a time. */
    void open()
    {
        if (ring == null)
        {
            ring = new ManyToOneRingBuffer(MemoryBuffer.allocate(
                length + RingBufferDescriptor.TRAILER_LENGTH, BitUtil.CACHE_LINE_LENGTH));
        }
        isOn = true;
    }

    /** Take no more events. One thread at a time. */
    void close()
    {
        isOn = false;
    }

    /** Whether events are taken. */
    public boolean isOn()
    {
        return isOn;
    }

    /** Number of events that found no room; any thread. */
    long lost()
    {
        return lost.get();
    }

    /** Time on the engine's clock. */
    public long nowNs()
    {
        return clock.nanoTime();
    }

    /** Is rung for each event. */
    Doorbell doorbell()
    {
        return doorbell;
    }

    /**
     * Any thread; allocates nothing and does not wait.
     *
     * @param mac          in the low 48 bits.
     * @param word         the entry.
     * @param high         first word of its place, 0 if it has several.
     * @param udpPort      of the place.
     * @param otherHigh    first word of the place before, 0 if there is none.
     * @param otherUdpPort of the place before.
     */
    public void offerFdbChange(
        final FdbChange change,
        final int vni,
        final long mac,
        final long word,
        final long high,
        final long low,
        final int udpPort,
        final long otherHigh,
        final long otherLow,
        final int otherUdpPort)
    {
        offer(change.ordinal() + 1, vni, mac, word, high, low, udpPort, otherHigh, otherLow, otherUdpPort);
    }

    /**
     * Any thread; allocates nothing and does not wait.
     *
     * @param mac of a station that has no FDB entry.
     */
    public void offerUnknownStation(final int vni, final long mac)
    {
        offer(UNKNOWN_STATION, vni, mac, 0, 0, 0, 0, 0, 0, 0);
    }

    /**
     * Any thread; allocates nothing and does not wait.
     *
     * @param high first word of the IP address of an unknown neighbour.
     */
    public void offerUnknownNeighbor(final int vni, final long high, final long low)
    {
        offer(UNKNOWN_NEIGHBOR, vni, 0, 0, high, low, 0, 0, 0, 0);
    }

    /**
     * Any thread; allocates nothing and does not wait.
     *
     * @param high    first word of the place that brought too many MACs.
     * @param udpPort of the place.
     */
    public void offerLearnLimited(final int vni, final long high, final long low, final int udpPort)
    {
        offer(LEARN_LIMITED, vni, 0, 0, high, low, udpPort, 0, 0, 0);
    }

    /**
     * Any thread; allocates nothing and does not wait.
     *
     * @param mac     of a station that sends from the only port of its segment, too.
     * @param high    first word of the remote.
     * @param udpPort of the remote.
     */
    public void offerMacConflict(final int vni, final long mac, final long high, final long low, final int udpPort)
    {
        offer(MAC_CONFLICT, vni, mac, 0, high, low, udpPort, 0, 0, 0);
    }

    /**
     * A MAC claims an IP address. Any thread; allocates nothing and does not wait.
     *
     * @param addressHigh first word of the IP address.
     * @param high        first word of the place from which the claim came.
     * @param udpPort     of the place.
     */
    public void offerClaim(
        final int vni,
        final long addressHigh,
        final long addressLow,
        final long mac,
        final long high,
        final long low,
        final int udpPort)
    {
        offer(CLAIM, vni, mac, 0, high, low, udpPort, addressHigh, addressLow, 0);
    }

    /** Any thread; allocates. For events that are rare. */
    public void offer(final EngineEvent event)
    {
        if (isOn())
        {
            // One thread at a time, so that every object but the last has its record.
            synchronized (objects)
            {
                objects.addLast(event);
                if (!offer(OBJECT, 0, 0, 0, 0, 0, 0, 0, 0, 0))
                {
                    objects.removeLast();
                }
            }
        }
    }

    /**
     * Take events. One thread at a time.
     *
     * @param handler gets each event.
     * @return number of records; a claim is a record, and seldom an event.
     */
    int poll(final PortNames names, final Consumer<EngineEvent> handler, final int limit)
    {
        final ManyToOneRingBuffer open = ring;
        if (open == null || open.size() == 0)
        {
            return 0;
        }
        final MessageHandler read = (type, buffer, index, size) ->
        {
            final EngineEvent event = event(names, type, buffer, index);
            if (event != null)
            {
                handler.accept(event);
            }
        };
        // A read ends where the ring ends.
        final int count = open.read(read, limit);
        return count + open.read(read, limit - count);
    }

    private boolean offer(
        final int type,
        final int vni,
        final long mac,
        final long word,
        final long high,
        final long low,
        final int udpPort,
        final long otherHigh,
        final long otherLow,
        final int otherUdpPort)
    {
        final ManyToOneRingBuffer open = ring;
        if (open == null || !isOn)
        {
            return false;
        }
        final int index = open.tryClaim(type, LENGTH);
        if (index < 0)
        {
            lost.incrementAndGet();
            return false;
        }
        final MutableDirectBuffer buffer = open.buffer();
        buffer.putLong(index + TIME, clock.nanoTime());
        buffer.putLong(index + VNI, vni);
        buffer.putLong(index + MAC, mac);
        buffer.putLong(index + WORD, word);
        buffer.putLong(index + HIGH, high);
        buffer.putLong(index + LOW, low);
        buffer.putInt(index + UDP_PORT, udpPort);
        buffer.putInt(index + OTHER_UDP_PORT, otherUdpPort);
        buffer.putLong(index + OTHER_HIGH, otherHigh);
        buffer.putLong(index + OTHER_LOW, otherLow);
        open.commit(index);
        doorbell.ring();
        return true;
    }

    private @Nullable EngineEvent event(
        final PortNames names, final int type, final MutableDirectBuffer buffer, final int index)
    {
        final long timeNs = buffer.getLong(index + TIME);
        final int vni = (int)buffer.getLong(index + VNI);
        final MacAddress mac = new MacAddress(buffer.getLong(index + MAC));
        final long high = buffer.getLong(index + HIGH);
        final long low = buffer.getLong(index + LOW);
        final int udpPort = buffer.getInt(index + UDP_PORT);
        return switch (type)
        {
            case OBJECT -> Objects.requireNonNull(objects.pollFirst(), "event");
            case UNKNOWN_STATION -> new EngineEvent.UnknownStation(timeNs, vni, mac);
            case UNKNOWN_NEIGHBOR -> new EngineEvent.UnknownNeighbor(timeNs, vni, new IpAddress(high, low));
            case MAC_CONFLICT -> new EngineEvent.MacConflict(
                timeNs,
                vni,
                mac,
                place(names, vni, LocalPorts.ADDRESS_HIGH, LocalPorts.ONLY_PORT, 0),
                place(names, vni, high, low, udpPort));
            case CLAIM -> claims.onClaim(
                timeNs,
                vni,
                new IpAddress(buffer.getLong(index + OTHER_HIGH), buffer.getLong(index + OTHER_LOW)),
                mac.value(),
                place(names, vni, high, low, udpPort));
            case LEARN_LIMITED -> new EngineEvent.LearnLimited(timeNs, vni, place(names, vni, high, low, udpPort));
            default -> new EngineEvent.MacChanged(
                timeNs,
                CHANGES[type - 1],
                vni,
                mac,
                FdbEntry.kindOf(buffer.getLong(index + WORD)),
                place(names, vni, high, low, udpPort),
                other(names, vni, buffer, index));
        };
    }

    private static @Nullable Place other(
        final PortNames names, final int vni, final MutableDirectBuffer buffer, final int index)
    {
        final long high = buffer.getLong(index + OTHER_HIGH);
        final long low = buffer.getLong(index + OTHER_LOW);
        return (high | low) == 0 ? null : place(names, vni, high, low, buffer.getInt(index + OTHER_UDP_PORT));
    }

    private static Place place(
        final PortNames names, final int vni, final long high, final long low, final int udpPort)
    {
        if (high == LocalPorts.ADDRESS_HIGH)
        {
            return new Place(null, names.name(vni, low));
        }
        return new Place((high | low) == 0 ? null : new Vtep(new IpAddress(high, low), udpPort), null);
    }
}
