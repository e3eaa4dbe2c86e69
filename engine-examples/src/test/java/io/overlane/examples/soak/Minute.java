// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.soak;

import java.util.List;
import java.util.Map;

/**
 * What happened in a minute of the soak.
 *
 * @param number      of the minute, from 1.
 * @param seconds     that it took.
 * @param packets     numbers of packets in this minute.
 * @param kernelDrops packets that the kernel dropped outside of faults.
 * @param damaged     packets and parts of streams with other bytes than were sent.
 * @param tcpBytes    that all streams received.
 * @param usages      of each bridge at the end of the minute, host 1 first.
 * @param unexpected  drops whose reason no event of the minute causes, by host and reason.
 * @param events      of the minute.
 * @param losses      outside of faults: one line each.
 * @param failures    what went wrong: one line each.
 */
record Minute(
    int number,
    double seconds,
    Flow.Counts packets,
    long kernelDrops,
    long damaged,
    long tcpBytes,
    List<Usage> usages,
    Map<String, Long> unexpected,
    List<String> events,
    List<String> losses,
    List<String> failures)
{
    /** Packets lost outside of faults that the kernel did not drop. */
    long unexplainedLosses()
    {
        return Math.max(0, packets.lost() - kernelDrops);
    }

    /** Throughput of the streams in Mbit/s. */
    double tcpMbit()
    {
        return tcpBytes * 8 / seconds / 1e6;
    }
}
