// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf;

import static io.overlane.ebpf.TcProgram.HEADERS;
import static io.overlane.ebpf.TcProgram.KEY;
import static io.overlane.ebpf.TcProgram.LENGTH;
import static io.overlane.ebpf.TcProgram.LONGEST;
import static io.overlane.ebpf.TcProgram.TOS;
import static io.overlane.ebpf.assembler.Alu.ADD;
import static io.overlane.ebpf.assembler.Alu.AND;
import static io.overlane.ebpf.assembler.Alu.LSH;
import static io.overlane.ebpf.assembler.Alu.MOV;
import static io.overlane.ebpf.assembler.Alu.MUL;
import static io.overlane.ebpf.assembler.Alu.OR;
import static io.overlane.ebpf.assembler.Alu.RSH;
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
import static io.overlane.ebpf.assembler.Register.R8;
import static io.overlane.ebpf.assembler.Register.R9;
import static io.overlane.ebpf.assembler.Width.BYTE;
import static io.overlane.ebpf.assembler.Width.HALF;
import static io.overlane.ebpf.assembler.Width.LONG;
import static io.overlane.ebpf.assembler.Width.WORD;

import io.overlane.ebpf.assembler.Assembler;
import io.overlane.ebpf.assembler.Code;
import io.overlane.ebpf.assembler.Helper;

/**
 * Frames that the host sends into a TAP become VXLAN datagrams of the underlay device, if they are IP packets without a
 * VLAN tag for a known station, and short enough. A super-frame stays one; the device cuts it, or the kernel before.
 */
final class EncapProgram
{
    private static final int DESTINATION_GROUP = 1;
    /** The largest length of an IPv4 packet, less what the tunnel adds to a frame. */
    private static final int MAX_FRAME = 65_535 - TcProgram.TUNNEL_LENGTH + TcProgram.ETHERNET_LENGTH;

    private static final int UDP = HEADERS + TcProgram.IPV4_LENGTH;
    private static final int VXLAN = UDP + 8;
    private static final int INNER = VXLAN + 8;
    /** UDP and VXLAN header. */
    private static final int UDP_OVERHEAD = 16;
    /** The flag of a valid VNI, and three reserved bytes, as a store of four bytes writes them. */
    private static final int VXLAN_FLAGS = 0x08;
    private static final int DONT_FRAGMENT = 0x0040;

    private EncapProgram()
    {
    }

    /** @param sourcePorts number of source ports, of which each flow uses one. */
    static Code code(final int sourcePorts)
    {
        final Assembler to = new Assembler().alu(MOV, R6, R1);
        parse(to);
        find(to);
        headers(to, sourcePorts);
        to.comment("make room, and write the headers")
            .alu(MOV, R1, R6)
            .alu(MOV, R2, TcProgram.TUNNEL_LENGTH)
            .alu(MOV, R3, TcProgram.ROOM_BEHIND_MAC)
            .constant(R4, TcProgram.FIXED_GSO | TcProgram.ENCAP_IPV4 | TcProgram.ENCAP_UDP | TcProgram.ENCAP_ETHERNET |
                (long)TcProgram.ETHERNET_LENGTH << TcProgram.ENCAP_L2_SHIFT)
            .alu(MOV, R5, 0)
            .call(Helper.SKB_ADJUST_ROOM)
            .jump(NE, R0, 0, "pass");
        TcProgram.write(to, TcProgram.ETHERNET_LENGTH, HEADERS, TcProgram.TUNNEL_LENGTH);
        to.store(HALF, R10, KEY, TcProgram.TYPE_IPV4);
        TcProgram.write(to, TcProgram.ETHERNET_TYPE, KEY, Short.BYTES);
        TcProgram.clearMark(to);
        TcProgram.handOver(
            to, Layout.PORT_SLOT, Layout.PORT_UNDERLAY, Layout.TRAFFIC_ENCAP, Helper.REDIRECT_NEIGH, 0);
        return to.code();
    }

    private static void parse(final Assembler to)
    {
        to.comment("an IP packet without a tag, to one station")
            .load(WORD, R2, R6, TcProgram.SKB_VLAN_PRESENT)
            .jump(NE, R2, 0, "pass");
        TcProgram.packet(to, TcProgram.ETHERNET_LENGTH + TcProgram.IPV4_LENGTH);
        to.load(BYTE, R2, R7, 0)
            .jump(SET, R2, DESTINATION_GROUP, "pass")
            .load(HALF, R2, R7, TcProgram.ETHERNET_TYPE)
            .jump(EQ, R2, TcProgram.TYPE_IPV4, "ipv4")
            .jump(NE, R2, TcProgram.TYPE_IPV6, "pass");
        TcProgram.requireBytes(to, TcProgram.ETHERNET_LENGTH + TcProgram.IPV6_LENGTH, "pass");
        to.load(HALF, R3, R7, 14)
            .bigEndian(R3, HALF)
            .alu(RSH, R3, 4)
            .alu(AND, R3, 0xff)
            .load(BYTE, R4, R7, 20);
        TcProgram.passDiscovery(to, TcProgram.ETHERNET_LENGTH + TcProgram.IPV6_LENGTH);
        to.alu(MOV, R5, TcProgram.ETHERNET_LENGTH + TcProgram.IPV6_LENGTH)
            .jump("ip")
            .label("ipv4")
            .load(BYTE, R3, R7, 14)
            .jump(NE, R3, TcProgram.IPV4_WITHOUT_OPTIONS, "pass")
            .load(BYTE, R3, R7, 15)
            .load(BYTE, R4, R7, 23)
            .alu(MOV, R5, TcProgram.ETHERNET_LENGTH + TcProgram.IPV4_LENGTH)
            .label("ip")
            .store(LONG, R10, TOS, R3)
            .load(WORD, R2, R6, TcProgram.SKB_LENGTH)
            .store(LONG, R10, LENGTH, R2);
        TcProgram.measure(to, 0);
    }

