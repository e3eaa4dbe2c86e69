// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf;

import static io.overlane.ebpf.Steps.ETHERNET_LENGTH;
import static io.overlane.ebpf.Steps.ETHERNET_TYPE;
import static io.overlane.ebpf.Steps.FRAGMENT;
import static io.overlane.ebpf.Steps.HEADERS;
import static io.overlane.ebpf.Steps.IPV4_LENGTH;
import static io.overlane.ebpf.Steps.IPV4_WITHOUT_OPTIONS;
import static io.overlane.ebpf.Steps.IPV6_LENGTH;
import static io.overlane.ebpf.Steps.KEY;
import static io.overlane.ebpf.Steps.LENGTH;
import static io.overlane.ebpf.Steps.PROTOCOL_UDP;
import static io.overlane.ebpf.Steps.SEGMENT;
import static io.overlane.ebpf.Steps.TYPE_IPV4;
import static io.overlane.ebpf.Steps.TYPE_IPV6;
import static io.overlane.ebpf.Steps.UDP_LENGTH;
import static io.overlane.ebpf.Steps.VXLAN_FLAGS;
import static io.overlane.ebpf.Steps.VXLAN_LENGTH;
import static io.overlane.ebpf.assembler.Alu.ADD;
import static io.overlane.ebpf.assembler.Alu.AND;
import static io.overlane.ebpf.assembler.Alu.MOV;
import static io.overlane.ebpf.assembler.Alu.RSH;
import static io.overlane.ebpf.assembler.Condition.EQ;
import static io.overlane.ebpf.assembler.Condition.LT;
import static io.overlane.ebpf.assembler.Condition.NE;
import static io.overlane.ebpf.assembler.Condition.SET;
import static io.overlane.ebpf.assembler.Register.R0;
import static io.overlane.ebpf.assembler.Register.R10;
import static io.overlane.ebpf.assembler.Register.R2;
import static io.overlane.ebpf.assembler.Register.R3;
import static io.overlane.ebpf.assembler.Register.R4;
import static io.overlane.ebpf.assembler.Register.R5;
import static io.overlane.ebpf.assembler.Register.R7;
import static io.overlane.ebpf.assembler.Width.BYTE;
import static io.overlane.ebpf.assembler.Width.HALF;
import static io.overlane.ebpf.assembler.Width.LONG;
import static io.overlane.ebpf.assembler.Width.WORD;

import io.overlane.address.IpAddress;
import io.overlane.ebpf.assembler.Assembler;

/**
 * Which datagrams become frames, and of which station: VXLAN for the engine's address and port, of a segment, whose
 * inner source is a station that the engine knows behind that very remote. Everything that the engine might decide
 * otherwise passes: fragments, options, reserved bits, congestion marks that change the inner header, wrong lengths.
 * {@link Steps#LENGTH} is the length of the inner frame.
 */
final class DecapChecks
{
    private static final int GROUP = 1;
    /** ECT(1), and with it "congestion experienced"; the other two marks never change the inner header. */
    private static final int CHANGING_MARK = 1;
    private static final int CHANGING_MARK_IPV6 = CHANGING_MARK << 4;
    private static final int IPV6_VERSION = 0x60;
    private static final int IPV6_VERSION_MASK = 0xf0;

    private final Assembler to;
    private final Outer outer;
    private final IpAddress local;
    private final int udpPort;
    private final boolean acceptsZero;
    // Offsets in the frame.
    private static final int IP = ETHERNET_LENGTH;
    private final int udp;
    private final int vxlan;
    private final int inner;
    private final int innerIp;

    /**
     * @param local       address of the engine.
     * @param udpPort     of the engine.
     * @param acceptsZero whether a UDP checksum of 0 is accepted.
     */
    DecapChecks(final Assembler to, final IpAddress local, final int udpPort, final boolean acceptsZero)
    {
        this.to = to;
        this.local = local;
        this.udpPort = Short.reverseBytes((short)udpPort) & 0xffff;
        this.acceptsZero = acceptsZero;
        outer = Outer.of(local);
        udp = IP + outer.ipLength;
        vxlan = udp + UDP_LENGTH;
        inner = vxlan + VXLAN_LENGTH;
        innerIp = inner + ETHERNET_LENGTH;
    }

