// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf;

import static io.overlane.ebpf.Steps.ETHERNET_LENGTH;
import static io.overlane.ebpf.Steps.ETHERNET_TYPE;
import static io.overlane.ebpf.Steps.HEADERS;
import static io.overlane.ebpf.Steps.IPV4_LENGTH;
import static io.overlane.ebpf.Steps.IPV4_WITHOUT_OPTIONS;
import static io.overlane.ebpf.Steps.IPV6_LENGTH;
import static io.overlane.ebpf.Steps.KEY;
import static io.overlane.ebpf.Steps.LENGTH;
import static io.overlane.ebpf.Steps.LONGEST;
import static io.overlane.ebpf.Steps.PROTOCOL_UDP;
import static io.overlane.ebpf.Steps.SUM;
import static io.overlane.ebpf.Steps.TOS;
import static io.overlane.ebpf.Steps.TYPE_IPV4;
import static io.overlane.ebpf.Steps.TYPE_IPV6;
import static io.overlane.ebpf.Steps.UDP_LENGTH;
import static io.overlane.ebpf.Steps.VXLAN_FLAGS;
import static io.overlane.ebpf.Steps.VXLAN_LENGTH;
import static io.overlane.ebpf.assembler.Alu.ADD;
import static io.overlane.ebpf.assembler.Alu.AND;
import static io.overlane.ebpf.assembler.Alu.LSH;
import static io.overlane.ebpf.assembler.Alu.MOD;
import static io.overlane.ebpf.assembler.Alu.MOV;
import static io.overlane.ebpf.assembler.Alu.MUL;
import static io.overlane.ebpf.assembler.Alu.OR;
import static io.overlane.ebpf.assembler.Alu.RSH;
import static io.overlane.ebpf.assembler.Alu.SUB;
import static io.overlane.ebpf.assembler.Alu.XOR;
import static io.overlane.ebpf.assembler.Condition.EQ;
import static io.overlane.ebpf.assembler.Condition.GT;
import static io.overlane.ebpf.assembler.Condition.NE;
import static io.overlane.ebpf.assembler.Condition.SET;
import static io.overlane.ebpf.assembler.Register.R0;
import static io.overlane.ebpf.assembler.Register.R1;
import static io.overlane.ebpf.assembler.Register.R10;
import static io.overlane.ebpf.assembler.Register.R2;
import static io.overlane.ebpf.assembler.Register.R3;
import static io.overlane.ebpf.assembler.Register.R4;
import static io.overlane.ebpf.assembler.Register.R5;
import static io.overlane.ebpf.assembler.Register.R6;
import static io.overlane.ebpf.assembler.Register.R7;
import static io.overlane.ebpf.assembler.Register.R9;
import static io.overlane.ebpf.assembler.Width.BYTE;
import static io.overlane.ebpf.assembler.Width.HALF;
import static io.overlane.ebpf.assembler.Width.LONG;
import static io.overlane.ebpf.assembler.Width.WORD;

import io.overlane.address.IpAddress;
import io.overlane.ebpf.assembler.Assembler;
import io.overlane.ebpf.assembler.Code;
import io.overlane.ebpf.assembler.Helper;

/**
 * Frames that the host sends into a TAP become VXLAN datagrams of the underlay device, if they are IP packets without a
 * VLAN tag for a known station, and short enough. A super-frame stays one; the device cuts it, or the kernel before.
 *
 * <p>Where datagrams need a UDP checksum, only frames are taken of which {@link InnerSum} knows the sum, and of
 * super-frames those whose last segment is as long as the others: all of them get the one checksum that is in the
 * header.
 */
final class EncapProgram
{
    private static final int DESTINATION_GROUP = 1;
    private static final int MAX_PACKET = 65_535;
    /** UDP and VXLAN header. */
    private static final int UDP_OVERHEAD = 16;
    private static final int DONT_FRAGMENT = 0x0040;
    private static final int IPV6_VERSION = 0x60;

