// SPDX-License-Identifier: Apache-2.0
package io.overlane.event;

import io.overlane.control.FdbChange;
import io.overlane.fdb.FdbEntry;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/**
 * A bounded ring from the engine's threads to one thread of the application, which polls it. The engine never waits: an
 * event that finds no room is lost and counted. An application that must not miss a change compares {@link #lost()} and
 * lists the tables anew.
 *
 * <pre>
 *   0     8     16     24     32    40        44
 *   +-----+-----+------+------+-----+---------+
 *   | vni | mac | word | high | low | udpPort |    the type of the message is that of the event
 *   +-----+-----+------+------+-----+---------+
 * </pre>
 */
public final class TableEvents
{
    private static final int UNKNOWN_STATION = 100;
    private static final int UNKNOWN_NEIGHBOR = 101;
    private static final int MAC_OFFSET = 8;
    private static final int WORD_OFFSET = 16;
    private static final int HIGH_OFFSET = 24;
    private static final int LOW_OFFSET = 32;
    private static final int UDP_PORT_OFFSET = 40;
    private static final int LENGTH = 48;
    private static final int RECORD_LENGTH = 64;
    private static final FdbChange[] CHANGES = FdbChange.values();

    private final ManyToOneRingBuffer ring;
    private final AtomicLong lost = new AtomicLong();

    /** @param capacity number of events that can wait; rounded up to a power of two, 64 bytes each. */
    public TableEvents(final int capacity)
    {
        final int length = BitUtil.findNextPositivePowerOfTwo(Math.max(2, capacity)) * RECORD_LENGTH;
        ring = new ManyToOneRingBuffer(new UnsafeBuffer(
            BufferUtil.allocateDirectAligned(length + RingBufferDescriptor.TRAILER_LENGTH, BitUtil.CACHE_LINE_LENGTH)));
    }

    /**
     * Handle events. One thread.
     *
     * @param limit maximum number of events.
     * @return number of events handled.
     */
    public int poll(final Handler handler, final int limit)
    {
        return ring.read((type, buffer, index, length) -> handle(handler, type, buffer, index), limit);
    }

    /** @return number of events that found no room; any thread. */
    public long lost()
    {
        return lost.get();
    }

    /**
     * Any thread; allocates nothing and does not wait.
     *
     * @param change  of an FDB entry.
     * @param mac     in the low 48 bits.
     * @param word    the entry.
     * @param high    first word of its remote's address, 0 if it has several remotes.
     * @param udpPort of the remote.
     */
    public void offerFdbChange(
        final FdbChange change,
        final int vni,
        final long mac,
        final long word,
        final long high,
        final long low,
        final int udpPort)
    {
        offer(change.ordinal() + 1, vni, mac, word, high, low, udpPort);
    }

    /**
     * Any thread; allocates nothing and does not wait.
     *
     * @param mac of a station that has no FDB entry.
     */
    public void offerUnknownStation(final int vni, final long mac)
    {
        offer(UNKNOWN_STATION, vni, mac, 0, 0, 0, 0);
    }

    /**
     * Any thread; allocates nothing and does not wait.
     *
     * @param high first word of the IP address of an unknown neighbour.
     */
    public void offerUnknownNeighbor(final int vni, final long high, final long low)
    {
        offer(UNKNOWN_NEIGHBOR, vni, 0, 0, high, low, 0);
    }

    private void offer(
        final int type,
        final int vni,
        final long mac,
        final long word,
        final long high,
        final long low,
        final int udpPort)
    {
        final int index = ring.tryClaim(type, LENGTH);
        if (index < 0)
        {
            lost.incrementAndGet();
            return;
        }
        final MutableDirectBuffer buffer = ring.buffer();
        buffer.putLong(index, vni);
        buffer.putLong(index + MAC_OFFSET, mac);
        buffer.putLong(index + WORD_OFFSET, word);
        buffer.putLong(index + HIGH_OFFSET, high);
        buffer.putLong(index + LOW_OFFSET, low);
        buffer.putInt(index + UDP_PORT_OFFSET, udpPort);
        ring.commit(index);
    }

    private static void handle(
        final Handler handler, final int type, final MutableDirectBuffer buffer, final int index)
    {
        final int vni = (int)buffer.getLong(index);
        final long mac = buffer.getLong(index + MAC_OFFSET);
        final long high = buffer.getLong(index + HIGH_OFFSET);
        final long low = buffer.getLong(index + LOW_OFFSET);
        switch (type)
        {
            case UNKNOWN_STATION -> handler.onUnknownStation(vni, mac);
            case UNKNOWN_NEIGHBOR -> handler.onUnknownNeighbor(vni, high, low);
            default -> handler.onFdbChange(
                CHANGES[type - 1],
                vni,
                mac,
                buffer.getLong(index + WORD_OFFSET),
                high,
                low,
                buffer.getInt(index + UDP_PORT_OFFSET));
        }
    }

    /** Receives events, on the thread that polls. */
    public interface Handler
    {
        /**
         * An FDB entry changed.
         *
         * @param change  of the entry.
         * @param mac     in the low 48 bits.
         * @param word    the entry, or the last one if it was removed: its kind and destination, by {@link FdbEntry}.
         *                The number of the destination may belong to another remote by now.
         * @param high    first word of the remote's address; 0 if the entry has several remotes.
         * @param udpPort of the remote.
         */
        void onFdbChange(FdbChange change, int vni, long mac, long word, long high, long low, int udpPort);

        /**
         * A port sent a frame to a station that has no FDB entry. At most once a second for each station.
         *
         * @param mac in the low 48 bits.
         */
        void onUnknownStation(int vni, long mac);

        /**
         * A port asked for the MAC address of an unknown neighbour. At most once a second for each neighbour.
         *
         * @param high first word of the IP address.
         */
        void onUnknownNeighbor(int vni, long high, long low);
    }
}
