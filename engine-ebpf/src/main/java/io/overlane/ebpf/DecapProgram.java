// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf;

import static io.overlane.ebpf.TcProgram.HEADERS;
import static io.overlane.ebpf.TcProgram.KEY;
import static io.overlane.ebpf.TcProgram.LENGTH;
import static io.overlane.ebpf.TcProgram.TUNNEL_LENGTH;
import static io.overlane.ebpf.assembler.Alu.ADD;
import static io.overlane.ebpf.assembler.Alu.MOV;
import static io.overlane.ebpf.assembler.Alu.RSH;
import static io.overlane.ebpf.assembler.Alu.SUB;
import static io.overlane.ebpf.assembler.Condition.EQ;
import static io.overlane.ebpf.assembler.Condition.LT;
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
 * VXLAN datagrams that the underlay device received become frames that a TAP received, if the inner source is a station
 * that the engine knows behind that very remote. Everything that the engine might decide otherwise passes: fragments,
 * options, a checksum, reserved bits, congestion marks that change the inner header, wrong lengths.
 */
final class DecapProgram
{
    private static final int IP = TcProgram.ETHERNET_LENGTH;
    private static final int UDP = IP + TcProgram.IPV4_LENGTH;
    private static final int VXLAN = UDP + 8;
    private static final int INNER = VXLAN + 8;
    private static final int INNER_IP = INNER + TcProgram.ETHERNET_LENGTH;

    /** Bytes of a frame that a program reads in every case. */
    private static final int READ_LENGTH = INNER_IP + TcProgram.IPV4_LENGTH;
    /** On the stack: the outer source address. */
    private static final int SOURCE = TcProgram.TOS;
    private static final int GROUP = 1;
    /** ECT(1), and with it "congestion experienced"; the other two marks never change the inner header. */
    private static final int CHANGING_MARK = 1;
    /** More fragments, and the offset, as a load of two bytes returns them. */
    private static final int FRAGMENT = 0xff3f;
    private static final int VXLAN_FLAGS = 0x08;
    private static final int ALL_ONES = 0xffff;
    private static final int TO_INGRESS = 1;
    /** BPF_CSUM_LEVEL_DEC: the checksum that the device has checked was that of the outer header. */
    private static final int ONE_CHECKSUM_LESS = 2;
    /** The time of a station is written if it is older than 2^30 ns, about a second, to spare the other CPUs. */
    private static final int SEEN_SHIFT = 30;

    private DecapProgram()
    {
    }

    /**
     * @param local   IPv4 address of the underlay; first byte highest.
     * @param udpPort of the underlay.
     */
    static Code code(final int local, final int udpPort)
    {
        final Assembler to = new Assembler().alu(MOV, R6, R1);
        parse(to);
        checkOuter(to, Integer.reverseBytes(local), Short.reverseBytes((short)udpPort) & 0xffff);
        checkInner(to);
        find(to);
        to.comment("take the tunnel off")
            .alu(MOV, R1, R6)
            .alu(MOV, R2, -TUNNEL_LENGTH)
            .alu(MOV, R3, TcProgram.ROOM_BEHIND_MAC)
            .alu(MOV, R4, TcProgram.FIXED_GSO | TcProgram.KEEP_CHECKSUM_STATE)
            .alu(MOV, R5, 0)
            .call(Helper.SKB_ADJUST_ROOM)
            .jump(NE, R0, 0, "pass");
        TcProgram.write(to, 0, HEADERS, TcProgram.ETHERNET_LENGTH);
        to.alu(MOV, R1, R6)
            .alu(MOV, R2, ONE_CHECKSUM_LESS)
            .call(Helper.CSUM_LEVEL);
        TcProgram.clearMark(to);
        to.comment("the station is there")
            .call(Helper.KTIME_GET_NS)
            .load(LONG, R2, R8, Layout.STATION_SEEN)
            .alu(MOV, R1, R0)
            .alu(RSH, R1, SEEN_SHIFT)
            .alu(RSH, R2, SEEN_SHIFT)
            .jump(EQ, R1, R2, "seen")
            .store(LONG, R8, Layout.STATION_SEEN, R0)
            .label("seen");
        TcProgram.handOver(
            to, Layout.SEGMENT_SLOT, Layout.SEGMENT_TAP, Layout.TRAFFIC_DECAP, Helper.REDIRECT, TO_INGRESS);
        return to.code();
    }

    private static void parse(final Assembler to)
    {
        to.comment("an IPv4 packet without a tag, long enough for a tunnel and an IP header")
            .load(WORD, R2, R6, TcProgram.SKB_PROTOCOL)
            .jump(NE, R2, TcProgram.TYPE_IPV4, "pass")
            .load(WORD, R2, R6, TcProgram.SKB_VLAN_PRESENT)
            .jump(NE, R2, 0, "pass")
            .load(WORD, R2, R6, TcProgram.SKB_LENGTH)
            .jump(LT, R2, READ_LENGTH, "pass")
            .load(WORD, R7, R6, TcProgram.SKB_DATA)
            .load(WORD, R8, R6, TcProgram.SKB_DATA_END);
        TcProgram.requireBytes(to, READ_LENGTH, "pull");
        to.jump("whole")
            .label("pull")
            .comment("the driver left the headers in several pieces")
            .alu(MOV, R1, R6)
            .alu(MOV, R2, READ_LENGTH)
            .call(Helper.SKB_PULL_DATA)
            .jump(NE, R0, 0, "pass");
        TcProgram.packet(to, READ_LENGTH);
        to.label("whole");
    }