    private final Assembler to = new Assembler();
    private final Outer outer;
    private final IpAddress local;
    private final int sourcePorts;
    private final boolean hasChecksum;
    /** Where the headers are on the stack. */
    private final int udp;
    private final int vxlan;
    private final int inner;

    private EncapProgram(final IpAddress local, final int sourcePorts, final boolean hasChecksum)
    {
        this.local = local;
        this.sourcePorts = sourcePorts;
        this.hasChecksum = hasChecksum;
        outer = Outer.of(local);
        udp = HEADERS + outer.ipLength;
        vxlan = udp + UDP_LENGTH;
        inner = vxlan + VXLAN_LENGTH;
    }

    /**
     * @param local       address of the engine.
     * @param sourcePorts number of source ports, of which each flow uses one.
     * @param hasChecksum false to send a UDP checksum of 0.
     */
    static Code code(final IpAddress local, final int sourcePorts, final boolean hasChecksum)
    {
        return new EncapProgram(local, sourcePorts, hasChecksum).code();
    }

    private Code code()
    {
        to.alu(MOV, R6, R1);
        parse();
        if (hasChecksum)
        {
            requireEqualSegments();
            InnerSum.sum(to, ETHERNET_LENGTH, "pass");
        }
        Steps.saveEthernet(to, 0, inner);
        find();
        flow();
        congestion();
        if (outer == Outer.V4)
        {
            ipv4();
        }
        else
        {
            ipv6();
        }
        tunnel();
        TcProgram.passOtherSuperFrames(to);
        to.comment("make room, and write the headers")
            .alu(MOV, R1, R6)
            .alu(MOV, R2, outer.tunnelLength)
            .alu(MOV, R3, TcProgram.ROOM_BEHIND_MAC)
            .constant(R4, TcProgram.FIXED_GSO | outer.encapFlag | TcProgram.ENCAP_UDP | TcProgram.ENCAP_ETHERNET |
                (long)ETHERNET_LENGTH << TcProgram.ENCAP_L2_SHIFT)
            .alu(MOV, R5, 0)
            .call(Helper.SKB_ADJUST_ROOM)
            .jump(NE, R0, 0, "pass");
        TcProgram.write(to, ETHERNET_LENGTH, HEADERS, outer.tunnelLength);
        to.store(HALF, R10, KEY, outer.etherType);
        TcProgram.write(to, ETHERNET_TYPE, KEY, Short.BYTES);
        TcProgram.clearMark(to);
        TcProgram.handOver(
            to, R9, Layout.PORT_SLOT, Layout.PORT_UNDERLAY, Layout.TRAFFIC_ENCAP, Helper.REDIRECT_NEIGH, 0);
        return to.code();
    }

    private void parse()
    {
        to.comment("an IP packet without a tag, to one station")
            .load(WORD, R2, R6, TcProgram.SKB_VLAN_PRESENT)
            .jump(NE, R2, 0, "pass");
        TcProgram.packet(to, ETHERNET_LENGTH + IPV4_LENGTH);
        to.load(BYTE, R2, R7, 0)
            .jump(SET, R2, DESTINATION_GROUP, "pass")
            .load(HALF, R2, R7, ETHERNET_TYPE)
            .jump(EQ, R2, TYPE_IPV4, "ipv4")
            .jump(NE, R2, TYPE_IPV6, "pass");
        Steps.requireBytes(to, ETHERNET_LENGTH + IPV6_LENGTH, "pass");
        to.load(HALF, R3, R7, 14)
            .bigEndian(R3, HALF)
            .alu(RSH, R3, 4)
            .alu(AND, R3, 0xff)
            .load(BYTE, R4, R7, 20);
        Steps.passDiscovery(to, ETHERNET_LENGTH + IPV6_LENGTH);
        to.alu(MOV, R5, ETHERNET_LENGTH + IPV6_LENGTH)
            .jump("ip")
            .label("ipv4")
            .load(BYTE, R3, R7, 14)
            .jump(NE, R3, IPV4_WITHOUT_OPTIONS, "pass")
            .load(BYTE, R3, R7, 15)
            .load(BYTE, R4, R7, 23)
            .alu(MOV, R5, ETHERNET_LENGTH + IPV4_LENGTH)
            .label("ip")
            .store(LONG, R10, TOS, R3)
            .load(WORD, R2, R6, TcProgram.SKB_LENGTH)
            .store(LONG, R10, LENGTH, R2);
        TcProgram.measure(to, 0);
    }

