// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.overlane.examples.lab.CommandResult;
import io.overlane.examples.lab.LabProcess;
import io.overlane.examples.lab.Poll;
import io.overlane.examples.lab.Traffic;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Examples that use the UDP port 8472, as the README has it, in network namespaces. */
@Timeout(600)
class StationExamplesIT extends TwoHosts
{
    /** The ping of the host goes through the kernel's vxlan device. */
    @Test
    void shouldAnswerThePingOfTheKernel()
    {
        lab.requireKernelVxlan();
        right.ip("link add vx0 type vxlan id 1 local " + right.underlayV4() + " remote " + left.underlayV4() +
            " dev " + right.underlayDevice() + " dstport 8472 nolearning");
        right.ip("addr add 10.7.0.2/24 dev vx0");
        right.ip("link set vx0 up");
        try (LabProcess station = left.start(
            java(PingResponder.class, left.underlayV4(), right.underlayV4(), "10.7.0.1")))
        {
            Poll.until("an answer", 120, () -> ping("-c", "1", "-W", "1", "10.7.0.1").status() == 0);

            Traffic.assertAllAnswered(5, ping("-c", "5", "-i", "0.2", "-w", "20", "-s", "1000", "10.7.0.1"));
            final CommandResult neighbours = right.run("ip", "neigh", "show", "10.7.0.1", "dev", "vx0");
            assertTrue(neighbours.output().contains("lladdr 00:00:00:00:00:02"), neighbours::toString);
            assertEquals(1, ping("-c", "1", "-W", "1", "10.7.0.3").status(), "no other address answers");
            assertTrue(station.isAlive());
        }
    }

    /** The first ping goes through the engine, which learns, and the others do not. */
    @Test
    void shouldLetTheKernelCarryPings()
    {
        lab.requireKernelVxlan();
        right.ip("link add vx0 type vxlan id 1 local " + right.underlayV4() + " remote " + left.underlayV4() +
            " dev " + right.underlayDevice() + " dstport 8472 noudpcsum");
        right.ip("addr add 10.7.0.2/24 dev vx0");
        right.ip("link set vx0 mtu 1450 up");
        try (LabProcess tap = left.start(
            java(FastPathTap.class, left.underlayV4(), right.underlayV4(), "fast0")))
        {
            final String line = tap.awaitLine("with", 120);
            assumeTrue(line.equals("with the fast path"), line);
            left.ip("addr add 10.7.0.1/24 dev fast0");
            Poll.until("an answer", 120, () -> ping("-c", "1", "-W", "1", "10.7.0.1").status() == 0);
            Traffic.assertAllAnswered(20, ping("-c", "20", "-i", "0.05", "-w", "20", "-s", "1000", "10.7.0.1"));
        }
    }

    /** Two stations say hello; the first one that starts gets the frame of the second. */
    @Test
    void shouldExchangeAFrameBetweenTwoQuickStarts()
    {
        final List<String> received = new ArrayList<>();
        while (received.isEmpty())
        {
            try (LabProcess first = left.start(java(QuickStart.class, left.underlayV4(), right.underlayV4()));
                LabProcess second = right.start(java(QuickStart.class, right.underlayV4(), left.underlayV4())))
            {
                received.addAll(hello(first));
                received.addAll(hello(second));
            }
        }
        assertTrue(received.stream().allMatch("got 19 bytes"::equals), received::toString);
    }

    /** The lines about frames. If a host did not have the other's socket yet, its own frame is lost. */
    private static List<String> hello(final LabProcess quickStart)
    {
        final List<String> lines = quickStart.await(120).orFail().stdout();
        assertEquals("1 frames sent", lines.get(lines.size() - 1));
        return lines.subList(0, lines.size() - 1);
    }

    private CommandResult ping(final String... arguments)
    {
        final List<String> command = new ArrayList<>(List.of("ping"));
        command.addAll(List.of(arguments));
        return right.run(command.toArray(String[]::new));
    }

    private static List<String> java(final Class<?> type, final String... arguments)
    {
        final List<String> command = new ArrayList<>(List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp", System.getProperty("java.class.path"),
            type.getName()));
        command.addAll(List.of(arguments));
        return command;
    }
}