    /** R9 becomes the port, R8 the station. */
    private static void find(final Assembler to)
    {
        to.comment("the segment of the device")
            .load(WORD, R2, R6, TcProgram.SKB_IFINDEX)
            .store(WORD, R10, KEY, R2);
        TcProgram.lookup(to, Layout.PORTS);
        to.alu(MOV, R9, R0)
            .load(WORD, R2, R9, Layout.PORT_LONGEST)
            .load(LONG, R3, R10, LONGEST)
            .jump(GT, R3, R2, "pass")
            .load(LONG, R3, R10, LENGTH)
            .jump(GT, R3, MAX_FRAME, "pass")
            .comment("the station with the destination address")
            .load(WORD, R2, R7, 0)
            .store(WORD, R10, KEY + Layout.KEY_MAC, R2)
            .load(HALF, R2, R7, 4)
            .store(WORD, R10, KEY + Layout.KEY_MAC + Integer.BYTES, R2)
            .load(WORD, R2, R9, Layout.PORT_VNI)
            .store(WORD, R10, KEY + Layout.KEY_VNI, R2);
        TcProgram.findStation(to, Layout.WAY_ENCAP);
        to.comment("a route leads there through the underlay device")
            .load(BYTE, R2, R0, Layout.REMOTE_REACHABLE)
            .jump(EQ, R2, 0, "pass")
            .load(WORD, R2, R0, Layout.REMOTE_LONGEST)
            .load(LONG, R3, R10, LONGEST)
            .jump(GT, R3, R2, "pass")
            .load(WORD, R2, R0, Layout.REMOTE_ADDRESS)
            .store(WORD, R10, HEADERS + 16, R2)
            .load(HALF, R2, R0, Layout.REMOTE_UDP_PORT)
            .store(HALF, R10, UDP + 2, R2);
    }

    private static void headers(final Assembler to, final int sourcePorts)
    {
        TcProgram.saveEthernet(to, 0, INNER);
        to.comment("the source port is that of the flow")
            .alu(MOV, R1, R6)
            .call(Helper.GET_HASH_RECALC)
            .alu32(MOV, R0, R0)
            .alu(MUL, R0, sourcePorts)
            .alu(RSH, R0, Integer.SIZE)
            .store(WORD, R10, KEY, R0);
        TcProgram.lookup(to, Layout.SOURCE_PORTS);
        to.load(HALF, R0, R0, 0)
            .store(HALF, R10, UDP, R0)
            .comment("congestion bits by those of the inner header")
            .load(LONG, R2, R10, TOS)
            .alu(AND, R2, 3)
            .alu(LSH, R2, 1)
            .load(BYTE, R3, R9, Layout.PORT_ECN)
            .alu(RSH, R3, R2)
            .alu(AND, R3, 3)
            .load(BYTE, R2, R9, Layout.PORT_TOS)
            .alu(OR, R2, R3)
            .store(BYTE, R10, HEADERS, TcProgram.IPV4_WITHOUT_OPTIONS)
            .store(BYTE, R10, HEADERS + 1, R2)
            .load(LONG, R2, R10, LENGTH)
            .alu(ADD, R2, TcProgram.TUNNEL_LENGTH - TcProgram.ETHERNET_LENGTH)
            .bigEndian(R2, HALF)
            .store(HALF, R10, HEADERS + 2, R2)
            .store(HALF, R10, HEADERS + 4, 0)
            .store(HALF, R10, HEADERS + 6, DONT_FRAGMENT)
            .load(BYTE, R2, R9, Layout.PORT_TTL)
            .store(BYTE, R10, HEADERS + 8, R2)
            .store(BYTE, R10, HEADERS + 9, TcProgram.PROTOCOL_UDP)
            .store(HALF, R10, HEADERS + 10, 0)
            .load(WORD, R2, R9, Layout.PORT_LOCAL)
            .store(WORD, R10, HEADERS + 12, R2)
            .load(LONG, R2, R10, LENGTH)
            .alu(ADD, R2, UDP_OVERHEAD)
            .bigEndian(R2, HALF)
            .store(HALF, R10, UDP + 4, R2)
            .store(HALF, R10, UDP + 6, 0)
            .store(WORD, R10, VXLAN, VXLAN_FLAGS)
            .load(WORD, R2, R8, Layout.STATION_VNI)
            .store(WORD, R10, VXLAN + 4, R2)
            .comment("the checksum of the IPv4 header");
        TcProgram.sumIpv4(to, R10, HEADERS);
        to.alu(XOR, R2, 0xffff)
            .store(HALF, R10, HEADERS + 10, R2);
    }
}
