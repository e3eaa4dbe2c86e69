// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.lab;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A hundred numbered packets a second to an address and back, until it is judged: what was lost, came late, twice or
 * damaged, and for how long nothing came at all. One thread uses it.
 */
public final class PacketFlow implements AutoCloseable
{
    private static final String INTERVAL_S = "0.01";
    private static final int ALIVE_TIMEOUT_S = 120;

    /** Answers to packets sent after the question was asked. */
    private static final int NEW_ANSWERS = 5;

    /** {@code [1700000000.123456] 64 bytes from 10.5.1.2: icmp_seq=7 ttl=62 time=0.3 ms}. */
    private static final Pattern ANSWER = Pattern.compile("\\[(\\d+\\.\\d+)\\] .* icmp_seq=(\\d+) ttl=.*");

    private final String name;
    private final LabProcess ping;

    private PacketFlow(final String name, final LabProcess ping)
    {
        this.name = name;
        this.ping = ping;
    }

    /**
     * What became of the packets up to the last that was answered.
     *
     * @param sent         how many those are.
     * @param lost         of them.
     * @param late         answers that came after one to a later packet.
     * @param twice        answers that came again.
     * @param damaged      answers with other contents than were sent.
     * @param longestGapMs the longest time between two answers.
     */
    public record Report(int sent, int lost, int late, int twice, int damaged, long longestGapMs)
    {
        boolean isUnbroken()
        {
            return lost == 0 && late == 0 && twice == 0 && damaged == 0;
        }
    }

    /**
     * Start sending. The first packet must be answered.
     *
     * @param from    a pod.
     * @param address of another, IPv4.
     * @return the flow.
     */
    public static PacketFlow start(final LabHost from, final String address)
    {
        final PacketFlow flow = new PacketFlow(
            from.namespace().replaceFirst(".*-", "") + " to " + address,
            from.start(List.of("ping", "-D", "-n", "-i", INTERVAL_S, address)));
        flow.awaitAlive();
        return flow;
    }

    /**
     * Wait until packets sent from now on are answered.
     *
     * @return milliseconds until then.
     */
    public long awaitAlive()
    {
        final int before = lastAnswered();
        return Poll.until("answers to " + name, ALIVE_TIMEOUT_S, () -> lastAnswered() >= before + NEW_ANSWERS);
    }

    /** The flow is alive, and of all its packets not one was lost, late, doubled or damaged. It ends. */
    public void assertUnbroken()
    {
        final Report report = end();
        assertTrue(report.isUnbroken(), () -> name + ": " + report + "\n" + gaps());
    }

    /**
     * The flow is alive again, whatever happened to it meanwhile. It ends.
     *
     * @return what happened.
     */
    public Report assertRecovered()
    {
        return end();
    }

    private Report end()
    {
        awaitAlive();
        close();
        final Report report = report(ping.stdout());
        System.out.println("flow " + name + ": " + report);
        return report;
    }

    private int lastAnswered()
    {
        final String last = ping.lastLine();
        final Matcher answer = ANSWER.matcher(last == null ? "" : last);
        return answer.matches() ? Integer.parseInt(answer.group(2)) : 0;
    }

    private static Report report(final List<String> lines)
    {
        final BitSet answered = new BitSet();
        int last = 0;
        int late = 0;
        int twice = 0;
        int damaged = 0;
        double previousS = 0;
        double longestS = 0;
        for (final String line : lines)
        {
            final Matcher answer = ANSWER.matcher(line);
            if (answer.matches())
            {
                final int number = Integer.parseInt(answer.group(2));
                twice += answered.get(number) ? 1 : 0;
                late += !answered.get(number) && number < last ? 1 : 0;
                answered.set(number);
                last = Math.max(last, number);
                final double atS = Double.parseDouble(answer.group(1));
                longestS = previousS == 0 ? 0 : Math.max(longestS, atS - previousS);
                previousS = atS;
            }
            damaged += line.startsWith("wrong data") ? 1 : 0;
        }
        return new Report(last, last - answered.cardinality(), late, twice, damaged, Math.round(longestS * 1000));
    }

    private String gaps()
    {
        final StringBuilder gaps = new StringBuilder();
        int last = 0;
        for (final String line : ping.stdout())
        {
            final Matcher answer = ANSWER.matcher(line);
            final int number = answer.matches() ? Integer.parseInt(answer.group(2)) : 0;
            if (!answer.matches())
            {
                gaps.append(line).append('\n');
            }
            else if (number != last + 1)
            {
                gaps.append("after ").append(last).append(" comes ").append(line).append('\n');
            }
            last = answer.matches() ? number : last;
        }
        return gaps.toString();
    }

    @Override
    public void close()
    {
        ping.close();
    }
}
