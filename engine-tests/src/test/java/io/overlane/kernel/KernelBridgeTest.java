// SPDX-License-Identifier: Apache-2.0
package io.overlane.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.address.Vtep;
import io.overlane.testdata.kernel.KernelCase;
import io.overlane.testdata.kernel.KernelComparison;
import io.overlane.testdata.kernel.KernelSuite;
import io.overlane.testkit.SteppedClock;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * A broadcast that came from a remote goes out to none again, unless the bridge that the device is a port of reflects
 * it: then it goes out to all remotes.
 */
class KernelBridgeTest
{
    @TestFactory
    Stream<DynamicTest> shouldReflectAsLinuxDoes()
    {
        final List<KernelCase> cases = KernelSuite.BRIDGE.cases();
        final OuterPacket reflected = OuterPacket.parse(Recordings.packets(
            cases.stream().filter(kernel -> kernel.capture() != null).findFirst().orElseThrow()).get(0));
        return cases.stream().map(kernel -> DynamicTest.dynamicTest(kernel.toString(), () ->
        {
            final WireUnderlay wire = new WireUnderlay(Vtep.parse("10.99.0.1:4789", 0));
            try (DeviceTwin twin = new DeviceTwin(kernel, wire, new SteppedClock()))
            {
                wire.put(Vtep.parse("10.99.0.2:4789", 0), 0, reflected.datagram());
                twin.run();
                final List<byte[]> delivered = twin.taken();
                assertEquals(1, delivered.size());
                assertArrayEquals(
                    Arrays.copyOfRange(reflected.datagram(), 8, reflected.datagram().length), delivered.get(0));
                if (kernel.name().contains("hairpin on"))
                {
                    // The bridge reflects, and not the device: the frame goes into the device again.
                    assertEquals(List.of(), wire.take());
                    twin.transmit(delivered.get(0));
                }
                final String remotes = wire.take().stream().map(packet -> packet.to().address().toString()).sorted()
                    .collect(Collectors.joining(" "));
                final String engine = "sent back to " + (remotes.isEmpty() ? "nobody" : remotes);
                assertEquals(List.of(), KernelComparison.problems(
                    kernel, Map.of("copies", kernel.one("says")), Map.of("copies", engine), Set.of()));
            }
        }));
    }
}
