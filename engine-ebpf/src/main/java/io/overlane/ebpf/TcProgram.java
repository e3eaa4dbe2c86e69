// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf;

import static io.overlane.ebpf.assembler.Alu.ADD;
import static io.overlane.ebpf.assembler.Alu.AND;
import static io.overlane.ebpf.assembler.Alu.DIV;
import static io.overlane.ebpf.assembler.Alu.LSH;
import static io.overlane.ebpf.assembler.Alu.MOV;
import static io.overlane.ebpf.assembler.Alu.RSH;
import static io.overlane.ebpf.assembler.Alu.SUB;
import static io.overlane.ebpf.assembler.Condition.EQ;
import static io.overlane.ebpf.assembler.Condition.GT;
import static io.overlane.ebpf.assembler.Condition.LE;
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
import io.overlane.ebpf.assembler.Helper;
import io.overlane.ebpf.assembler.Register;

/**
 * What both programs have in common. R6 is the kernel's {@code struct __sk_buff}; R7 is the start of the frame and R8
 * its end, until the frame is changed. A frame that a program is not sure of goes on as if there were no program.
 */
final class TcProgram
{
    // struct __sk_buff
    static final int SKB_LENGTH = 0;
    static final int SKB_MARK = 8;
    static final int SKB_PROTOCOL = 16;
    static final int SKB_VLAN_PRESENT = 20;
    static final int SKB_IFINDEX = 40;
    static final int SKB_DATA = 76;
    static final int SKB_DATA_END = 80;
    static final int SKB_GSO_SIZE = 176;

    // Results: the next program decides, or the kernel if there is none; the frame is dropped.
    static final int TCX_NEXT = -1;
    static final int TCX_DROP = 2;

    static final int ETHERNET_LENGTH = 14;
    static final int ETHERNET_TYPE = 12;
    /** Outer IPv4, UDP and VXLAN header, and the inner Ethernet header. */
    static final int TUNNEL_LENGTH = 50;
    /** EtherTypes as a load of two bytes returns them. */
    static final int TYPE_IPV4 = 0x0008;
    static final int TYPE_IPV6 = 0xdd86;
    static final int PROTOCOL_TCP = 6;
    static final int PROTOCOL_UDP = 17;
    private static final int PROTOCOL_ICMPV6 = 58;
    /** Types of ICMPv6: router solicitation to redirect. */
    private static final int FIRST_DISCOVERY = 133;
    private static final int LAST_DISCOVERY = 137;
    static final int IPV4_WITHOUT_OPTIONS = 0x45;
    static final int IPV4_LENGTH = 20;
    static final int IPV6_LENGTH = 40;

    // Options of bpf_skb_adjust_room().
    static final int ROOM_BEHIND_MAC = 1;
    static final int FIXED_GSO = 1;
    static final int ENCAP_IPV4 = 1 << 1;
    static final int ENCAP_UDP = 1 << 4;
    static final int KEEP_CHECKSUM_STATE = 1 << 5;
    static final int ENCAP_ETHERNET = 1 << 6;
    static final int ENCAP_L2_SHIFT = 56;

    // The stack, from R10 down. Each word has eight bytes.
    static final int KEY = -16;
    static final int TOS = -24;
    static final int LENGTH = -32;
    static final int FRAMES = -40;
    static final int LONGEST = -48;
    /** Outer IPv4, UDP and VXLAN header and inner Ethernet header, which end at -54. */
    static final int HEADERS = -104;

    private static final int TCP_OFFSET_BYTE = 12;
    private static final int TCP_LENGTH = 20;

    private TcProgram()
    {
    }

    /** R7 and R8 for a frame whose first bytes must be in one piece; else the frame passes. */
    static void packet(final Assembler to, final int bytes)
    {
        to.load(WORD, R7, R6, SKB_DATA)
            .load(WORD, R8, R6, SKB_DATA_END);
        requireBytes(to, bytes, "pass");
    }

