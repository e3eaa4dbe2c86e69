// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.overlane.examples.lab.Bridge;
import io.overlane.examples.lab.LabHost;
import io.overlane.examples.lab.LabProcess;
import io.overlane.examples.lab.Overlay;
import io.overlane.examples.lab.Traffic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Minutes at full rate, which is too long for every build: {@code scripts/full-rate.sh} asks for it with
 * {@code -Doverlane.it.fullRateSeconds=30}.
 */
@Timeout(3600)
class FullRateIT extends TwoHosts
{
    private static final int FULL_RATE_S = Integer.getInteger("overlane.it.fullRateSeconds", 0);
    private static final int WARM_UP_S = 10;
    private static final Pattern GC_AT = Pattern.compile("^\\[(\\d+)[.,](\\d+)s].*Pause");

    @BeforeAll
    static void skipUnlessAskedFor()
    {
        assumeTrue(FULL_RATE_S > 0, "takes minutes: run scripts/full-rate.sh");
    }

    @ParameterizedTest
    @CsvSource({"vxlan, libc", "vxlan, netty", "vxlan, nio", "ip-udp, libc", "ip-udp, netty", "ip-udp, nio"})
    void shouldNotCollectGarbageAtFullRateOnLibc(final String mode, final String underlay) throws IOException
    {
        final Path log = directory.resolve("gc.log");
        final List<String> jvm = List.of("-Xmx64m", "-XX:MaxDirectMemorySize=1g", "-Xlog:gc:file=" + log);
        final Bridge a = start(mode, underlay, left, right, jvm);
        final Bridge b = start(mode, underlay, right, left, List.of());
        Traffic.iperf3(left, right, Overlay.v4(right), WARM_UP_S);
        final double warmAtS = secondsSinceStart(a.process());
        final String result = Traffic.iperf3(left, right, Overlay.v4(right), FULL_RATE_S);
        final double endS = secondsSinceStart(a.process());
        a.stop("TERM");
        b.stop("TERM");

        final List<String> lines = Files.readAllLines(log);
        assertFalse(lines.isEmpty(), "the JVM did not log which collector it uses");
        final List<String> pauses = lines.stream()
            .filter(line -> startOf(line) > warmAtS && startOf(line) < endS)
            .toList();
        System.out.println("full rate " + mode + " " + underlay + ": " + result + ", collections: " + pauses.size());
        // java.nio and Netty make an object per datagram received, which is not ours to change.
        assertTrue(pauses.isEmpty() || !"libc".equals(underlay), pauses::toString);
    }

    @ParameterizedTest
    @ValueSource(strings = {"libc", "netty", "nio"})
    void shouldCostNextToNothingWhenIdle(final String underlay) throws IOException, InterruptedException
    {
        final Bridge bridge = start("vxlan", underlay, left, right, List.of());
        Thread.sleep(5_000);
        final long beginTicks = cpuTicks(bridge.process());
        Thread.sleep(10_000);
        final long ticks = cpuTicks(bridge.process()) - beginTicks;
        System.out.println("idle " + underlay + ": " + ticks / 10.0 + " % of a core");
        assertTrue(ticks < 10, () -> ticks + " ticks of 10 ms in 10 s");
        bridge.stop("TERM");
    }

    private static Bridge start(
        final String mode, final String underlay, final LabHost host, final LabHost peer, final List<String> jvm)
    {
        return "vxlan".equals(mode) ?
            Bridge.start(host, "flannel.1", jvm, Bridge.vxlan(host, peer, underlay, false)) :
            Bridge.start(host, "flannel0", jvm, Bridge.ipUdp(host, peer, underlay));
    }

    /** Seconds of uptime in the GC log's own clock: since the JVM started. */
    private static double secondsSinceStart(final LabProcess process) throws IOException
    {
        final double uptimeS = Double.parseDouble(Files.readString(Path.of("/proc/uptime")).split(" ")[0]);
        return uptimeS - stat(process, 22) / 100.0;
    }

    private static long cpuTicks(final LabProcess process) throws IOException
    {
        return stat(process, 14) + stat(process, 15);
    }

    /** A numbered field of proc(5) {@code /proc/pid/stat}; the second is the name in parentheses. */
    private static long stat(final LabProcess process, final int field) throws IOException
    {
        final String line = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
        final String[] behindName = line.substring(line.lastIndexOf(')') + 2).split(" ");
        return Long.parseLong(behindName[field - 3]);
    }

    private static double startOf(final String line)
    {
        final Matcher matcher = GC_AT.matcher(line);
        return matcher.find() ? Double.parseDouble(matcher.group(1) + "." + matcher.group(2)) : -1;
    }
}
