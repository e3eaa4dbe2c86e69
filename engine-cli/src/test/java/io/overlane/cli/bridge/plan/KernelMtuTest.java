// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.testdata.kernel.KernelCase;
import io.overlane.testdata.kernel.KernelComparison;
import io.overlane.testdata.kernel.KernelSuite;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The MTU a bridge's device has, and may be given, is that of a recorded Linux device. */
class KernelMtuTest
{
    @TestFactory
    Stream<DynamicTest> shouldLeaveRoomAsLinuxDoes()
    {
        return KernelSuite.MTU.cases().stream().map(kernel -> DynamicTest.dynamicTest(kernel.toString(), () ->
        {
            final boolean isWanted = kernel.one("do") != null;
            final String recorded = kernel.one(isWanted ? "result" : "says");
            assertEquals(List.of(), KernelComparison.problems(
                kernel,
                Map.of("MTU", isWanted ? recorded.substring(0, recorded.indexOf(':')) : recorded),
                Map.of("MTU", isWanted ? give(kernel) : "mtu " + plan(kernel, "").mtu()),
                Set.of()));
        }));
    }

    private static String give(final KernelCase kernel)
    {
        try
        {
            plan(kernel, kernel.one("do").replace("link mtu", "--mtu"));
            return "done";
        }
        catch (final IllegalArgumentException ex)
        {
            return "refused";
        }
    }

    private static BridgePlan plan(final KernelCase kernel, final String further)
    {
        final String local = kernel.option("local");
        return BridgeOptionsParser.plan(
            "--vni " + kernel.option("id") + " --local " + local + " --port " + kernel.option("dstport") + " " +
            further, new FakeHost().own(local).mtu(1500));
    }
}
