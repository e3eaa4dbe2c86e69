// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit.fabric;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/** What one segment of one engine must know: its rules, stations, flood list and neighbours, as simple maps. */
final class SegmentModel
{
    /** Frames to the remote have the VNI of the segment. */
    static final int OWN_VNI = -1;

    /** Moves of a station in ten seconds, after which the engines pin it for half a minute. */
    static final int MAX_MOVES = 3;

    /**
     * The engine looks for old entries once a second, and an entry may hide another one that was last seen within 1,024
     * ms of it.
     */
    private static final long AGE_TOLERANCE_NS = TimeUnit.MILLISECONDS.toNanos(2_100);

    private static final long MOVE_WINDOW_MS = TimeUnit.SECONDS.toMillis(10);
    private static final long PIN_MS = TimeUnit.SECONDS.toMillis(30);

    final int vni;
    int ports;
    private Rules rules;
    /** Since when the segment has these rules. */
    private long rulesSinceNs;
    final Map<Long, Entry> stations = new HashMap<>();
    final Set<Remote> flood = new LinkedHashSet<>();
    final Map<IpAddress, Long> neighbors = new HashMap<>();
    /** Whether the engine routes for the segment's stations. */
    boolean isGateway;
    /** No learned entry was last seen before this time. */
    long oldestNs = Long.MAX_VALUE;

    /** A remote, and the VNI of frames to it, or {@link #OWN_VNI}. */
    record Remote(int endpoint, int vni)
    {
    }

    /** Where a station is. A port has the negative number {@link #portPlace}. */
    static final class Entry
    {
        final int place;
        final int vni;
        final boolean isConfigured;
        long seenNs;
        /** Moves since a time; at the end of a pin the count begins anew. */
        private int moves;
        private long movesSinceMs;

        Entry(final int place, final int vni, final boolean isConfigured, final long seenNs)
        {
            this.place = place;
            this.vni = vni;
            this.isConfigured = isConfigured;
            this.seenNs = seenNs;
            movesSinceMs = TimeUnit.NANOSECONDS.toMillis(seenNs);
        }

        /** Count a move to another place. False if the station stays where it is, because it moved too often. */
        private boolean mayMove(final long nowMs)
        {
            final boolean isPinned = moves > MAX_MOVES;
            if (isPinned && nowMs < movesSinceMs)
            {
                return false;
            }
            if (isPinned || nowMs - movesSinceMs >= MOVE_WINDOW_MS)
            {
                moves = 0;
                movesSinceMs = nowMs;
            }
            moves++;
            if (moves > MAX_MOVES)
            {
                movesSinceMs = nowMs + PIN_MS;
                return false;
            }
            return true;
        }

        private Entry movedTo(final int newPlace, final long nowNs)
        {
            final Entry moved = new Entry(newPlace, OWN_VNI, false, nowNs);
            moved.moves = moves;
            moved.movesSinceMs = movesSinceMs;
            return moved;
        }

        boolean isPort()
        {
            return place < 0;
        }

        int port()
        {
            return -1 - place;
        }
    }

    SegmentModel(final int vni, final int ports, final Rules rules)
    {
        this.vni = vni;
        this.ports = ports;
        this.rules = rules;
    }

    Rules rules()
    {
        return rules;
    }

    void rules(final Rules after, final long nowNs)
    {
        rules = after;
        rulesSinceNs = nowNs;
    }

    /** For how long the engine should have removed an entry; negative if it need not yet. */
    private long overdueNs(final Entry entry, final long nowNs)
    {
        return nowNs - Math.max(entry.seenNs + rules.ageNs(), rulesSinceNs);
    }

    /** One of two ports is removed. Nothing is switched any more, so no learned entry leads to a port. */
    void removeSecondPort()
    {
        ports = 1;
        stations.values().removeIf(Entry::isPort);
    }

    static int portPlace(final int port)
    {
        return -1 - port;
    }

    void configure(final long mac, final int endpoint, final int remoteVni)
    {
        stations.put(mac, new Entry(endpoint, remoteVni, true, 0));
    }

    @Nullable Entry station(final long mac)
    {
        return stations.get(mac);
    }