    /** Bytes of a frame that are read in every case: a tunnel and an IPv4 header. */
    int readLength()
    {
        return innerIp + IPV4_LENGTH;
    }

    /** Everything in front of the inner frame. */
    void outer()
    {
        to.comment("for the engine's address and port")
            .load(HALF, R2, R7, ETHERNET_TYPE)
            .jump(NE, R2, outer.etherType, "pass");
        if (outer == Outer.V4)
        {
            ipv4();
        }
        else
        {
            ipv6();
        }
        for (int at = 0; at < outer.addressLength; at += Integer.BYTES)
        {
            to.load(WORD, R2, R7, IP + outer.destination + at)
                .jump32(NE, R2, outer.word(local, at), "pass");
        }
        to.load(HALF, R2, R7, udp + 2)
            .jump(NE, R2, udpPort, "pass")
            .load(HALF, R2, R7, udp + 4)
            .bigEndian(R2, HALF)
            .load(LONG, R3, R10, LENGTH)
            .alu(ADD, R3, UDP_LENGTH + VXLAN_LENGTH)
            .jump(NE, R2, R3, "pass")
            .comment("a VXLAN header without reserved bits")
            .load(WORD, R2, R7, vxlan)
            .jump32(NE, R2, VXLAN_FLAGS, "pass")
            .load(BYTE, R2, R7, vxlan + 7)
            .jump(NE, R2, 0, "pass");
    }

    private void ipv4()
    {
        to.load(BYTE, R2, R7, IP)
            .jump(NE, R2, IPV4_WITHOUT_OPTIONS, "pass")
            .load(BYTE, R2, R7, IP + 9)
            .jump(NE, R2, PROTOCOL_UDP, "pass")
            .load(HALF, R2, R7, IP + 6)
            .jump(SET, R2, FRAGMENT, "pass")
            .load(BYTE, R2, R7, IP + 1)
            .jump(SET, R2, CHANGING_MARK, "pass")
            .load(HALF, R2, R7, IP + 2)
            .bigEndian(R2, HALF)
            .load(LONG, R3, R10, LENGTH)
            .alu(ADD, R3, outer.tunnelLength - ETHERNET_LENGTH)
            .jump(NE, R2, R3, "pass")
            .comment("the checksum of the IPv4 header is right");
        Steps.sumIpv4(to, R7, IP);
        to.jump(NE, R2, Steps.ALL_ONES, "pass");
    }

    private void ipv6()
    {
        to.load(BYTE, R2, R7, IP)
            .alu(AND, R2, IPV6_VERSION_MASK)
            .jump(NE, R2, IPV6_VERSION, "pass")
            .load(BYTE, R2, R7, IP + 6)
            .jump(NE, R2, PROTOCOL_UDP, "pass")
            .load(BYTE, R2, R7, IP + 1)
            .jump(SET, R2, CHANGING_MARK_IPV6, "pass")
            .load(HALF, R2, R7, IP + 4)
            .bigEndian(R2, HALF)
            .load(LONG, R3, R10, LENGTH)
            .alu(ADD, R3, UDP_LENGTH + VXLAN_LENGTH)
            .jump(NE, R2, R3, "pass");
    }

    /** The inner headers. R2 becomes the length, R4 the protocol, R5 where its header is; R4 is 0 behind options. */
    void inner()
    {
        to.comment("an IP packet to one station")
            .load(BYTE, R2, R7, inner)
            .jump(SET, R2, GROUP, "pass")
            .load(LONG, R2, R10, LENGTH)
            .load(HALF, R3, R7, inner + ETHERNET_TYPE)
            .jump(EQ, R3, TYPE_IPV4, "ipv4")
            .jump(NE, R3, TYPE_IPV6, "pass")
            .jump(LT, R2, ETHERNET_LENGTH + IPV6_LENGTH, "pass")
            .load(BYTE, R4, R7, innerIp + 6);
        Steps.passDiscovery(to, innerIp + IPV6_LENGTH);
        to.load(LONG, R2, R10, LENGTH)
            .alu(MOV, R5, innerIp + IPV6_LENGTH)
            .jump("ip")
            .label("ipv4")
            .load(BYTE, R4, R7, innerIp + 9)
            .alu(MOV, R5, innerIp + IPV4_LENGTH)
            .load(BYTE, R3, R7, innerIp)
            .jump(EQ, R3, IPV4_WITHOUT_OPTIONS, "ip")
            .comment("with options it cannot be a super-frame here")
            .alu(MOV, R4, 0)
            .label("ip");
    }

