// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.soak;

import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/** The table of the soak: lines for people, and lines of comma-separated values with every number. */
final class MinuteTable
{
    private static final String FORMAT = "%4s %8s %8s %5s %5s %6s %7s %11s %11s %11s %11s %11s %9s  %s";

    private MinuteTable()
    {
    }

    /** The columns; three numbers in one are those of the bridges on hosts 1, 2 and 3. */
    static String head()
    {
        return String.format(Locale.ROOT, FORMAT, "min", "sent", "received", "lost", "kern", "fault",
            "Mbit/s", "RSS MiB", "offheap MiB", "code KiB", "descr", "threads", "GCs", "events; unexpected drops");
    }

    static String line(final Minute minute)
    {
        final StringBuilder end = new StringBuilder(String.join("; ", minute.events()));
        minute.unexpected().forEach((reason, count) -> end.append("; ").append(reason).append('=').append(count));
        final Flow.Counts packets = minute.packets();
        append(end, "damaged", minute.damaged());
        append(end, "twice", packets.twice());
        append(end, "late", packets.late());
        append(end, "unsent", packets.unsent());
        return String.format(Locale.ROOT, FORMAT, minute.number(), packets.sent(), packets.received(), packets.lost(),
            minute.kernelDrops(), packets.faultLost(), String.format(Locale.ROOT, "%.1f", minute.tcpMbit()),
            each(minute, usage -> usage.rssKiB() / 1024),
            each(minute, usage -> (usage.directKiB() + usage.nonHeapKiB()) / 1024),
            each(minute, Usage::codeKiB),
            each(minute, Usage::descriptors), each(minute, Usage::threads), each(minute, Usage::collections), end);
    }

    private static void append(final StringBuilder line, final String name, final long count)
    {
        if (count != 0)
        {
            line.append("; ").append(name).append('=').append(count);
        }
    }

    private static String each(final Minute minute, final ToLongFunction<Usage> number)
    {
        return minute.usages().stream()
            .map(usage -> Long.toString(number.applyAsLong(usage)))
            .collect(Collectors.joining("/"));
    }

    static String csvHead()
    {
        return "minute,seconds,sent,unsent,received,lost,fault_lost,late,overtaken,twice,damaged,kernel_drops," +
            "tcp_mbit," +
            List.of(1, 2, 3).stream().map(host -> List.of("pid", "rss_kib", "heap_kib", "direct_kib", "nonheap_kib",
                "code_kib", "descriptors", "threads", "collections").stream()
                .map(name -> name + host)
                .collect(Collectors.joining(",")))
                .collect(Collectors.joining(",")) +
            ",unexpected_drops,events,failures";
    }

    static String csv(final Minute minute)
    {
        final Flow.Counts packets = minute.packets();
        return minute.number() + "," + String.format(Locale.ROOT, "%.1f", minute.seconds()) + "," + packets.sent() +
            "," + packets.unsent() + "," + packets.received() + "," + packets.lost() + "," + packets.faultLost() + "," +
            packets.late() + "," + packets.overtaken() + "," + packets.twice() + "," + minute.damaged() + "," +
            minute.kernelDrops() + "," + String.format(Locale.ROOT, "%.2f", minute.tcpMbit()) + "," +
            minute.usages().stream()
                .map(usage -> usage.pid() + "," + usage.rssKiB() + "," + usage.heapKiB() + "," + usage.directKiB() +
                    "," + usage.nonHeapKiB() + "," + usage.codeKiB() + "," + usage.descriptors() + "," +
                    usage.threads() + "," + usage.collections())
                .collect(Collectors.joining(",")) +
            "," + quoted(minute.unexpected().toString()) + "," + quoted(String.join("; ", minute.events())) + "," +
            quoted(String.join("; ", minute.failures()));
    }

    private static String quoted(final String text)
    {
        return '"' + text.replace('"', '\'').replace('\n', ' ') + '"';
    }
}
