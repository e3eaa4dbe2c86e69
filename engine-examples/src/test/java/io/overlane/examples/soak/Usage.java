// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.soak;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a bridge uses, and what it dropped since it started.
 *
 * @param pid         of the process.
 * @param rssKiB      memory that is resident.
 * @param heapKiB     used in the heap.
 * @param directKiB   in direct buffers.
 * @param nonHeapKiB  used by the JVM outside of the heap: classes, code and so on.
 * @param codeKiB     used of the code cache, which is a part of it.
 * @param descriptors open.
 * @param threads     of the process.
 * @param collections of garbage.
 * @param drops       dropped frames by reason.
 */
record Usage(
    long pid,
    long rssKiB,
    long heapKiB,
    long directKiB,
    long nonHeapKiB,
    long codeKiB,
    int descriptors,
    int threads,
    long collections,
    Map<String, Long> drops)
{
    private static final Pattern RSS = Pattern.compile("VmRSS:\\s+(\\d+) kB");
    private static final Pattern THREADS = Pattern.compile("Threads:\\s+(\\d+)");
    private static final Pattern DROPS = Pattern.compile("^overlane_drops_total\\{(.*)} (\\S+)$", Pattern.MULTILINE);
    private static final Pattern REASON = Pattern.compile("reason=\"([^\"]*)\"");

    /** Reads the numbers of a running bridge. */
    static Usage of(final SoakBridge bridge) throws IOException
    {
        final long pid = bridge.process().pid();
        final Path process = Path.of("/proc", Long.toString(pid));
        final String status = Files.readString(process.resolve("status"));
        final String metrics = bridge.page("/metrics");
        return new Usage(
            pid,
            number(RSS, status),
            kib(metrics, "jvm_memory_used_bytes", "area=\"heap\""),
            kib(metrics, "jvm_buffer_memory_used_bytes", "id=\"direct\""),
            kib(metrics, "jvm_memory_used_bytes", "area=\"nonheap\""),
            kib(metrics, "jvm_memory_used_bytes", "id=\"Code"),
            entries(process.resolve("fd")),
            (int)number(THREADS, status),
            (long)sum(metrics, "jvm_gc_pause_seconds_count", ""),
            drops(metrics));
    }

    private static long number(final Pattern pattern, final String text)
    {
        final Matcher matcher = pattern.matcher(text);
        return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
    }

    private static int entries(final Path directory) throws IOException
    {
        int entries = 0;
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory))
        {
            for (final Path ignored : stream)
            {
                entries++;
            }
        }
        return entries;
    }

    private static long kib(final String metrics, final String name, final String label)
    {
        return (long)(sum(metrics, name, label) / 1024);
    }

    private static double sum(final String metrics, final String name, final String label)
    {
        return metrics.lines()
            .filter(line -> line.startsWith(name + "{") && line.contains(label))
            .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
            .sum();
    }

    private static Map<String, Long> drops(final String metrics)
    {
        final Map<String, Long> drops = new TreeMap<>();
        final Matcher line = DROPS.matcher(metrics);
        while (line.find())
        {
            final Matcher reason = REASON.matcher(line.group(1));
            if (reason.find())
            {
                drops.merge(reason.group(1), (long)Double.parseDouble(line.group(2)), Long::sum);
            }
        }
        return drops;
    }

    /** The drops since an earlier reading; all, if the process was started since then. */
    Map<String, Long> dropsSince(final Usage earlier)
    {
        final Map<String, Long> since = new TreeMap<>();
        drops.forEach((key, count) ->
        {
            final long more = count - (earlier.pid == pid ? earlier.drops.getOrDefault(key, 0L) : 0);
            if (more > 0)
            {
                since.put(key, more);
            }
        });
        return since;
    }
}
