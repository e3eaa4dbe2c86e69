// SPDX-License-Identifier: Apache-2.0
package io.overlane.kernel;

import static io.overlane.kernel.TransmitOutcome.CHECKSUM;
import static io.overlane.kernel.TransmitOutcome.SOURCE_PORT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.address.IpAddress;
import io.overlane.address.Vtep;
import io.overlane.testdata.kernel.KernelCase;
import io.overlane.testdata.kernel.KernelComparison;
import io.overlane.testdata.kernel.KernelSuite;
import io.overlane.testkit.SteppedClock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** A frame given to the engine leaves, or does not, as a Linux device sent it. */
class KernelTransmitTest
{
    /** Only real sockets have them. */
    private static final Set<String> UNSEEN = Set.of(CHECKSUM, SOURCE_PORT);

    @TestFactory
    Stream<DynamicTest> shouldTransmitAsLinuxDoes()
    {
        final List<KernelCase> cases = KernelSuite.TRANSMIT.cases();
        final Map<KernelCase, Map<String, String>> recorded = TransmitOutcome.ofKernel(cases);
        final Map<String, String> flows = new TreeMap<>();
        return cases.stream().map(kernel ->
        {
            final Map<String, String> outcome = transmit(kernel, flows);
            return DynamicTest.dynamicTest(kernel.toString(), () -> assertEquals(
                List.of(), KernelComparison.problems(kernel, recorded.get(kernel), outcome, UNSEEN)));
        });
    }

    private static Map<String, String> transmit(final KernelCase kernel, final Map<String, String> flows)
    {
        final WireUnderlay wire = new WireUnderlay(
            new Vtep(IpAddress.parse(kernel.option("local")), kernel.number("dstport", 0)));
        try (DeviceTwin twin = new DeviceTwin(kernel, wire, new SteppedClock()))
        {
            twin.transmit(kernel.frame("sent"));
            return TransmitOutcome.ofEngine(kernel, twin, wire.take(), flows, 0, 0);
        }
    }
}
