// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf;

import static io.overlane.ebpf.Steps.FRAMES;
import static io.overlane.ebpf.Steps.LONGEST;
import static io.overlane.ebpf.Steps.PROTOCOL_TCP;
import static io.overlane.ebpf.assembler.Alu.ADD;
import static io.overlane.ebpf.assembler.Alu.DIV;
import static io.overlane.ebpf.assembler.Alu.LSH;
import static io.overlane.ebpf.assembler.Alu.MOV;
import static io.overlane.ebpf.assembler.Alu.RSH;
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
import static io.overlane.ebpf.assembler.Register.R5;
import static io.overlane.ebpf.assembler.Register.R6;
import static io.overlane.ebpf.assembler.Register.R7;
import static io.overlane.ebpf.assembler.Register.R8;
import static io.overlane.ebpf.assembler.Width.BYTE;
import static io.overlane.ebpf.assembler.Width.LONG;
import static io.overlane.ebpf.assembler.Width.WORD;

import io.overlane.ebpf.assembler.Assembler;
import io.overlane.ebpf.assembler.Helper;
import io.overlane.ebpf.assembler.Register;

/** What the programs at the traffic control have in common. R6 is the kernel's {@code struct __sk_buff}. */
final class TcProgram
{
    // struct __sk_buff
    static final int SKB_LENGTH = 0;
    static final int SKB_PACKET_TYPE = 4;
    static final int SKB_MARK = 8;
    static final int SKB_PROTOCOL = 16;
    static final int SKB_VLAN_PRESENT = 20;
    static final int SKB_IFINDEX = 40;
    static final int SKB_DATA = 76;
    static final int SKB_DATA_END = 80;
    static final int SKB_DATA_META = 140;
    static final int SKB_GSO_SIZE = 176;

    // Results: the next program decides, or the kernel if there is none; the frame is dropped.
    static final int TCX_NEXT = -1;
    static final int TCX_DROP = 2;

    // Options of bpf_skb_adjust_room().
    static final int ROOM_BEHIND_MAC = 1;
    static final int FIXED_GSO = 1;
    static final int ENCAP_UDP = 1 << 4;
    static final int KEEP_CHECKSUM_STATE = 1 << 5;
    static final int ENCAP_ETHERNET = 1 << 6;
    static final int DECAP_IPV4 = 1 << 7;
    static final int DECAP_IPV6 = 1 << 8;
    static final int ENCAP_L2_SHIFT = 56;

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
        Steps.requireBytes(to, bytes, "pass");
    }

    /**
     * Measure an IP packet: {@link Steps#FRAMES} becomes the number of frames that it stands for, and
     * {@link Steps#LONGEST} the length of the longest, with the Ethernet header. R2 is the length of all, R4 the
     * protocol behind the IP header, R5 the offset of that; only TCP may stand for more than one.
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
     * Let a super-frame pass that is none of TCP, whatever its headers say: an engine on the same machine sends several
     * datagrams as one. The kernel refuses to make room in such a frame if the size of its segments may change; a room
     * of no bytes changes nothing in others. Changes R0 to R5; pointers into the frame are lost.
     */
    static void passOtherSuperFrames(final Assembler to)
    {
        to.load(WORD, R2, R6, SKB_GSO_SIZE)
            .jump(EQ, R2, 0, "tcp_only")
            .comment("a super-frame must be one of TCP")
            .alu(MOV, R1, R6)
            .alu(MOV, R2, 0)
            .alu(MOV, R3, ROOM_BEHIND_MAC)
            .alu(MOV, R4, KEEP_CHECKSUM_STATE)
            .alu(MOV, R5, 0)
            .call(Helper.SKB_ADJUST_ROOM)
            .jump(NE, R0, 0, "pass")
            .label("tcp_only");
    }

    /** A mark that the kernel or the host gave the frame is not for the other device. Changes R2. */
    static void clearMark(final Assembler to)
    {
        to.alu(MOV, R2, 0)
            .store(WORD, R6, SKB_MARK, R2);
    }

    /**
     * Count the frame and hand it to another device, which ends the program.
     *
     * @param base     where the slot of the segment and the device are.
     * @param slot     offset there.
     * @param device   offset there.
     * @param counters of the direction.
     * @param redirect the helper; R2 is its only other argument that is not 0.
     */
    static void handOver(
        final Assembler to,
        final Register base,
        final int slot,
        final int device,
        final int counters,
        final Helper redirect,
        final int argument)
    {
        Steps.countAll(to, base, slot, counters);
        to.load(WORD, R1, base, device)
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
}