    private void requireEqualSegments()
    {
        to.load(WORD, R3, R6, TcProgram.SKB_GSO_SIZE)
            .jump(EQ, R3, 0, "equal")
            .comment("the payload of all segments is a multiple of that of one")
            .load(LONG, R2, R10, LENGTH)
            .load(LONG, R1, R10, LONGEST)
            .alu(SUB, R2, R1)
            .alu(MOD, R2, R3)
            .jump(NE, R2, 0, "pass")
            .label("equal");
    }

    /** R9 becomes the port, whose memory is used for no other while a program has it, and R8 the station. */
    private void find()
    {
        to.comment("the segment of the device")
            .load(WORD, R2, R6, TcProgram.SKB_IFINDEX)
            .store(WORD, R10, KEY, R2);
        Steps.lookup(to, Layout.PORTS);
        to.alu(MOV, R9, R0)
            .load(WORD, R2, R9, Layout.PORT_LONGEST)
            .load(LONG, R3, R10, LONGEST)
            .jump(GT, R3, R2, "pass")
            .load(LONG, R3, R10, LENGTH)
            .jump(GT, R3, MAX_PACKET - outer.tunnelLength + ETHERNET_LENGTH, "pass")
            .comment("the station with the destination address")
            .load(WORD, R2, R7, 0)
            .store(WORD, R10, KEY + Layout.KEY_MAC, R2)
            .load(HALF, R2, R7, 4)
            .store(WORD, R10, KEY + Layout.KEY_MAC + Integer.BYTES, R2)
            .load(WORD, R2, R9, Layout.PORT_VNI)
            .store(WORD, R10, KEY + Layout.KEY_VNI, R2);
        Steps.findStation(to, Layout.WAY_ENCAP);
        to.load(WORD, R2, R0, Layout.REMOTE_LONGEST)
            .load(LONG, R3, R10, LONGEST)
            .jump(GT, R3, R2, "pass");
        for (int at = 0; at < outer.addressLength; at += Integer.BYTES)
        {
            to.load(WORD, R2, R0, Layout.REMOTE_ADDRESS + at)
                .store(WORD, R10, HEADERS + outer.destination + at, R2)
                .store(WORD, R10, HEADERS + outer.source + at, outer.word(local, at));
        }
        to.load(HALF, R2, R0, Layout.REMOTE_UDP_PORT)
            .store(HALF, R10, udp + 2, R2);
        Steps.requireRemote(to);
    }

    private void flow()
    {
        to.comment("the source port is that of the flow")
            .alu(MOV, R1, R6)
            .call(Helper.GET_HASH_RECALC)
            .alu32(MOV, R0, R0)
            .alu(MUL, R0, sourcePorts)
            .alu(RSH, R0, Integer.SIZE)
            .store(WORD, R10, KEY, R0);
        Steps.lookup(to, Layout.SOURCE_PORTS);
        to.load(HALF, R0, R0, 0)
            .store(HALF, R10, udp, R0);
    }

    /** R2 becomes the type of service. */
    private void congestion()
    {
        to.comment("congestion bits by those of the inner header")
            .load(LONG, R2, R10, TOS)
            .alu(AND, R2, 3)
            .alu(LSH, R2, 1)
            .load(BYTE, R3, R9, Layout.PORT_ECN)
            .alu(RSH, R3, R2)
            .alu(AND, R3, 3)
            .load(BYTE, R2, R9, Layout.PORT_TOS)
            .alu(OR, R2, R3);
    }