    private static void checkOuter(final Assembler to, final int local, final int udpPort)
    {
        to.comment("for the engine's address and port")
            .load(BYTE, R2, R7, IP)
            .jump(NE, R2, TcProgram.IPV4_WITHOUT_OPTIONS, "pass")
            .load(BYTE, R2, R7, IP + 9)
            .jump(NE, R2, TcProgram.PROTOCOL_UDP, "pass")
            .load(HALF, R2, R7, IP + 6)
            .jump(SET, R2, FRAGMENT, "pass")
            .load(WORD, R2, R7, IP + 16)
            .jump32(NE, R2, local, "pass")
            .load(HALF, R2, R7, UDP + 2)
            .jump(NE, R2, udpPort, "pass")
            .load(BYTE, R2, R7, IP + 1)
            .jump(SET, R2, CHANGING_MARK, "pass")
            .comment("no UDP checksum, which only the kernel can check")
            .load(HALF, R2, R7, UDP + 6)
            .jump(NE, R2, 0, "pass")
            .comment("the lengths agree")
            .load(HALF, R2, R7, IP + 2)
            .bigEndian(R2, HALF)
            .load(WORD, R3, R6, TcProgram.SKB_LENGTH)
            .alu(SUB, R3, TcProgram.ETHERNET_LENGTH)
            .jump(NE, R2, R3, "pass")
            .load(HALF, R3, R7, UDP + 4)
            .bigEndian(R3, HALF)
            .alu(ADD, R3, TcProgram.IPV4_LENGTH)
            .jump(NE, R2, R3, "pass")
            .comment("the checksum of the IPv4 header is right");
        TcProgram.sumIpv4(to, R7, IP);
        to.jump(NE, R2, ALL_ONES, "pass")
            .comment("a VXLAN header without reserved bits")
            .load(WORD, R2, R7, VXLAN)
            .jump32(NE, R2, VXLAN_FLAGS, "pass")
            .load(BYTE, R2, R7, VXLAN + 7)
            .jump(NE, R2, 0, "pass");
    }

    private static void checkInner(final Assembler to)
    {
        to.comment("an IP packet to one station")
            .load(BYTE, R2, R7, INNER)
            .jump(SET, R2, GROUP, "pass")
            .load(WORD, R2, R6, TcProgram.SKB_LENGTH)
            .alu(SUB, R2, TUNNEL_LENGTH)
            .store(LONG, R10, LENGTH, R2)
            .load(HALF, R3, R7, INNER + TcProgram.ETHERNET_TYPE)
            .jump(EQ, R3, TcProgram.TYPE_IPV4, "ipv4")
            .jump(NE, R3, TcProgram.TYPE_IPV6, "pass")
            .jump(LT, R2, TcProgram.ETHERNET_LENGTH + TcProgram.IPV6_LENGTH, "pass")
            .load(BYTE, R4, R7, INNER_IP + 6);
        TcProgram.passDiscovery(to, INNER_IP + TcProgram.IPV6_LENGTH);
        to.load(LONG, R2, R10, LENGTH)
            .alu(MOV, R5, INNER_IP + TcProgram.IPV6_LENGTH)
            .jump("ip")
            .label("ipv4")
            .load(BYTE, R4, R7, INNER_IP + 9)
            .alu(MOV, R5, INNER_IP + TcProgram.IPV4_LENGTH)
            .load(BYTE, R3, R7, INNER_IP)
            .jump(EQ, R3, TcProgram.IPV4_WITHOUT_OPTIONS, "ip")
            .comment("with options it cannot be a super-frame here")
            .alu(MOV, R4, 0)
            .label("ip");
        TcProgram.measure(to, TUNNEL_LENGTH);
    }

    /** R9 becomes the segment, R8 the station. */
    private static void find(final Assembler to)
    {
        to.comment("the segment of the VNI")
            .load(WORD, R2, R7, VXLAN + 4)
            .bigEndian(R2, WORD)
            .alu(RSH, R2, Byte.SIZE)
            .store(WORD, R10, KEY + Layout.KEY_VNI, R2)
            .store(WORD, R10, KEY, R2);
        TcProgram.lookup(to, Layout.SEGMENTS);
        to.alu(MOV, R9, R0);
        TcProgram.saveEthernet(to, INNER, HEADERS);
        to.comment("the station with the source address, behind the same remote")
            .load(WORD, R2, R7, INNER + 6)
            .store(WORD, R10, KEY + Layout.KEY_MAC, R2)
            .load(HALF, R2, R7, INNER + 10)
            .store(WORD, R10, KEY + Layout.KEY_MAC + Integer.BYTES, R2)
            .load(WORD, R3, R7, IP + 12)
            .store(LONG, R10, SOURCE, R3);
        TcProgram.findStation(to, Layout.WAY_DECAP);
        to.load(WORD, R2, R0, Layout.REMOTE_ADDRESS)
            .load(LONG, R3, R10, SOURCE)
            .jump32(NE, R2, R3, "pass");
    }
}
