// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf;

import static io.overlane.ebpf.assembler.Alu.ADD;
import static io.overlane.ebpf.assembler.Alu.AND;
import static io.overlane.ebpf.assembler.Alu.MOV;
import static io.overlane.ebpf.assembler.Alu.RSH;
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
import static io.overlane.ebpf.assembler.Register.R7;
import static io.overlane.ebpf.assembler.Register.R8;
import static io.overlane.ebpf.assembler.Width.BYTE;
import static io.overlane.ebpf.assembler.Width.HALF;
import static io.overlane.ebpf.assembler.Width.LONG;
import static io.overlane.ebpf.assembler.Width.WORD;

import io.overlane.ebpf.assembler.Assembler;
import io.overlane.ebpf.assembler.Helper;
import io.overlane.ebpf.assembler.Register;

/**
 * What all programs have in common. R6 is what the kernel passes to the program; R7 is the start of the frame and R8
 * its end, until R8 becomes a station or the frame is changed. A frame that a program is not sure of goes on at the
 * label "pass", as if there were no program.
 */
final class Steps
{
    static final int ETHERNET_LENGTH = 14;
    static final int ETHERNET_TYPE = 12;
    /** EtherTypes as a load of two bytes returns them. */
    static final int TYPE_IPV4 = 0x0008;
    static final int TYPE_IPV6 = 0xdd86;
    static final int PROTOCOL_ICMP = 1;
    static final int PROTOCOL_TCP = 6;
    static final int PROTOCOL_UDP = 17;
    static final int PROTOCOL_ICMPV6 = 58;
    /** Types of ICMPv6: router solicitation to redirect. */
    private static final int FIRST_DISCOVERY = 133;
    private static final int LAST_DISCOVERY = 137;
    static final int IPV4_WITHOUT_OPTIONS = 0x45;
    static final int IPV4_LENGTH = 20;
    static final int IPV6_LENGTH = 40;
    /** More fragments, and the offset, as a load of two bytes returns them. */
    static final int FRAGMENT = 0xff3f;
    static final int UDP_LENGTH = 8;
    static final int VXLAN_LENGTH = 8;
    /** The flag of a valid VNI, and three reserved bytes, as a load or store of four bytes has them. */
    static final int VXLAN_FLAGS = 0x08;
    /** A sum, folded to 16 bits, of bytes with a right checksum among them. */
    static final int ALL_ONES = 0xffff;

    // The stack, from R10 down. Each word has eight bytes.
    static final int KEY = -16;
    static final int TOS = -24;
    static final int LENGTH = -32;
    static final int FRAMES = -40;
    static final int LONGEST = -48;
    /** The sum of an inner frame; see {@link InnerSum}. */
    static final int SUM = -56;
    /** Outer IP, UDP and VXLAN header and inner Ethernet header, which end at -58 with IPv6. */
    static final int HEADERS = -128;
    /** Eight bytes of the value of a station, from {@link Layout#STATION_REMOTE}. */
    static final int REMOTE = -136;
    /** {@link Layout#STATION_VNI} of that value. */
    static final int VNI = -144;
    /** Eight bytes of the value of a segment, from {@link Layout#SEGMENT_TAP}. */
    static final int SEGMENT = -152;
    /** Where the slot is there. */
    static final int SLOT = SEGMENT + Layout.SEGMENT_SLOT - Layout.SEGMENT_TAP;

    /** The time of a station is written if it is older than 2^30 ns, about a second, to spare the other CPUs. */
    private static final int SEEN_SHIFT = 30;

    private Steps()
    {
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
        fold(to, R2, R3);
    }

    /** Fold a sum of up to 16 words to 16 bits. Changes the other register. */
    static void fold(final Assembler to, final Register sum, final Register other)
    {
        // 36 bits; the first step leaves 21 of them, the second 17, the third 16.
        for (int i = 0; i < 3; i++)
        {
            to.alu(MOV, other, sum)
                .alu(RSH, other, Short.SIZE)
                .alu(AND, sum, ALL_ONES)
                .alu(ADD, sum, other);
        }
    }

    /**
     * R8 becomes the station that {@link #KEY} names, and R0 its remote; {@link #REMOTE} and {@link #VNI} are of the
     * station, and R8 may be another one later. The frame passes if there is none, or the station has not got the way.
     * Behind the last read of the remote must be {@link #requireRemote}.
     */
    static void findStation(final Assembler to, final int way)
    {
        lookup(to, Layout.STATIONS);
        to.alu(MOV, R8, R0)
            .comment("its memory may become that of another station: read it once, and compare the VNI last")
            .load(LONG, R2, R8, Layout.STATION_REMOTE)
            .load(LONG, R3, R8, Layout.STATION_VNI)
            .store(LONG, R10, REMOTE, R2)
            .store(WORD, R10, VNI, R3)
            .alu(RSH, R3, Integer.SIZE)
            .load(WORD, R4, R10, KEY + Layout.KEY_VNI)
            .jump(NE, R3, R4, "pass")
            .load(BYTE, R3, R10, REMOTE + Layout.STATION_WAYS - Layout.STATION_REMOTE)
            .jump(SET, R3, way, "known")
            .jump("pass")
            .label("known")
            .comment("its remote")
            .store(WORD, R10, KEY, R2);
        lookup(to, Layout.REMOTES);
    }

    /**
     * The frame passes if the remote at R0 cannot be reached, or is not that of the station any more: its number may
     * have become that of another remote, whatever was read of it. Changes R2 and R3.
     */
    static void requireRemote(final Assembler to)
    {
        to.comment("a route leads there through the underlay device, and it was that of the station all the time")
            .load(BYTE, R2, R0, Layout.REMOTE_REACHABLE)
            .jump(EQ, R2, 0, "pass")
            .load(BYTE, R2, R0, Layout.REMOTE_USE)
            .load(BYTE, R3, R10, REMOTE + Layout.STATION_USE - Layout.STATION_REMOTE)
            .jump(NE, R2, R3, "pass");
    }

    /** The station at R8 is there; if R8 is another one now, that ages later. Changes R0 to R5. */
    static void seen(final Assembler to)
    {
        to.comment("the station is there")
            .call(Helper.KTIME_GET_NS)
            .load(LONG, R2, R8, Layout.STATION_SEEN)
            .alu(MOV, R1, R0)
            .alu(RSH, R1, SEEN_SHIFT)
            .alu(RSH, R2, SEEN_SHIFT)
            .jump(EQ, R1, R2, "seen")
            .store(LONG, R8, Layout.STATION_SEEN, R0)
            .label("seen");
    }

    /** Count the frame in a direction, for the remote at {@link #REMOTE} and for a slot of a segment. */
    static void countAll(final Assembler to, final Register base, final int slot, final int counters)
    {
        count(to, Layout.SEGMENT_TRAFFIC, base, slot, counters);
        count(to, Layout.REMOTE_TRAFFIC, R10, REMOTE, counters);
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