    private void ipv4()
    {
        to.store(BYTE, R10, HEADERS, IPV4_WITHOUT_OPTIONS)
            .store(BYTE, R10, HEADERS + 1, R2)
            .load(LONG, R2, R10, LENGTH)
            .alu(ADD, R2, outer.tunnelLength - ETHERNET_LENGTH)
            .bigEndian(R2, HALF)
            .store(HALF, R10, HEADERS + 2, R2)
            .store(HALF, R10, HEADERS + 4, 0)
            .store(HALF, R10, HEADERS + 6, DONT_FRAGMENT)
            .load(BYTE, R2, R9, Layout.PORT_TTL)
            .store(BYTE, R10, HEADERS + 8, R2)
            .store(BYTE, R10, HEADERS + 9, PROTOCOL_UDP)
            .store(HALF, R10, HEADERS + 10, 0)
            .comment("the checksum of the IPv4 header");
        Steps.sumIpv4(to, R10, HEADERS);
        to.alu(XOR, R2, Steps.ALL_ONES)
            .store(HALF, R10, HEADERS + 10, R2);
    }

    /** The flow label is 0, as that of the kernel's own tunnels. */
    private void ipv6()
    {
        to.alu(MOV, R3, R2)
            .alu(RSH, R3, 4)
            .alu(OR, R3, IPV6_VERSION)
            .store(BYTE, R10, HEADERS, R3)
            .alu(LSH, R2, 4)
            .store(BYTE, R10, HEADERS + 1, R2)
            .store(HALF, R10, HEADERS + 2, 0)
            .load(LONG, R2, R10, LENGTH)
            .alu(ADD, R2, UDP_OVERHEAD)
            .bigEndian(R2, HALF)
            .store(HALF, R10, HEADERS + 4, R2)
            .store(BYTE, R10, HEADERS + 6, PROTOCOL_UDP)
            .load(BYTE, R2, R9, Layout.PORT_TTL)
            .store(BYTE, R10, HEADERS + 7, R2);
    }

    private void tunnel()
    {
        to.comment("UDP and VXLAN header")
            .load(LONG, R2, R10, LENGTH)
            .alu(ADD, R2, UDP_OVERHEAD)
            .bigEndian(R2, HALF)
            .store(HALF, R10, udp + 4, R2)
            .store(HALF, R10, udp + 6, 0)
            .store(WORD, R10, vxlan, VXLAN_FLAGS)
            .load(WORD, R2, R10, Steps.VNI)
            .store(WORD, R10, vxlan + 4, R2);
        if (hasChecksum)
        {
            checksum();
        }
    }

    /** With the length of a segment, as the device will set it. */
    private void checksum()
    {
        to.comment("the UDP checksum: the inner frame, the VXLAN header, ports, two lengths, and the pseudo-header")
            .load(LONG, R0, R10, SUM)
            .load(WORD, R2, R10, vxlan + 4)
            .alu(ADD, R0, R2)
            .load(WORD, R2, R10, udp)
            .alu(ADD, R0, R2)
            .load(LONG, R2, R10, LONGEST)
            .alu(ADD, R2, UDP_OVERHEAD)
            .bigEndian(R2, HALF)
            .alu(LSH, R2, 1)
            .alu(ADD, R0, R2)
            .alu(ADD, R0, VXLAN_FLAGS + (PROTOCOL_UDP << Byte.SIZE));
        for (int at = outer.source; at < outer.ipLength; at += Integer.BYTES)
        {
            to.load(WORD, R2, R10, HEADERS + at)
                .alu(ADD, R0, R2);
        }
        Steps.fold(to, R0, R2);
        to.alu(XOR, R0, Steps.ALL_ONES)
            .jump(NE, R0, 0, "checksum")
            .comment("0 would be no checksum")
            .alu(MOV, R0, Steps.ALL_ONES)
            .label("checksum")
            .store(HALF, R10, udp + 6, R0);
    }
}
