// SPDX-License-Identifier: Apache-2.0
package io.overlane.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.pcap.CaptureReader;
import io.overlane.status.DropReason;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** {@link OuterStack} on captures of others, where they are there. */
class CaptureConformanceTest
{
    private static final Set<DropReason> OUTER = Set.of(
        DropReason.BAD_OUTER_HEADER,
        DropReason.CAPTURE_CUT,
        DropReason.FRAGMENT,
        DropReason.UDP_CHECKSUM,
        DropReason.NO_SOCKET);

    /** Datagrams, drops, and checksums that were partial, per public capture; the port is the one its VXLAN uses. */
    @Test
    void shouldGiveEveryPublicPacketItsVerdict() throws IOException
    {
        final Map<DropReason, Integer> none = Map.of();
        verdicts("tcpdump-vxlan.pcap", 4789, 10, 0, none);
        verdicts("tcpdump-vxlan_port_8472.pcap", 8472, 10, 0, none);
        verdicts("tcpdump-nsh-over-vxlan-gpe.pcap", 4790, 1, 0, none);
        for (final String families : List.of(
            "ipv4-vxlan-ipv4", "ipv4-vxlan-ipv6", "ipv6-vxlan-ipv4", "ipv6-vxlan-ipv6"))
        {
            verdicts("tcpdump-gso-" + families + ".pcap", 4789, 1, 1, none);
            verdicts("tcpdump-bigtcp-" + families + ".pcap", 4789, 0, 0, Map.of(DropReason.BAD_OUTER_HEADER, 1));
        }
        verdicts("zeek-vxlan.pcap", 4789, 10, 0, none);
        verdicts("zeek-vxlan-encapsulated-http.pcap", 4789, 12, 0, none);
        verdicts("zeek-vxlan-encapsulated-igmp-v2.pcap", 4789, 3, 3, none);
        verdicts("zeek-vxlan-inner-tcp-bad-checksum.pcap", 4789, 1, 0, none);
        verdicts("zeek-vxlan-triple-v2.pcap", 4789, 1, 0, none);
        verdicts("zeek-vxlan-overlapping-http-get.pcap", 4789, 28, 0, Map.of(DropReason.NO_SOCKET, 14));
        verdicts("zeek-geneve-vxlan-dns-truncated.pcap", 4789, 0, 0, Map.of(DropReason.NO_SOCKET, 2));
        verdicts("zeek-geneve-vxlan-dns-truncated.pcap", 6081, 0, 0, Map.of(DropReason.CAPTURE_CUT, 2));
        verdicts("pcapplusplus-Vxlan1.pcap", 4789, 1, 0, none);
        verdicts("pcapplusplus-Vxlan2.pcap", 4789, 1, 0, none);
        verdicts("suricata-verify-vxlan-arp.pcap", 4789, 2, 0, none);
        verdicts("suricata-verify-vxlan-decoder-01.pcap", 4789, 1, 0, Map.of(DropReason.NO_SOCKET, 2));
        verdicts("suricata-verify-vxlan-decoder-03.pcap", 4789, 100, 0, none);
        verdicts("suricata-verify-vxlan-non-zero-reserved-fields.pcap", 4789, 10, 0, none);
    }

    @Test
    void shouldNameOneOfTheOuterVerdictsForEveryPacketOnAnyPort() throws IOException
    {
        final List<Path> captures = Captures.all();
        assertTrue(captures.size() > 0, "an empty folder");
        for (final Path capture : captures)
        {
            try (CaptureReader reader = CaptureReader.open(capture))
            {
                final OuterStack stack = new OuterStack(8472);
                while (reader.next())
                {
                    final DropReason verdict = receive(reader, stack);
                    assertTrue(verdict == DropReason.NONE || OUTER.contains(verdict), capture + ": " + verdict);
                }
            }
        }
    }

    private static void verdicts(
        final String name,
        final int udpPort,
        final int datagrams,
        final int partial,
        final Map<DropReason, Integer> drops)
        throws IOException
    {
        final Map<DropReason, Integer> expected = new TreeMap<>();
        expected.put(DropReason.NONE, datagrams);
        expected.putAll(drops);
        expected.values().removeIf(count -> count == 0);
        final Map<DropReason, Integer> counts = new TreeMap<>();
        try (CaptureReader reader = CaptureReader.open(Captures.file(name)))
        {
            final OuterStack stack = new OuterStack(udpPort);
            while (reader.next())
            {
                counts.merge(receive(reader, stack), 1, Integer::sum);
            }
            assertEquals(expected, counts, name);
            assertEquals(partial, stack.partialChecksums(), name);
        }
    }

    private static DropReason receive(final CaptureReader reader, final OuterStack stack)
    {
        return stack.receive(reader);
    }
}
