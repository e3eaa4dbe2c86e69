// SPDX-License-Identifier: Apache-2.0
package io.overlane.http;

import io.overlane.status.PathCounters;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Rates of one direction in the last minutes. One thread looks, others read. */
final class PathHistory
{
    /** Five minutes. */
    static final int SAMPLES = 300;

    private final PathCounters path;
    private final List<Rates> rates = new ArrayList<>();
    private Counts last;

    /** Counters at one time. */
    private record Counts(long timeNs, long frames, long bytes, long dropped)
    {
        static Counts of(final PathCounters path, final long nowNs)
        {
            return new Counts(nowNs, path.delivered(), path.deliveredBytes(), path.dropped());
        }
    }

    /** For one second. */
    private record Rates(long frames, long bits, long dropped)
    {
    }

    PathHistory(final PathCounters path, final long nowNs)
    {
        this.path = path;
        last = Counts.of(path, nowNs);
    }

    synchronized void look(final long nowNs)
    {
        if (nowNs - last.timeNs <= 0)
        {
            return;
        }
        final Counts now = Counts.of(path, nowNs);
        final double seconds = (now.timeNs - last.timeNs) / 1e9;
        if (rates.size() == SAMPLES)
        {
            rates.remove(0);
        }
        rates.add(new Rates(
            Math.round((now.frames - last.frames) / seconds),
            Math.round((now.bytes - last.bytes) * Byte.SIZE / seconds),
            Math.round((now.dropped - last.dropped) / seconds)));
        last = now;
    }

    /** A list for each kind of rate, the oldest first. */
    synchronized Map<String, Object> json()
    {
        final Map<String, Object> members = new LinkedHashMap<>();
        members.put("frames_s", rates.stream().map(Rates::frames).toList());
        members.put("bits_s", rates.stream().map(Rates::bits).toList());
        members.put("dropped_s", rates.stream().map(Rates::dropped).toList());
        return members;
    }
}
