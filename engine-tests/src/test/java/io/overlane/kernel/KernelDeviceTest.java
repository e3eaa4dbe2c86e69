// SPDX-License-Identifier: Apache-2.0
package io.overlane.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.address.IpAddress;
import io.overlane.address.Vtep;
import io.overlane.engine.EngineContext;
import io.overlane.engine.OverlayEngine;
import io.overlane.engine.ThreadingMode;
import io.overlane.policy.SegmentContext;
import io.overlane.testdata.kernel.KernelCase;
import io.overlane.testdata.kernel.KernelComparison;
import io.overlane.testdata.kernel.KernelSuite;
import io.overlane.testkit.LoopbackPort;
import io.overlane.testkit.SteppedClock;
import io.overlane.underlay.Underlay;
import io.overlane.underlay.base.UdpAddress;
import io.overlane.wire.VxlanHeader;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.agrona.CloseHelper;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Devices that Linux makes are segments the engine takes; those it refuses are refused, in words. */
class KernelDeviceTest
{
    private static final IpAddress ANYWHERE = IpAddress.parse("10.99.0.1");

    @TestFactory
    Stream<DynamicTest> shouldTakeAndRefuseWhatLinuxDoes()
    {
        return KernelSuite.DEVICE.cases().stream().map(kernel -> DynamicTest.dynamicTest(kernel.toString(), () ->
        {
            final String recorded = kernel.one("result");
            assertEquals(List.of(), KernelComparison.problems(
                kernel,
                Map.of("result", recorded.equals("done") ? "done" : recorded.substring(0, recorded.indexOf(':'))),
                Map.of("result", make(kernel)),
                Set.of()));
        }));
    }

    /** One engine for each UDP port, one segment for each device. */
    private static String make(final KernelCase kernel)
    {
        final Map<Integer, EngineContext> engines = new TreeMap<>();
        final Map<Integer, OverlayEngine> launched = new TreeMap<>();
        try
        {
            for (final String before : kernel.all("before"))
            {
                add(engines, new KernelCase("", "", Map.of("device", List.of(before))));
            }
            add(engines, kernel);
            engines.forEach((port, context) -> launched.put(port, OverlayEngine.launch(context)));
            return "done";
        }
        catch (final IllegalArgumentException ex)
        {
            assertEquals(1, ex.getMessage().lines().count());
            return "refused";
        }
        finally
        {
            CloseHelper.quietCloseAll(launched.values());
        }
    }

    private static void add(final Map<Integer, EngineContext> engines, final KernelCase device)
    {
        final int udpPort = device.number("dstport", 8472);
        final SegmentContext segment = new SegmentContext(device.number("id", -1))
            .port(new LoopbackPort("vx" + engines.size() + device.number("id", 0), 1450, 16));
        if (device.has("gbp"))
        {
            segment.policy(p -> p.reservedBits(VxlanHeader.RESERVED_MASK & ~VxlanHeader.GROUP_POLICY_MASK));
        }
        if (device.has("group"))
        {
            segment.policy(p -> p.group(IpAddress.parse(device.option("group"))));
        }
        if (device.has("remote"))
        {
            segment.flood(new Vtep(IpAddress.parse(device.option("remote")), udpPort));
        }
        engines.computeIfAbsent(udpPort, port -> new EngineContext()
            .underlay(underlay(device, port))
            .clock(new SteppedClock())
            .threadingMode(ThreadingMode.INVOKER)).segment(segment);
    }

    /** Refuses the addresses that every underlay with a socket refuses. */
    private static Underlay underlay(final KernelCase device, final int udpPort)
    {
        final IpAddress local = device.has("local") ? IpAddress.parse(device.option("local")) : ANYWHERE;
        UdpAddress.check(local, udpPort);
        return new WireUnderlay(new Vtep(local, udpPort));
    }
}
