// SPDX-License-Identifier: Apache-2.0
package io.overlane.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.memory.MemoryBuffer;
import io.overlane.parse.Layer3;
import io.overlane.status.DropReason;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What {@code check()} promises: it survives any bytes of any length, and after NONE no accessor leaves the range. The
 * buffer ends where the range ends, so Agrona's bounds check sees every step outside.
 */
class HeaderGateTest
{
    private static final int FUZZ_ROUNDS = 200_000;
    private static final int LONGEST = 80;

    private static final EthernetHeader ETHERNET = new EthernetHeader();
    private static final VlanTag VLAN = new VlanTag();
    private static final ArpHeader ARP = new ArpHeader();
    private static final Ipv4Header IPV4 = new Ipv4Header();
    private static final Ipv6Header IPV6 = new Ipv6Header();
    private static final UdpHeader UDP = new UdpHeader();
    private static final TcpHeader TCP = new TcpHeader();
    private static final IcmpHeader ICMP = new IcmpHeader();
    private static final NdMessage ND = new NdMessage();
    private static final VxlanHeader VXLAN = new VxlanHeader();

    /** Where a header stands and how it says so. */
    private interface Gate
    {
        DropReason check(MemoryBuffer buffer, int offset, int length);
    }

    /**
     * @param name   for messages.
     * @param valid  a range the gate lets pass when whole.
     * @param needed bytes below which it must not.
     * @param reason for a shorter one.
     * @param gate   wrap and check.
     * @param touch  every accessor, getters and setters that void nothing; a sum of what they say.
     */
    private record Subject(
        String name, String valid, int needed, DropReason reason, Gate gate, LongSupplier touch)
    {
        @Override
        public String toString()
        {
            return name;
        }
    }

