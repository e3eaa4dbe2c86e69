// SPDX-License-Identifier: Apache-2.0
package io.overlane.bench.lab;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What Linux counted since the machine started, read at one moment.
 *
 * @param timeNs      of {@link System#nanoTime()}.
 * @param totalTicks  of all CPUs; the unit of these times is a clock tick, usually 10 ms.
 * @param idleTicks   in which a CPU had nothing to do, or waited for a disk.
 * @param stealTicks  in which the hypervisor ran something else.
 * @param ownTicks    that a process and its descendants used.
 * @param othersTicks that all other processes used; threads of the kernel work for everybody and are left out.
 * @param waitingUs   µs in which some task was ready and had no CPU; 0 if the kernel does not count them.
 * @param load        average of the last minute.
 */
record MachineSample(
    long timeNs,
    long totalTicks,
    long idleTicks,
    long stealTicks,
    long ownTicks,
    long othersTicks,
    long waitingUs,
    double load)
{
    private static final long KERNEL_THREAD = 0x0020_0000;

    /** One process: the ticks include those of its children that have ended, so no tick is lost when one ends. */
    private record ProcessTicks(long parent, boolean isKernelThread, long ticks)
    {
    }

    /**
     * @param proc   where the proc file system is.
     * @param ownPid whose process and descendants are "own".
     * @return the counters of this moment.
     * @throws IOException if a file about the machine cannot be read.
     */
    static MachineSample read(final Path proc, final long ownPid) throws IOException
    {
        final long timeNs = System.nanoTime();
        final String[] cpu = Files.readString(proc.resolve("stat")).split("\n", 2)[0].trim().split(" +");
        long total = 0;
        for (int i = 1; i <= 8; i++)
        {
            total += Long.parseLong(cpu[i]);
        }
        final Map<Long, ProcessTicks> processes = processes(proc);
        long own = 0;
        long others = 0;
        for (final Map.Entry<Long, ProcessTicks> entry : processes.entrySet())
        {
            if (isOwn(entry.getKey(), ownPid, processes))
            {
                own += entry.getValue().ticks;
            }
            else if (!entry.getValue().isKernelThread)
            {
                others += entry.getValue().ticks;
            }
        }
        return new MachineSample(timeNs, total, Long.parseLong(cpu[4]) + Long.parseLong(cpu[5]),
            Long.parseLong(cpu[8]), own, others, waitingUs(proc.resolve("pressure").resolve("cpu")),
            Double.parseDouble(Files.readString(proc.resolve("loadavg")).split(" ")[0]));
    }

    /**
     * @return ticks in which a CPU worked, but not for processes of others. Only differences have a meaning: the kernel
     *         measures idle time and samples that of processes, so the number itself may be below zero.
     */
    long busyTicks()
    {
        return totalTicks - idleTicks - stealTicks - othersTicks;
    }

    private static Map<Long, ProcessTicks> processes(final Path proc) throws IOException
    {
        final List<Path> folders = new ArrayList<>();
        try (DirectoryStream<Path> numbered = Files.newDirectoryStream(proc, "[0-9]*"))
        {
            numbered.forEach(folders::add);
        }
        final Map<Long, ProcessTicks> processes = new HashMap<>();
        for (final Path folder : folders)
        {
            try
            {
                final String stat = Files.readString(folder.resolve("stat"));
                // The name before the last bracket may contain spaces and brackets.
                final String[] fields = stat.substring(stat.lastIndexOf(')') + 2).trim().split(" ");
                processes.put(Long.parseLong(folder.getFileName().toString()), new ProcessTicks(
                    Long.parseLong(fields[1]), (Long.parseLong(fields[6]) & KERNEL_THREAD) != 0,
                    Long.parseLong(fields[11]) + Long.parseLong(fields[12]) +
                    Long.parseLong(fields[13]) + Long.parseLong(fields[14])));
            }
            catch (final IOException gone)
            {
                // The process has ended; its parent has its ticks.
            }
        }
        return processes;
    }

    private static boolean isOwn(final long pid, final long ownPid, final Map<Long, ProcessTicks> processes)
    {
        ProcessTicks process = processes.get(pid);
        long ancestor = pid;
        while (ancestor != ownPid)
        {
            if (process == null)
            {
                return false;
            }
            ancestor = process.parent;
            process = processes.get(ancestor);
        }
        return true;
    }

    private static long waitingUs(final Path pressure)
    {
        try
        {
            final String some = Files.readString(pressure).split("\n", 2)[0];
            return Long.parseLong(some.substring(some.indexOf("total=") + "total=".length()));
        }
        catch (final IOException notCounted)
        {
            return 0;
        }
    }
}