    /** A frame came from a place. False if a configured entry contradicts it. */
    boolean learn(final long mac, final int place, final long nowNs)
    {
        final Entry entry = stations.get(mac);
        if (entry != null && entry.place == place)
        {
            entry.seenNs = nowNs;
            return true;
        }
        if (entry != null && entry.isConfigured)
        {
            return false;
        }
        if (entry != null && !entry.mayMove(TimeUnit.NANOSECONDS.toMillis(nowNs)))
        {
            return true;
        }
        stations.put(
            mac, entry == null ? new Entry(place, OWN_VNI, false, nowNs) : entry.movedTo(place, nowNs));
        oldestNs = Math.min(oldestNs, nowNs);
        return true;
    }

    /** Stations behind ports are learned where frames must find them. */
    boolean learnsPorts()
    {
        return ports > 1 || isGateway;
    }

    /** The VNI of frames to a remote whose entry has a VNI or {@link #OWN_VNI}. */
    int vniOf(final int remoteVni)
    {
        return remoteVni == OWN_VNI ? vni : remoteVni;
    }

    /** The answer to a request for a neighbour that is behind a remote; null if the frame is none, or is flooded. */
    byte @Nullable [] answer(final byte[] frame)
    {
        if (StationFrames.isArpRequest(frame))
        {
            final Long mac = neighbors.get(IpAddress.ofV4(Bytes.i32(frame, 38)));
            final boolean isAnnouncement = Bytes.i32(frame, 28) == Bytes.i32(frame, 38);
            return mac == null || isAnnouncement || !mayAnswer(mac, Bytes.mac(frame, 22)) ?
                null : StationFrames.arpReply(frame, mac);
        }
        if (StationFrames.isSolicitation(frame))
        {
            final Long mac = neighbors.get(new IpAddress(Bytes.i64(frame, 62), Bytes.i64(frame, 70)));
            return mac == null || !mayAnswer(mac, Bytes.mac(frame, 6)) ?
                null : StationFrames.advertisement(frame, mac, 0);
        }
        return null;
    }

    private boolean mayAnswer(final long mac, final long asker)
    {
        final Entry entry = station(mac);
        return mac != asker && (entry == null || !entry.isPort());
    }

    /** Whether the configuration names an outer source. */
    boolean isKnown(final int endpoint)
    {
        for (final Remote remote : flood)
        {
            if (remote.endpoint == endpoint)
            {
                return true;
            }
        }
        for (final Entry entry : stations.values())
        {
            if (entry.isConfigured && entry.place == endpoint)
            {
                return true;
            }
        }
        return false;
    }

    /** Whether an entry may be too old. */
    boolean mayAge(final long nowNs)
    {
        return rules.ageNs() > 0 && oldestNs != Long.MAX_VALUE &&
            nowNs - oldestNs >= rules.ageNs() - EngineModel.CLOCK_STEP_NS;
    }

    /** Do what {@link EngineModel#settleAges} says for this segment, which has entries that may be too old. */
    @Nullable String settleAges(final long nowNs, final BiPredicate<Integer, Long> isPresent)
    {
        for (final Map.Entry<Long, Entry> station : aged(nowNs))
        {
            final long mac = station.getKey();
            if (!isPresent.test(vni, mac))
            {
                stations.remove(mac);
            }
            else if (overdueNs(station.getValue(), nowNs) > AGE_TOLERANCE_NS)
            {
                return "the entry of " + MacAddress.toString(mac) + " in VNI " + vni + " is " +
                    TimeUnit.NANOSECONDS.toMillis(nowNs - station.getValue().seenNs) +
                    " ms old, its age limit is " + TimeUnit.NANOSECONDS.toMillis(rules.ageNs()) + " ms";
            }
        }
        return null;
    }

    /** The learned entries that are old enough to be removed. */
    private List<Map.Entry<Long, Entry>> aged(final long nowNs)
    {
        final List<Map.Entry<Long, Entry>> aged = new ArrayList<>();
        oldestNs = Long.MAX_VALUE;
        for (final Map.Entry<Long, Entry> station : stations.entrySet())
        {
            final Entry entry = station.getValue();
            if (!entry.isConfigured)
            {
                oldestNs = Math.min(oldestNs, entry.seenNs);
                if (nowNs - entry.seenNs >= rules.ageNs() - EngineModel.CLOCK_STEP_NS)
                {
                    aged.add(Map.entry(station.getKey(), entry));
                }
            }
        }
        return aged;
    }
}
