// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.soak;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Packets that the kernel dropped at hosts outside of faults: because the buffer of a socket was full, the queue of a
 * device of the engine, or that of the underlay's device. This happens where a machine is too busy, and explains losses
 * that are no fault of the engine.
 */
final class KernelDrops
{
    private final SoakLab lab;
    private final Map<Integer, Long> last = new HashMap<>();
    private long calm;

    KernelDrops(final SoakLab lab)
    {
        this.lab = lab;
    }

    /**
     * Read the counters.
     *
     * @param faulty hosts that had a fault since the last call: what was dropped there does not count.
     */
    void read(final Set<Integer> faulty) throws IOException
    {
        for (int host = 1; host <= SoakLab.KERNEL; host++)
        {
            final long now = lab.inside(host).call(KernelDrops::count);
            calm += faulty.contains(host) ? 0 : Math.max(0, now - last.getOrDefault(host, now));
            last.put(host, now);
        }
    }

    long calm()
    {
        return calm;
    }

    private static long count() throws IOException
    {
        final Path net = Path.of("/proc/thread-self/net");
        long count = 0;
        final List<String[]> udp = Files.readAllLines(net.resolve("snmp")).stream()
            .filter(line -> line.startsWith("Udp: "))
            .map(line -> line.split(" "))
            .toList();
        count += Long.parseLong(udp.get(1)[List.of(udp.get(0)).indexOf("RcvbufErrors")]);
        for (final String line : Files.readAllLines(net.resolve("snmp6")))
        {
            count += line.startsWith("Udp6RcvbufErrors") ? Long.parseLong(line.substring(16).strip()) : 0;
        }
        for (final String line : Files.readAllLines(net.resolve("dev")))
        {
            final String[] words = line.strip().split("[:\\s]+");
            if (words[0].startsWith("vx"))
            {
                count += Long.parseLong(words[12]);
            }
            else if (words[0].startsWith("u"))
            {
                count += Long.parseLong(words[4]);
            }
        }
        return count;
    }
}
