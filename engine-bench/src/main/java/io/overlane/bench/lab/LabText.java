// SPDX-License-Identifier: Apache-2.0
package io.overlane.bench.lab;

import java.util.Set;

/** Writes the report: conditions, how to read it, the tables, the method, and the commands. */
final class LabText
{
    private final LabResults results;
    private final StringBuilder text = new StringBuilder();

    LabText(final LabResults results)
    {
        this.results = results;
    }

    /** @return the whole report. */
    String markdown()
    {
        final LabTables tables = new LabTables(results);
        final String sections = tables.markdown();
        text.append("# Performance beside the kernel\n\n![parts of the kernel's figures](performance.svg)\n\n");
        conditions(tables.lacksIntervals());
        text.append(sections);
        method();
        commands();
        return text.toString();
    }

    private void conditions(final boolean lacksIntervals)
    {
        text.append("`engine-bench/run-lab.sh` wrote this on ").append(results.fact("date"))
            .append("; the [command](#command) is at the end.\n\n");
        fact("Machine", "cpu", "; both tunnels, the sender and the receiver of the traffic share them");
        fact("Kernel", "kernel", "");
        fact("JVM", "jdk", ", default options");
        fact("Traffic", "iperf3", "");
        text.append("- Rounds: ").append(results.fact("rounds"))
            .append("; in each, every measure is taken of all variants one after another, and each round begins with ")
            .append("another variant; ").append(results.fact("seconds")).append(" s for a stream or a flood.\n");
        text.append("- Load average before the start: ").append(results.fact("load_before")).append(".\n");
        discarded();
        text.append("\nA part of the kernel's figure compares a variant with the kernel's device in the same round. ")
            .append("The tables have the median of the rounds' parts, and in brackets the interval that contains the ")
            .append("true median with a confidence of 95 % or more (between order statistics, so without an ")
            .append("assumption on how rounds spread). Compare parts; figures of other runs, machines and kernels ")
            .append("differ.\n\n");
        if (lacksIntervals)
        {
            text.append("**Parts without an interval come from too few rounds: an interval needs ")
                .append(Estimate.FEWEST_VALUES).append(" at least.**\n\n");
        }
    }

    private void discarded()
    {
        if (results.measurements() == 0)
        {
            return;
        }
        text.append("- Of ").append(results.measurements()).append(" measurements, ").append(results.leftOut())
            .append(" were disturbed at each attempt and are left out; in all, ").append(results.disturbed())
            .append(" attempts were discarded. A measurement is disturbed if other ")
            .append("processes and the hypervisor together used more than ").append(results.fact("disturbed"))
            .append(" % of the machine's CPU time while it ran, or if anything but the lab used more than that in ")
            .append("the 0.3 s before it.\n");
    }

    private void fact(final String title, final String name, final String remark)
    {
        text.append("- ").append(title).append(": ").append(results.fact(name)).append(remark).append(".\n");
    }

    private void method()
    {
        text.append("## How\n\n")
            .append("Each variant has two network namespaces joined by a veth pair of MTU 1500; the engine is ")
            .append("`tun-bridge` on both sides. The tunnels of all variants run at once. They are started anew after ")
            .append("each ").append(results.fact("restart_every")).append(" rounds, and carry traffic for ")
            .append(results.fact("warm_up")).append(" s before the first round if a JVM carries it, 2 s otherwise. ")
            .append("TCP and UDP by iperf3, round trips by ping (`-i 0.002`, `-A`): the kernel answers these in its ")
            .append("receive path, so a round trip through its tunnel wakes no process.\n\n")
            .append("- \"A to B\": the sender of the stream is on A's side.\n")
            .append("- Tunnel CPU is user and system time of the tunnel's processes on both sides, JIT and GC ")
            .append("included, in steps of 0.01 s. The kernel's tunnel has no process, and the fast path works in ")
            .append("the kernel too, so compare the figures of the whole machine, which leave out the CPU time of ")
            .append("processes outside the lab.\n")
            .append("- In a flood, sender and tunnel compete for the CPU: the kernel's tunnel slows the sender down, ")
            .append("a TAP device does not. High loss is expected, and received packets count. Paced UDP is the ")
            .append("fairer comparison. The receiver is iperf3, with a socket of the kernel's default size.\n")
            .append("- GC pauses and allocation are those of both engines together, from the end of the warm-up until ")
            .append("the tunnels ended, at worst; resident is the larger engine's, including the JVM.\n");
        if (results.hasMeasure("cold-tcp1"))
        {
            text.append("- Cold: new tunnels, from their first second, without any load before.\n");
        }
        final Set<String> yardsticks = results.yardsticks();
        if (!yardsticks.isEmpty())
        {
            text.append("- ").append(String.join(", ", yardsticks))
                .append(": other userspace tunnels, given by `--yardstick`, not of this project.\n");
        }
    }

    /** One option to a line: a command has many, and their values are long. */
    private void commands()
    {
        final Set<String> commands = results.facts("command", "unknown");
        text.append("\n## Command\n\n```\n")
            .append(String.join("\n\n", commands.stream().map(line -> line.replace(" --", " \\\n    --")).toList()))
            .append("\n```\n");
    }
}
