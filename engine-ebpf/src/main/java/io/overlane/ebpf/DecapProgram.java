// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf;

import static io.overlane.ebpf.Steps.ETHERNET_LENGTH;
import static io.overlane.ebpf.Steps.ETHERNET_TYPE;
import static io.overlane.ebpf.Steps.HEADERS;
import static io.overlane.ebpf.Steps.LENGTH;
import static io.overlane.ebpf.Steps.TYPE_IPV4;
import static io.overlane.ebpf.assembler.Alu.ADD;
import static io.overlane.ebpf.assembler.Alu.MOV;
import static io.overlane.ebpf.assembler.Alu.SUB;
import static io.overlane.ebpf.assembler.Condition.EQ;
import static io.overlane.ebpf.assembler.Condition.GT;
import static io.overlane.ebpf.assembler.Condition.LT;
import static io.overlane.ebpf.assembler.Condition.NE;
import static io.overlane.ebpf.assembler.Condition.SLT;
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
import static io.overlane.ebpf.assembler.Width.HALF;
import static io.overlane.ebpf.assembler.Width.LONG;
import static io.overlane.ebpf.assembler.Width.WORD;

import io.overlane.address.IpAddress;
import io.overlane.ebpf.assembler.Assembler;
import io.overlane.ebpf.assembler.Code;
import io.overlane.ebpf.assembler.Helper;

/**
 * VXLAN datagrams that the underlay device received become frames that a TAP received. Frames that {@link XdpProgram}
 * has decapsulated go to their TAP.
 */
final class DecapProgram
{
    private static final int TO_INGRESS = 1;
    /** BPF_CSUM_LEVEL_QUERY and _DEC: the checksum that the device has checked was that of the outer header. */
    private static final int ASK_LEVEL = 0;
    private static final int ONE_CHECKSUM_LESS = 2;

    private final Assembler to = new Assembler();
    private final Outer outer;
    private final DecapChecks checks;
    private final boolean isBehindXdp;

    private DecapProgram(
        final IpAddress local, final int udpPort, final boolean acceptsZero, final boolean isBehindXdp)
    {
        this.isBehindXdp = isBehindXdp;
        outer = Outer.of(local);
        checks = new DecapChecks(to, local, udpPort, acceptsZero);
    }

    /**
     * @param local       address of the underlay.
     * @param udpPort     of the underlay.
     * @param acceptsZero whether the underlay accepts a UDP checksum of 0.
     * @param isBehindXdp whether frames with the mark of {@link XdpProgram} can come.
     */
    static Code code(
        final IpAddress local, final int udpPort, final boolean acceptsZero, final boolean isBehindXdp)
    {
        return new DecapProgram(local, udpPort, acceptsZero, isBehindXdp).code();
    }

    private Code code()
    {
        to.alu(MOV, R6, R1);
        if (isBehindXdp)
        {
            marked();
        }
        parse();
        checks.outer();
        checks.inner();
        TcProgram.measure(to, outer.tunnelLength);
        checksum();
        checks.find();
        takeOff();
        Steps.seen(to);
        TcProgram.handOver(
            to, R10, Steps.SLOT, Steps.SEGMENT, Layout.TRAFFIC_DECAP, Helper.REDIRECT, TO_INGRESS);
        return to.code();
    }

    private void marked()
    {
        to.comment("a frame that was decapsulated in the driver")
            .load(WORD, R2, R6, TcProgram.SKB_DATA_META)
            .load(WORD, R3, R6, TcProgram.SKB_DATA)
            .alu(MOV, R4, R2)
            .alu(ADD, R4, XdpProgram.MARK_LENGTH)
            .jump(GT, R4, R3, "unmarked")
            .load(WORD, R4, R2, 0)
            .jump32(NE, R4, XdpProgram.MARK, "unmarked")
            .load(WORD, R1, R2, Integer.BYTES)
            .comment("the driver took a VLAN tag off before: the datagram was not for this device")
            .load(WORD, R2, R6, TcProgram.SKB_VLAN_PRESENT)
            .jump(NE, R2, 0, "drop");
        TcProgram.clearMark(to);
        to.alu(MOV, R2, TO_INGRESS)
            .call(Helper.REDIRECT)
            .exit()
            .label("unmarked");
    }

    private void parse()
    {
        to.comment("a packet for this host without a tag, long enough for a tunnel and an IP header")
            .load(WORD, R2, R6, TcProgram.SKB_PROTOCOL)
            .jump(NE, R2, outer.etherType, "pass")
            .load(WORD, R2, R6, TcProgram.SKB_VLAN_PRESENT)
            .jump(NE, R2, 0, "pass")
            .load(WORD, R2, R6, TcProgram.SKB_PACKET_TYPE)
            .jump(NE, R2, 0, "pass")
            .load(WORD, R2, R6, TcProgram.SKB_LENGTH)
            .jump(LT, R2, checks.readLength(), "pass")
            .alu(SUB, R2, outer.tunnelLength)
            .store(LONG, R10, LENGTH, R2)
            .load(WORD, R7, R6, TcProgram.SKB_DATA)
            .load(WORD, R8, R6, TcProgram.SKB_DATA_END);
        Steps.requireBytes(to, checks.readLength(), "pull");
        to.jump("whole")
            .label("pull")
            .comment("the driver left the headers in several pieces")
            .alu(MOV, R1, R6)
            .alu(MOV, R2, checks.readLength())
            .call(Helper.SKB_PULL_DATA)
            .jump(NE, R0, 0, "pass");
        TcProgram.packet(to, checks.readLength());
        to.label("whole");
    }

    /** What the headers do not tell, the device or the kernel may have checked. */
    private void checksum()
    {
        checks.checksum("ask", () ->
            to.comment("a super-frame of TCP was checked when it was joined, or never cut")
                .load(WORD, R2, R6, TcProgram.SKB_GSO_SIZE)
                .jump(NE, R2, 0, "checked"));
        to.label("ask")
            .load(WORD, R2, R6, TcProgram.SKB_GSO_SIZE)
            .jump(NE, R2, 0, "pass");
        checks.unfinishedChecksum();
        to.comment("the device or the kernel has checked it")
            .alu(MOV, R1, R6)
            .alu(MOV, R2, ASK_LEVEL)
            .call(Helper.CSUM_LEVEL)
            .jump(SLT, R0, 0, "pass")
            .label("checked");
    }

    private void takeOff()
    {
        TcProgram.passOtherSuperFrames(to);
        to.comment("take the tunnel off")
            .alu(MOV, R1, R6)
            .alu(MOV, R3, TcProgram.ROOM_BEHIND_MAC)
            .alu(MOV, R4, TcProgram.FIXED_GSO | TcProgram.KEEP_CHECKSUM_STATE | TcProgram.DECAP_IPV4)
            .load(HALF, R2, R10, HEADERS + ETHERNET_TYPE)
            .jump(EQ, R2, TYPE_IPV4, "take_off")
            .alu(MOV, R4, TcProgram.FIXED_GSO | TcProgram.KEEP_CHECKSUM_STATE | TcProgram.DECAP_IPV6)
            .label("take_off")
            .alu(MOV, R2, -outer.tunnelLength)
            .alu(MOV, R5, 0)
            .call(Helper.SKB_ADJUST_ROOM)
            .jump(NE, R0, 0, "pass");
        TcProgram.write(to, 0, HEADERS, ETHERNET_LENGTH);
        to.alu(MOV, R1, R6)
            .alu(MOV, R2, ONE_CHECKSUM_LESS)
            .call(Helper.CSUM_LEVEL);
        TcProgram.clearMark(to);
    }
}