    /**
     * The UDP checksum: go on at "checked" if it is right, as far as the headers tell.
     *
     * @param unknown label to go on at if the headers do not tell; at "pass" a wrong checksum may go on, too.
     * @param whole   instructions between the inner sum and the comparison.
     */
    void checksum(final String unknown, final Runnable whole)
    {
        to.comment("the UDP checksum")
            .load(HALF, R2, R7, udp + 6)
            .jump(EQ, R2, 0, acceptsZero ? "checked" : "pass");
        InnerSum.sum(to, innerIp, unknown);
        whole.run();
        for (final int at : new int[]{udp, udp + 4, vxlan, vxlan + 4})
        {
            to.load(WORD, R2, R7, at)
                .alu(ADD, R0, R2);
        }
        addPseudoHeader();
        Steps.fold(to, R0, R2);
        to.jump(EQ, R0, Steps.ALL_ONES, "checked");
    }

    /** Go on at "checked" if the sum of the pseudo-header is in the place of the checksum. */
    void unfinishedChecksum()
    {
        to.comment("a sender on this machine has left the checksum to the device")
            .alu(MOV, R0, 0);
        addPseudoHeader();
        Steps.fold(to, R0, R2);
        to.load(HALF, R2, R7, udp + 6)
            .jump(EQ, R0, R2, "checked");
    }

    private void addPseudoHeader()
    {
        for (int at = outer.source; at < outer.ipLength; at += Integer.BYTES)
        {
            to.load(WORD, R2, R7, IP + at)
                .alu(ADD, R0, R2);
        }
        to.load(HALF, R2, R7, udp + 4)
            .alu(ADD, R0, R2)
            .alu(ADD, R0, PROTOCOL_UDP << Byte.SIZE);
    }

    /** {@link Steps#SEGMENT} is filled, R8 the station; the inner Ethernet header is at {@link Steps#HEADERS}. */
    void find()
    {
        to.comment("the segment of the VNI")
            .load(WORD, R2, R7, vxlan + 4)
            .bigEndian(R2, WORD)
            .alu(RSH, R2, Byte.SIZE)
            .store(WORD, R10, KEY + Layout.KEY_VNI, R2)
            .store(WORD, R10, KEY, R2);
        Steps.lookup(to, Layout.SEGMENTS);
        to.comment("its memory may become that of another segment, as below")
            .load(LONG, R2, R0, Layout.SEGMENT_TAP)
            .load(WORD, R3, R0, Layout.SEGMENT_VNI)
            .store(LONG, R10, SEGMENT, R2)
            .load(WORD, R2, R10, KEY)
            .jump(NE, R2, R3, "pass");
        Steps.saveEthernet(to, inner, HEADERS);
        to.comment("the station with the source address, behind the same remote")
            .load(WORD, R2, R7, inner + 6)
            .store(WORD, R10, KEY + Layout.KEY_MAC, R2)
            .load(HALF, R2, R7, inner + 10)
            .store(WORD, R10, KEY + Layout.KEY_MAC + Integer.BYTES, R2);
        Steps.findStation(to, Layout.WAY_DECAP);
        for (int at = 0; at < outer.addressLength; at += Integer.BYTES)
        {
            to.load(WORD, R2, R0, Layout.REMOTE_ADDRESS + at)
                .load(WORD, R3, R7, IP + outer.source + at)
                .jump(NE, R2, R3, "pass");
        }
        Steps.requireRemote(to);
    }
}
