// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli;

import io.overlane.address.IpAddress;
import io.overlane.engine.OverlayEngine;
import io.overlane.status.DropLedger;
import io.overlane.status.EngineSnapshot;
import io.overlane.status.PathCounters;
import io.overlane.status.RemoteTraffic;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Prints what an engine did: rates since the last call, totals at the end, and drops by reason. */
public final class StatsTable
{
    private static final int MOST_LINES = 12;

    private final OverlayEngine engine;
    private final long startNs;
    private long lastNs;
    private Counts lastEncap;
    private Counts lastDecap;

    /** One direction's counters at one time. */
    private record Counts(long in, long delivered, long bytes, long answered, long dropped)
    {
        static Counts of(final PathCounters path)
        {
            return new Counts(
                path.framesIn(), path.delivered(), path.deliveredBytes(), path.answered(), path.dropped());
        }

        Counts less(final Counts other)
        {
            return new Counts(
                in - other.in,
                delivered - other.delivered,
                bytes - other.bytes,
                answered - other.answered,
                dropped - other.dropped);
        }
    }

    /** One line of a drop ledger. */
    private record Drop(String path, String reason, int vni, IpAddress remote, long count)
    {
        @Override
        public String toString()
        {
            final String where = vni == DropLedger.NO_VNI ? "" : "  VNI " + vni;
            final String who = remote.equals(IpAddress.ANY_V6) ? "" : "  " + remote;
            return String.format(Locale.ROOT, "    %-6s %-22s %12d%s%s", path, reason, count, where, who);
        }
    }

    /**
     * @param engine  to read.
     * @param startNs the present time.
     */
    public StatsTable(final OverlayEngine engine, final long startNs)
    {
        this.engine = engine;
        this.startNs = startNs;
        lastNs = startNs;
        lastEncap = Counts.of(engine.counters().encap());
        lastDecap = Counts.of(engine.counters().decap());
    }

    /**
     * Print rates since the last call, and drops since the start.
     *
     * @param out   to print to.
     * @param nowNs the present time.
     */
    public void printRates(final PrintWriter out, final long nowNs)
    {
        final Counts encap = Counts.of(engine.counters().encap());
        final Counts decap = Counts.of(engine.counters().decap());
        final double seconds = Math.max(1, nowNs - lastNs) / 1e9;
        out.printf(
            Locale.ROOT,
            "%n  per second   %12s %12s %12s %12s %12s%n",
            "frames in", "delivered", "answered", "dropped", "Mbit/s");
        printRates(out, "encap", encap.less(lastEncap), seconds);
        printRates(out, "decap", decap.less(lastDecap), seconds);
        printDrops(out, MOST_LINES);
        lastNs = nowNs;
        lastEncap = encap;
        lastDecap = decap;
    }

    /**
     * Print all counters since the start.
     *
     * @param out   to print to.
     * @param nowNs the present time.
     */
    public void printTotals(final PrintWriter out, final long nowNs)
    {
        out.printf(
            Locale.ROOT,
            "%n  totals after %d s%n               %12s %12s %12s %12s %14s%n",
            TimeUnit.NANOSECONDS.toSeconds(nowNs - startNs),
            "frames in", "delivered", "answered", "dropped", "bytes");
        printTotals(out, "encap", Counts.of(engine.counters().encap()));
        printTotals(out, "decap", Counts.of(engine.counters().decap()));
        printRemotes(out);
        printDrops(out, Integer.MAX_VALUE);
    }

    private static void printRates(
        final PrintWriter out, final String path, final Counts counts, final double seconds)
    {
        out.printf(
            Locale.ROOT,
            "    %-10s %12.0f %12.0f %12.0f %12.0f %12.1f%n",
            path,
            counts.in / seconds,
            counts.delivered / seconds,
            counts.answered / seconds,
            counts.dropped / seconds,
            counts.bytes * 8 / seconds / 1e6);
    }

    private static void printTotals(final PrintWriter out, final String path, final Counts counts)
    {
        out.printf(
            Locale.ROOT,
            "    %-10s %12d %12d %12d %12d %14d%n",
            path, counts.in, counts.delivered, counts.answered, counts.dropped, counts.bytes);
    }

    private void printRemotes(final PrintWriter out)
    {
        final RemoteTraffic sent = engine.counters().encap().remotes();
        final RemoteTraffic received = engine.counters().decap().remotes();
        boolean isFirst = true;
        for (int i = RemoteTraffic.UNNUMBERED; i < engine.tables().maxRemotes(); i++)
        {
            if (sent.frames(i) + received.frames(i) > 0)
            {
                if (isFirst)
                {
                    out.printf(
                        Locale.ROOT,
                        "  remotes%36s %14s %12s %14s%n", "frames sent", "bytes", "received", "bytes");
                    isFirst = false;
                }
                out.printf(
                    Locale.ROOT,
                    "    %-27s %12d %14d %12d %14d%n",
                    i == RemoteTraffic.UNNUMBERED ? "not configured" : engine.tables().remote(i),
                    sent.frames(i),
                    sent.bytes(i),
                    received.frames(i),
                    received.bytes(i));
            }
        }
    }

    private void printDrops(final PrintWriter out, final int mostLines)
    {
        final EngineSnapshot now = engine.snapshot();
        final long forgotten = now.tables().forgotten();
        if (forgotten > 0)
        {
            out.println("  addresses not learned because the queue for learning was full: " + forgotten);
        }
        final long receiveDrops = now.receiveDrops();
        if (receiveDrops > 0)
        {
            out.println("  datagrams dropped in the socket before the engine could read them: " + receiveDrops);
        }
        final long longest = engine.counters().encap().oversizeLongest();
        if (longest > 0)
        {
            out.println("  longest frame that was too long for its path: " + longest + " bytes");
        }
        final Map<Drop, Long> counts = new HashMap<>();
        collect(counts, "encap", engine.counters().encap());
        collect(counts, "decap", engine.counters().decap());
        final List<Drop> drops = new ArrayList<>();
        counts.forEach((kind, count) ->
            drops.add(new Drop(kind.path, kind.reason, kind.vni, kind.remote, count)));
        if (drops.isEmpty())
        {
            return;
        }
        drops.sort(Comparator.comparingLong(Drop::count).reversed());
        out.println("  dropped since the start");
        drops.stream().limit(mostLines).forEach(out::println);
        if (drops.size() > mostLines)
        {
            out.println("    and " + (drops.size() - mostLines) + " more kinds");
        }
    }

    /** Each queue has counters of its own; their sum is one line. */
    private static void collect(final Map<Drop, Long> counts, final String path, final PathCounters counters)
    {
        counters.ledger().forEach((reason, vni, high, low, count) ->
            counts.merge(new Drop(path, reason.label(), vni, new IpAddress(high, low), 0), count, Long::sum));
    }
}
