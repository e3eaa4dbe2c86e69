// SPDX-License-Identifier: Apache-2.0
package io.overlane.replay;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.control.FdbRow;
import io.overlane.engine.EngineTables;
import io.overlane.fate.Fate;
import io.overlane.status.DropReason;
import io.overlane.status.EngineSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * All that came of a replay. Two replays of the same capture with the same configuration have equal results.
 *
 * @param packets   that were replayed, in the order of the capture.
 * @param fdb       the FDB at the end, by VNI, MAC and remote.
 * @param neighbors the neighbours at the end.
 * @param counters  at the end.
 * @param lost      packets that the capture says it has not, for want of room: the replay may differ because of them.
 */
public record ReplayResult(
    List<ReplayedPacket> packets,
    List<FdbRow> fdb,
    Map<EngineTables.Key<IpAddress>, MacAddress> neighbors,
    EngineSnapshot counters,
    long lost)
{
    /** @return frames that all ports got, in order. */
    public List<ReplayedFrame> frames()
    {
        return packets.stream().flatMap(packet -> packet.frames().stream()).toList();
    }

    /** @return frames that one port got, in order. */
    public List<ReplayedFrame> frames(final String port)
    {
        return frames().stream().filter(frame -> frame.port().equals(port)).toList();
    }

    /** @return datagrams that were sent, in order. */
    public List<ReplayedDatagram> datagrams()
    {
        return packets.stream().flatMap(packet -> packet.datagrams().stream()).toList();
    }

    /** @return number of delivered packets. */
    public long delivered()
    {
        return packets.stream().filter(packet -> packet.outcome() == Fate.Outcome.DELIVERED).count();
    }

    /** @return number of packets dropped for a reason. */
    public long dropped(final DropReason reason)
    {
        return packets.stream()
            .filter(packet -> packet.outcome() == Fate.Outcome.DROPPED && packet.reason() == reason)
            .count();
    }

    /** @return number of packets by {@link ReplayedPacket#verdict()}. */
    public Map<String, Long> verdicts()
    {
        final Map<String, Long> verdicts = new TreeMap<>();
        packets.forEach(packet -> verdicts.merge(packet.verdict(), 1L, Long::sum));
        return verdicts;
    }

    /**
     * Compare the verdicts with those that the comments of the capture have.
     *
     * @return a line for each packet with another verdict; empty if there is none, also if the capture has no verdicts.
     */
    public List<String> differences()
    {
        final List<String> lines = new ArrayList<>();
        for (final ReplayedPacket packet : packets)
        {
            if (packet.isDifferent())
            {
                lines.add(String.format(
                    Locale.ROOT,
                    "record %d, %.6f s, %s%s: recorded %s, replayed %s",
                    packet.record(),
                    (packet.timestampNs() - packets.get(0).timestampNs()) / 1e9,
                    packet.vni() == ReplayedPacket.NO_VNI ? "" : "VNI " + packet.vni() + ", ",
                    packet.from(),
                    packet.recorded(),
                    packet.verdict()));
            }
        }
        return lines;
    }

    /** @return true if the capture has a verdict on at least one packet. */
    public boolean hasRecordedVerdicts()
    {
        return packets.stream().anyMatch(packet -> packet.recorded() != null);
    }
}
