package io.overlane.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.address.Vtep;
import io.overlane.engine.SteppedClock;
import io.overlane.testdata.kernel.KernelCase;
import io.overlane.testdata.kernel.KernelComparison;
import io.overlane.testdata.kernel.KernelSuite;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** A broadcast that came from a remote goes out to none again, as with Linux where the bridge does not reflect. */
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
                final String remotes = wire.take().stream().map(packet -> packet.to().address().toString()).sorted()
                    .collect(Collectors.joining(" "));
                final String engine = "sent back to " + (remotes.isEmpty() ? "nobody" : remotes);
                assertEquals(List.of(), KernelComparison.problems(
                    kernel, Map.of("copies", kernel.one("says")), Map.of("copies", engine), Set.of()));
            }
        }));
    }
}