    /** Jump to a label if the frame at R7 has fewer bytes in one piece. Changes R2. */
    static void requireBytes(final Assembler to, final int bytes, final String label)
    {
        to.alu(MOV, R2, R7)
            .alu(ADD, R2, bytes)
            .jump(GT, R2, R8, label);
    }

    /** R0 becomes the value in a map for the key at {@link #KEY}; the frame passes if there is none. */
    static void lookup(final Assembler to, final String map)
    {
        lookup(to, map, "pass");
    }

    private static void lookup(final Assembler to, final String map, final String ifMissing)
    {
        to.map(R1, map)
            .alu(MOV, R2, R10)
            .alu(ADD, R2, KEY)
            .call(Helper.MAP_LOOKUP_ELEM)
            .jump(EQ, R0, 0, ifMissing);
    }

    /**
     * Let neighbour discovery pass, as ARP does: the engine reads it. R4 is the next header of an IPv6 packet. Changes
     * R2.
     *
     * @param offset of what is behind the IPv6 header.
     */
    static void passDiscovery(final Assembler to, final int offset)
    {
        to.jump(NE, R4, PROTOCOL_ICMPV6, "no_discovery");
        requireBytes(to, offset + 1, "pass");
        to.load(BYTE, R2, R7, offset)
            .jump(LT, R2, FIRST_DISCOVERY, "no_discovery")
            .jump(LE, R2, LAST_DISCOVERY, "pass")
            .label("no_discovery");
    }

    /**
     * Measure an IP packet: {@link #FRAMES} becomes the number of frames that it stands for and {@link #LONGEST} the
     * length of the longest, with the Ethernet header. R2 is the length of all, R4 the protocol behind the IP header,
     * R5 the offset of that; only TCP may stand for more than one.
     *
     * @param before bytes in front of the Ethernet header of the packet.
     */
    static void measure(final Assembler to, final int before)
    {
        to.load(WORD, R3, R6, SKB_GSO_SIZE)
            .jump(NE, R3, 0, "super")
            .store(LONG, R10, FRAMES, 1)
            .store(LONG, R10, LONGEST, R2)
            .jump("measured")
            .label("super")
            .comment("a super-frame: its segments have the same headers")
            .jump(NE, R4, PROTOCOL_TCP, "pass")
            .alu(MOV, R0, R7)
            .alu(ADD, R0, R5)
            .alu(MOV, R1, R0)
            .alu(ADD, R1, TCP_LENGTH)
            .jump(GT, R1, R8, "pass")
            .load(BYTE, R0, R0, TCP_OFFSET_BYTE)
            .alu(RSH, R0, 4)
            .alu(LSH, R0, 2)
            .jump(LT, R0, TCP_LENGTH, "pass")
            .alu(ADD, R5, R0);
        if (before > 0)
        {
            to.alu(SUB, R5, before);
        }
        to.jump(LT, R2, R5, "pass")
            .alu(MOV, R0, R5)
            .alu(ADD, R0, R3)
            .store(LONG, R10, LONGEST, R0)
            .alu(SUB, R2, R5)
            .alu(ADD, R2, R3)
            .alu(SUB, R2, 1)
            .alu(DIV, R2, R3)
            .store(LONG, R10, FRAMES, R2)
            .label("measured");
    }

    /**
     * R8 becomes the station that {@link #KEY} names, and R0 its remote. The frame passes if there is none, or the
     * station has not got the way.
     */
    static void findStation(final Assembler to, final int way)
    {
        lookup(to, Layout.STATIONS);
        to.alu(MOV, R8, R0)
            .load(BYTE, R2, R8, Layout.STATION_WAYS)
            .jump(SET, R2, way, "known")
            .jump("pass")
            .label("known")
            .comment("its remote")
            .load(WORD, R2, R8, Layout.STATION_REMOTE)
            .store(WORD, R10, KEY, R2);
        lookup(to, Layout.REMOTES);
    }

