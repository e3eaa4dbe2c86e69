// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.overlane.address.IpAddress;
import io.overlane.frame.FrameBatch;
import io.overlane.kernel.DeviceSettings;
import io.overlane.kernel.DeviceTwin;
import io.overlane.kernel.OuterPacket;
import io.overlane.kernel.Recordings;
import io.overlane.kernel.TransmitOutcome;
import io.overlane.testdata.kernel.KernelCase;
import io.overlane.testdata.kernel.KernelComparison;
import io.overlane.testdata.kernel.KernelSuite;
import io.overlane.testkit.InNamespace;
import io.overlane.tun.udp.LibcUnderlay;
import io.overlane.underlay.UnderlayOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The packets an engine's sockets send for recorded frames, seen on a TUN device that is the network, beside those a
 * Linux vxlan device sent for the same.
 */
@InNamespace(ipv6 = true)
class KernelPacketIT extends Scenario
{
    /** Eight ports are too few to tell flows apart by them. */
    private static final Set<String> UNSEEN = Set.of(TransmitOutcome.FLOW);

    private static final int VXLAN_HEADER = 8;

    private TunPort wire;
    private boolean hasIpv6;

    @BeforeEach
    void open() throws IOException
    {
        final TunDevice device = create(new TunOptions(TunKind.TUN, "wire0").offload(TunOffload.NONE));
        wire = port(device);
        device.mtu(1500);
        address(device, "10.99.0.1/24");
        hasIpv6 = addressV6(device, "fd99::1/64");
    }

    @Test
    void shouldSendPacketsAsLinuxDoesOverIpv4() throws IOException
    {
        compare(false);
    }

    @Test
    void shouldSendPacketsAsLinuxDoesOverIpv6() throws IOException
    {
        assumeTrue(hasIpv6, "no IPv6 here");
        compare(true);
    }

    @Test
    void shouldUseSourcePortsAsLinuxDoes() throws IOException
    {
        final List<String> problems = new ArrayList<>();
        int compared = 0;
        for (final KernelCase kernel : KernelSuite.PACKETS.cases())
        {
            if (kernel.all("sent").isEmpty())
            {
                final String recorded = kernel.one("says").replace("source ports ", "");
                problems.addAll(KernelComparison.problems(
                    kernel, Map.of("source ports", recorded), Map.of("source ports", sourcePorts(kernel)), Set.of()));
                compared++;
            }
        }
        assertEquals(List.of(), problems);
        assertEquals(3, compared);
        assertEquals(List.of(), errors);
    }

    private void compare(final boolean overIpv6) throws IOException
    {
        final List<KernelCase> cases = KernelSuite.PACKETS.cases().stream()
            .filter(kernel -> !kernel.all("sent").isEmpty() && kernel.option("local").contains(":") == overIpv6)
            .toList();
        assertTrue(cases.size() >= 2);
        final Map<KernelCase, Map<String, String>> recorded = TransmitOutcome.ofKernel(cases);
        final Map<String, String> flows = new TreeMap<>();
        final List<String> problems = new ArrayList<>();
        for (final KernelCase kernel : cases)
        {
            try (DeviceTwin twin = twin(kernel))
            {
                twin.transmit(kernel.frame("sent"));
                final Map<String, String> outcome = TransmitOutcome.ofEngine(kernel, twin, packets(), flows,
                    UnderlayOptions.DEFAULT_SOURCE_PORT_LOW, UnderlayOptions.DEFAULT_SOURCE_PORT_HIGH);
                problems.addAll(KernelComparison.problems(kernel, recorded.get(kernel), outcome, UNSEEN));
            }
        }
        assertEquals(List.of(), problems);
        assertEquals(List.of(), errors);
    }

    /** Of the flows that were sent then; without any, those the options have by default. */
    private String sourcePorts(final KernelCase kernel) throws IOException
    {
        if (kernel.capture() == null)
        {
            final UnderlayOptions options = new UnderlayOptions(IpAddress.ANY_V4, 0).sourcePorts();
            return options.sourcePortLow() + " to " + options.sourcePortHigh();
        }
        final Set<Integer> ports = new TreeSet<>();
        try (DeviceTwin twin = twin(kernel))
        {
            for (final byte[] packet : Recordings.packets(kernel))
            {
                final byte[] datagram = OuterPacket.parse(packet).datagram();
                twin.transmit(Arrays.copyOfRange(datagram, VXLAN_HEADER, datagram.length));
            }
            packets().forEach(packet -> ports.add(packet.from().udpPort()));
        }
        return ports.stream().map(String::valueOf).collect(Collectors.joining(" "));
    }

    private DeviceTwin twin(final KernelCase kernel) throws IOException
    {
        final UnderlayOptions options = new DeviceSettings(kernel, kernel.number("dstport", 0)).underlay();
        if (kernel.has("group"))
        {
            options.multicastInterface("wire0");
        }
        return new DeviceTwin(kernel, LibcUnderlay.open(options.errorHandler(errors::add)), SystemNanoClock.INSTANCE);
    }

    /** What is on the wire now: a send to a TUN device is over when the packet is there. */
    private List<OuterPacket> packets()
    {
        final List<OuterPacket> packets = new ArrayList<>();
        final FrameBatch batch = new FrameBatch(1);
        while (wire.poll(batch, 1) == 1)
        {
            final byte[] packet = new byte[batch.get(0).length()];
            batch.get(0).buffer().getBytes(batch.get(0).offset(), packet);
            if (OuterPacket.isUdp(packet))
            {
                packets.add(OuterPacket.parse(packet));
            }
            batch.clear();
        }
        return packets;
    }
}
