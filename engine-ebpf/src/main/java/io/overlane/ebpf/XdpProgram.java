// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf;

import static io.overlane.ebpf.Steps.FRAMES;
import static io.overlane.ebpf.Steps.LENGTH;
import static io.overlane.ebpf.Steps.LONGEST;
import static io.overlane.ebpf.assembler.Alu.ADD;
import static io.overlane.ebpf.assembler.Alu.MOV;
import static io.overlane.ebpf.assembler.Alu.SUB;
import static io.overlane.ebpf.assembler.Condition.EQ;
import static io.overlane.ebpf.assembler.Condition.GT;
import static io.overlane.ebpf.assembler.Condition.LT;
import static io.overlane.ebpf.assembler.Condition.NE;
import static io.overlane.ebpf.assembler.Register.R0;
import static io.overlane.ebpf.assembler.Register.R1;
import static io.overlane.ebpf.assembler.Register.R10;
import static io.overlane.ebpf.assembler.Register.R2;
import static io.overlane.ebpf.assembler.Register.R3;
import static io.overlane.ebpf.assembler.Register.R4;
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
 * VXLAN datagrams become frames in the driver of the underlay device, before the kernel coalesces TCP. A frame goes on
 * with a mark in its metadata, which names the TAP, and {@link DecapProgram} hands it over there.
 */
final class XdpProgram
{
    /** The metadata: a mark that no frame on the wire can have, and the number of the TAP. */
    static final int MARK = 0x4c564f58;
    static final int MARK_LENGTH = 8;

    // struct xdp_md
    private static final int DATA = 0;
    private static final int DATA_END = 4;
    private static final int DATA_META = 8;

    private static final int XDP_DROP = 1;
    private static final int XDP_PASS = 2;

    private final Assembler to = new Assembler();
    private final DecapChecks checks;
    private final Outer outer;
    private final byte[] mac;

    private XdpProgram(final IpAddress local, final int udpPort, final boolean acceptsZero, final byte... mac)
    {
        outer = Outer.of(local);
        checks = new DecapChecks(to, local, udpPort, acceptsZero);
        this.mac = mac;
    }

    /**
     * @param local       address of the underlay.
     * @param udpPort     of the underlay.
     * @param acceptsZero whether a datagram with a UDP checksum of 0 is decapsulated here.
     * @param mac         address of the underlay device.
     */
    static Code code(final IpAddress local, final int udpPort, final boolean acceptsZero, final byte... mac)
    {
        return new XdpProgram(local, udpPort, acceptsZero, mac).code();
    }

    private Code code()
    {
        to.alu(MOV, R6, R1);
        parse();
        checks.outer();
        checks.inner();
        checks.checksum("pass", () -> {});
        to.jump("pass")
            .label("checked");
        checks.find();
        to.comment("take the tunnel off")
            .alu(MOV, R1, R6)
            .alu(MOV, R2, outer.tunnelLength)
            .call(Helper.XDP_ADJUST_HEAD)
            .jump(NE, R0, 0, "pass");
        mark();
        Steps.seen(to);
        Steps.countAll(to, R10, Steps.SLOT, Layout.TRAFFIC_DECAP);
        to.label("pass")
            .alu32(MOV, R0, XDP_PASS)
            .exit()
            .label("drop")
            .alu32(MOV, R0, XDP_DROP)
            .exit();
        return to.code();
    }

    private void parse()
    {
        to.comment("long enough for a tunnel and an IP header; a frame may be in several pieces")
            .call(Helper.XDP_GET_BUFF_LEN)
            .jump(LT, R0, checks.readLength(), "pass")
            .alu(SUB, R0, outer.tunnelLength)
            .store(LONG, R10, LENGTH, R0)
            .store(LONG, R10, LONGEST, R0)
            .store(LONG, R10, FRAMES, 1)
            .load(WORD, R7, R6, DATA)
            .load(WORD, R8, R6, DATA_END);
        Steps.requireBytes(to, checks.readLength(), "pass");
        to.comment("for this device; and what is inside is not for it, as the kernel could take that for its own")
            .load(WORD, R2, R7, 0)
            .jump32(NE, R2, mac(0) | mac(1) << 8 | mac(2) << 16 | mac(3) << 24, "pass")
            .load(HALF, R2, R7, 4)
            .jump(NE, R2, mac(4) | mac(5) << 8, "pass")
            .load(WORD, R2, R7, outer.tunnelLength)
            .jump32(NE, R2, mac(0) | mac(1) << 8 | mac(2) << 16 | mac(3) << 24, "another")
            .load(HALF, R2, R7, outer.tunnelLength + Integer.BYTES)
            .jump(EQ, R2, mac(4) | mac(5) << 8, "pass")
            .label("another");
    }

    private int mac(final int index)
    {
        return mac[index] & 0xff;
    }

    /** In place of the tunnel, which is in the CPU's cache; what is in front of that is not. */
    private void mark()
    {
        to.comment("mark it for its TAP; drivers without metadata refuse")
            .alu(MOV, R1, R6)
            .alu(MOV, R2, -MARK_LENGTH)
            .call(Helper.XDP_ADJUST_META)
            .jump(EQ, R0, 0, "marked")
            .comment("the tunnel is still in front of the frame")
            .alu(MOV, R1, R6)
            .alu(MOV, R2, -outer.tunnelLength)
            .call(Helper.XDP_ADJUST_HEAD)
            .jump(EQ, R0, 0, "pass")
            .jump("drop")
            .label("marked")
            .load(WORD, R2, R6, DATA_META)
            .load(WORD, R3, R6, DATA)
            .alu(MOV, R4, R2)
            .alu(ADD, R4, MARK_LENGTH)
            .jump(GT, R4, R3, "drop")
            .store(WORD, R2, 0, MARK)
            .load(WORD, R3, R10, Steps.SEGMENT)
            .store(WORD, R2, Integer.BYTES, R3);
    }
}