    /** A mark that the kernel or the host gave the frame is not for the other device. Changes R2. */
    static void clearMark(final Assembler to)
    {
        to.alu(MOV, R2, 0)
            .store(WORD, R6, SKB_MARK, R2);
    }

    /**
     * Count the frame and hand it to another device, which ends the program. R8 is the station, and R9 the value of the
     * port or segment.
     *
     * @param slot     offset in that value.
     * @param device   offset in that value.
     * @param counters of the direction.
     * @param redirect the helper; R2 is its only other argument that is not 0.
     */
    static void handOver(
        final Assembler to,
        final int slot,
        final int device,
        final int counters,
        final Helper redirect,
        final int argument)
    {
        count(to, Layout.SEGMENT_TRAFFIC, R9, slot, counters);
        count(to, Layout.REMOTE_TRAFFIC, R8, Layout.STATION_REMOTE, counters);
        to.load(WORD, R1, R9, device)
            .alu(MOV, R2, argument)
            .alu(MOV, R3, 0)
            .alu(MOV, R4, 0)
            .call(redirect)
            .exit()
            .label("pass")
            .alu32(MOV, R0, TCX_NEXT)
            .exit()
            .label("drop")
            .alu32(MOV, R0, TCX_DROP)
            .exit();
    }

    /** Add the frames and bytes to the counters of a remote or segment, whose number is in memory. */
    private static void count(
        final Assembler to, final String map, final Register base, final int number, final int counters)
    {
        final String done = map + "_counted";
        to.load(WORD, R2, base, number)
            .store(WORD, R10, KEY, R2);
        lookup(to, map, done);
        to.load(LONG, R1, R10, FRAMES)
            .load(LONG, R2, R0, counters)
            .alu(ADD, R2, R1)
            .store(LONG, R0, counters, R2)
            .load(LONG, R1, R10, LENGTH)
            .load(LONG, R2, R0, counters + Long.BYTES)
            .alu(ADD, R2, R1)
            .store(LONG, R0, counters + Long.BYTES, R2)
            .label(done);
    }

    /**
     * R2 becomes the sum of an IPv4 header, folded to 16 bits: 0xffff if its checksum is right. Changes R3.
     *
     * @param base where it is, with the offset.
     */
    static void sumIpv4(final Assembler to, final Register base, final int offset)
    {
        to.load(WORD, R2, base, offset);
        for (int word = 1; word < IPV4_LENGTH / Integer.BYTES; word++)
        {
            to.load(WORD, R3, base, offset + word * Integer.BYTES)
                .alu(ADD, R2, R3);
        }
        // The sum of five words has 35 bits; the first step leaves 20 of them, the second 17, the third 16.
        for (int i = 0; i < 3; i++)
        {
            to.alu(MOV, R3, R2)
                .alu(RSH, R3, Short.SIZE)
                .alu(AND, R2, 0xffff)
                .alu(ADD, R2, R3);
        }
    }

    /** Replace bytes of the frame by those on the stack; the frame is dropped if that fails. */
    static void write(final Assembler to, final int offset, final int stack, final int length)
    {
        to.alu(MOV, R1, R6)
            .alu(MOV, R2, offset)
            .alu(MOV, R3, R10)
            .alu(ADD, R3, stack)
            .alu(MOV, R4, length)
            .alu(MOV, R5, 0)
            .call(Helper.SKB_STORE_BYTES)
            .jump(NE, R0, 0, "drop");
    }

    /** Copy an Ethernet header of the frame to the stack; changes R2. */
    static void saveEthernet(final Assembler to, final int offset, final int stack)
    {
        for (int i = 0; i < 3; i++)
        {
            to.load(WORD, R2, R7, offset + i * Integer.BYTES)
                .store(WORD, R10, stack + i * Integer.BYTES, R2);
        }
        to.load(HALF, R2, R7, offset + ETHERNET_TYPE)
            .store(HALF, R10, stack + ETHERNET_TYPE, R2);
    }
}