    static Stream<Subject> subjects()
    {
        final String zeros = "0".repeat(80);
        final List<Subject> all = new ArrayList<>();
        all.add(new Subject("ethernet", zeros.substring(0, 28), 14, DropReason.INNER_TOO_SHORT,
            (b, o, l) -> ETHERNET.wrap(b, o, l).check(), HeaderGateTest::touchEthernet));
        all.add(new Subject("vlan", "000a0800", 4, DropReason.INNER_TOO_SHORT,
            (b, o, l) -> VLAN.wrap(b, o, l).check(), HeaderGateTest::touchVlan));
        all.add(new Subject("layer 3", zeros.substring(0, 24) + "8100000a81000001080045", 22,
            DropReason.INNER_TOO_SHORT, HeaderGateTest::findLayer3, () -> 0));
        all.add(new Subject("arp", "0001080006040001" + zeros.substring(0, 40), 28, DropReason.BAD_NEIGHBOR_MESSAGE,
            (b, o, l) -> ARP.wrap(b, o, l).check(), HeaderGateTest::touchArp));
        all.add(new Subject("ipv4 header", "46000018" + zeros.substring(0, 40), 24, DropReason.INNER_IP_TRUNCATED,
            (b, o, l) -> IPV4.wrap(b, o, l).checkHeader(), HeaderGateTest::touchIpv4));
        all.add(new Subject("ipv4", "45000014" + zeros.substring(0, 32), 20, DropReason.INNER_IP_TRUNCATED,
            (b, o, l) -> IPV4.wrap(b, o, l).check(), HeaderGateTest::touchIpv4));
        all.add(new Subject("ipv6", "60000000" + zeros.substring(0, 72), 40, DropReason.INNER_IP_TRUNCATED,
            (b, o, l) -> IPV6.wrap(b, o, l).check(), HeaderGateTest::touchIpv6));
        all.add(new Subject("udp", "000000000008beef", 8, DropReason.BAD_TRANSPORT_HEADER,
            (b, o, l) -> UDP.wrap(b, o, l).check(), HeaderGateTest::touchUdp));
        all.add(new Subject("tcp", zeros.substring(0, 24) + "60" + zeros.substring(0, 22), 24,
            DropReason.BAD_TRANSPORT_HEADER, (b, o, l) -> TCP.wrap(b, o, l).check(), HeaderGateTest::touchTcp));
        all.add(new Subject("icmp", zeros.substring(0, 16), 8, DropReason.BAD_TRANSPORT_HEADER,
            (b, o, l) -> ICMP.wrap(b, o, l).check(), HeaderGateTest::touchIcmp));
        all.add(new Subject("icmpv6", zeros.substring(0, 16), 8, DropReason.BAD_TRANSPORT_HEADER,
            (b, o, l) -> ICMP.wrap(b, o, l).check(), HeaderGateTest::touchIcmpv6));
        all.add(new Subject("nd", "87000000" + zeros.substring(0, 40), 24, DropReason.BAD_NEIGHBOR_MESSAGE,
            (b, o, l) -> ND.wrap(b, o, l).check(), HeaderGateTest::touchNd));
        all.add(new Subject("vxlan", "0800000000000100", 8, DropReason.SHORT_HEADER,
            (b, o, l) -> VXLAN.wrap(b, o, l).check(), HeaderGateTest::touchVxlan));
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void shouldNameEveryTruncation(final Subject subject)
    {
        final byte[] valid = Scratch.bytes(subject.valid());
        for (int length = 0; length <= valid.length; length++)
        {
            final MemoryBuffer buffer = new MemoryBuffer(new byte[3 + length]);
            buffer.putBytes(3, valid, 0, length);
            final DropReason verdict = subject.gate().check(buffer, 3, length);
            assertEquals(length < subject.needed() ? subject.reason() : DropReason.NONE, verdict, "length " + length);
        }
        final long unused = subject.touch().getAsLong();
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void shouldStayInsideWhateverTheBytes(final Subject subject)
    {
        final Random random = new Random(0x5EED);
        final byte[] valid = Scratch.bytes(subject.valid());
        final MemoryBuffer buffer = new MemoryBuffer(new byte[0]);
        final byte[] bytes = new byte[LONGEST];
        int passed = 0;
        for (int i = 0; i < FUZZ_ROUNDS; i++)
        {
            random.nextBytes(bytes);
            final int offset = random.nextInt(8);
            final int length = (i & 3) == 0 ? valid.length : random.nextInt(LONGEST - offset + 1);
            if ((i & 1) == 0)
            {
                // Half of the rounds begin like a good header, with one byte broken, to get past the first test.
                System.arraycopy(valid, 0, bytes, offset, Math.min(valid.length, length));
                bytes[offset + random.nextInt(valid.length)] = (byte)random.nextInt();
            }
            buffer.wrap(bytes, 0, offset + length);
            if (subject.gate().check(buffer, offset, length) == DropReason.NONE)
            {
                passed++;
                final byte before = offset == 0 ? 0 : bytes[offset - 1];
                final byte after = offset + length == LONGEST ? 0 : bytes[offset + length];
                final long unused = subject.touch().getAsLong();
                assertEquals(before, offset == 0 ? 0 : bytes[offset - 1]);
                assertEquals(after, offset + length == LONGEST ? 0 : bytes[offset + length]);
            }
        }
        assertTrue(passed > FUZZ_ROUNDS / 100, "the accessors were hardly ever reached: " + passed);
    }

    @Test
    void shouldCoverEveryFlyweight()
    {
        assertEquals(13, subjects().count());
    }

    private static long touchEthernet()
    {
        final long read = ETHERNET.destination() + ETHERNET.source() + ETHERNET.etherType();
        ETHERNET.destination(read).source(read).etherType((int)read);
        return read;
    }

    private static long touchVlan()
    {
        return (long)VLAN.control() + VLAN.vlanId() + VLAN.etherType();
    }

    private static DropReason findLayer3(final MemoryBuffer buffer, final int offset, final int length)
    {
        final int layer3 = Layer3.ofEthernet(buffer, offset, length);
        assertTrue(Layer3.offset(layer3) <= length);
        assertTrue(Layer3.tagCount(layer3) <= Layer3.MAX_TAGS);
        return layer3 == Layer3.NONE ? DropReason.INNER_TOO_SHORT : DropReason.NONE;
    }

    private static long touchArp()
    {
        final long read = ARP.operation() + ARP.senderMac() + ARP.senderIp() + ARP.targetMac() + ARP.targetIp();
        ARP.init((int)read).senderMac(read).senderIp((int)read).targetMac(read).targetIp(-1);
        return read;
    }

    private static long touchIpv4()
    {
        final int read = IPV4.headerLength() + IPV4.tos() + IPV4.ecn() + IPV4.totalLength() +
            IPV4.identification() + IPV4.fragmentOffset() + IPV4.ttl() + IPV4.protocol() + IPV4.headerChecksum() +
            IPV4.source() + IPV4.destination() + (IPV4.moreFragments() ? 1 : 0);
        IPV4.flags(read).dontFragment(!IPV4.dontFragment());
        IPV4.tos(read).ecn(read >>> 8).identification(read).ttl(read).protocol(read).source(read).destination(read);
        assertTrue(IPV4.updateChecksum().isChecksumValid());
        return read + (IPV4.decrementTtl().isFragment() ? 1L : 0L);
    }

    private static long touchIpv6()
    {
        final long read = IPV6.trafficClass() + IPV6.ecn() + IPV6.payloadLength() + IPV6.nextHeader() +
            IPV6.hopLimit() + IPV6.sourceHigh() + IPV6.sourceLow() + IPV6.destinationHigh() + IPV6.destinationLow();
        final int word = (int)read;
        IPV6.init().ecn(word).nextHeader(word).hopLimit(word);
        IPV6.sourceHigh(read).sourceLow(read).destinationHigh(read).destinationLow(read);
        return read;
    }

    private static long touchUdp()
    {
        final int read = UDP.sourcePort() + UDP.destinationPort() + UDP.udpLength() + UDP.checksum();
        UDP.checksum(read);
        return read;
    }

    private static long touchTcp()
    {
        final int read = TCP.sourcePort() + TCP.destinationPort() + TCP.sequence() + TCP.dataOffset() +
            TCP.flags() + TCP.checksum() + TCP.urgent();
        TCP.sequence(read).flags(read).checksum(read);
        return read;
    }

    private static long touchIcmp()
    {
        final int read = ICMP.type() + ICMP.code() + ICMP.identifier() + ICMP.sequence();
        ICMP.init(read, read, read);
        ICMP.updateChecksum();
        return read + (ICMP.isChecksumValid() ? 1L : 0L);
    }

    private static long touchIcmpv6()
    {
        final Ipv6Header ip = new Ipv6Header().wrap(new MemoryBuffer(new byte[40]), 0, 40);
        return ICMP.updateChecksum(ip).type();
    }

    private static long touchNd()
    {
        final Ipv6Header ip = new Ipv6Header().wrap(new MemoryBuffer(new byte[40]), 0, 40);
        final long read = ND.type() + ND.code() + ND.flags() + ND.targetHigh() + ND.targetLow() +
            ND.linkLayerAddress();
        ND.init((int)read, (int)read).targetHigh(read).targetLow(read).updateChecksum(ip);
        return read + ND.linkLayerAddress();
    }

    private static long touchVxlan()
    {
        final long read = VXLAN.word() + VXLAN.flags() + VXLAN.vni();
        VXLAN.init((int)read);
        return read;
    }
}
