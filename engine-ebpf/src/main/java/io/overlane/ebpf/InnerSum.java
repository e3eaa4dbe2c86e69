// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf;

import static io.overlane.ebpf.Steps.ETHERNET_LENGTH;
import static io.overlane.ebpf.Steps.FRAGMENT;
import static io.overlane.ebpf.Steps.IPV4_LENGTH;
import static io.overlane.ebpf.Steps.IPV4_WITHOUT_OPTIONS;
import static io.overlane.ebpf.Steps.IPV6_LENGTH;
import static io.overlane.ebpf.Steps.LENGTH;
import static io.overlane.ebpf.Steps.LONGEST;
import static io.overlane.ebpf.Steps.PROTOCOL_ICMP;
import static io.overlane.ebpf.Steps.PROTOCOL_ICMPV6;
import static io.overlane.ebpf.Steps.PROTOCOL_TCP;
import static io.overlane.ebpf.Steps.PROTOCOL_UDP;
import static io.overlane.ebpf.Steps.SUM;
import static io.overlane.ebpf.Steps.TYPE_IPV6;
import static io.overlane.ebpf.Steps.UDP_LENGTH;
import static io.overlane.ebpf.assembler.Alu.ADD;
import static io.overlane.ebpf.assembler.Alu.LSH;
import static io.overlane.ebpf.assembler.Alu.MOV;
import static io.overlane.ebpf.assembler.Alu.SUB;
import static io.overlane.ebpf.assembler.Alu.XOR;
import static io.overlane.ebpf.assembler.Condition.EQ;
import static io.overlane.ebpf.assembler.Condition.GT;
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
import static io.overlane.ebpf.assembler.Register.R7;
import static io.overlane.ebpf.assembler.Register.R8;
import static io.overlane.ebpf.assembler.Width.BYTE;
import static io.overlane.ebpf.assembler.Width.HALF;
import static io.overlane.ebpf.assembler.Width.LONG;
import static io.overlane.ebpf.assembler.Width.WORD;

import io.overlane.ebpf.assembler.Assembler;

/**
 * The sum that an inner frame adds to the UDP checksum around it, without a look at the payload: bytes that a right
 * checksum of TCP, UDP or ICMP covers sum up to the complement of its pseudo-header, whatever they are. This holds as
 * well where the device or the kernel will set the inner checksum later, and for each whole segment of a super-frame.
 */
final class InnerSum
{
    private static final int TCP_LENGTH = 20;
    private static final int ICMP_LENGTH = 4;

    private InnerSum()
    {
    }

    /**
     * {@link Steps#SUM} and R0 become the sum, not folded. Changes R1 to R5.
     *
     * @param ip      offset of the inner IP header.
     * @param unknown label to go on at for other protocols, fragments, options, UDP without checksum and wrong lengths,
     *                and a wrong checksum of an IPv4 header.
     */
    static void sum(final Assembler to, final int ip, final String unknown)
    {
        to.comment("R1 is the length of a segment, R4 that of all")
            .load(LONG, R1, R10, LONGEST)
            .alu(SUB, R1, ETHERNET_LENGTH)
            .load(LONG, R4, R10, LENGTH)
            .alu(SUB, R4, ETHERNET_LENGTH)
            .load(HALF, R2, R7, ip - Short.BYTES)
            .jump(EQ, R2, TYPE_IPV6, "sum_ipv6");
        ipv4(to, ip, unknown);
        to.label("sum_ipv6");
        ipv6(to, ip, unknown);
        to.label("sum_transport")
            .jump(EQ, R3, PROTOCOL_UDP, "sum_udp")
            .jump(NE, R3, PROTOCOL_TCP, unknown)
            .jump(LT, R1, TCP_LENGTH, unknown)
            .jump("sum_ethernet")
            .label("sum_udp")
            .alu(MOV, R2, R7)
            .alu(ADD, R2, R5)
            .alu(MOV, R5, R2)
            .alu(ADD, R5, UDP_LENGTH)
            .jump(GT, R5, R8, unknown)
            .load(HALF, R3, R2, 4)
            .bigEndian(R3, HALF)
            .jump(NE, R3, R1, unknown)
            .load(HALF, R3, R2, 6)
            .jump(EQ, R3, 0, unknown)
            .label("sum_ethernet");
        for (int i = 0; i < 3; i++)
        {
            to.load(WORD, R2, R7, ip - ETHERNET_LENGTH + i * Integer.BYTES)
                .alu(ADD, R0, R2);
        }
        to.load(HALF, R2, R7, ip - Short.BYTES)
            .alu(ADD, R0, R2)
            .store(LONG, R10, SUM, R0);
    }

    /** The header counts nothing, as its own checksum is right. */
    private static void ipv4(final Assembler to, final int ip, final String unknown)
    {
        to.load(BYTE, R2, R7, ip)
            .jump(NE, R2, IPV4_WITHOUT_OPTIONS, unknown)
            .load(HALF, R2, R7, ip + 2)
            .bigEndian(R2, HALF)
            .jump(NE, R2, R4, unknown)
            .load(HALF, R2, R7, ip + 6)
            .jump(SET, R2, FRAGMENT, unknown);
        Steps.sumIpv4(to, R7, ip);
        to.jump(NE, R2, Steps.ALL_ONES, unknown)
            .alu(SUB, R1, IPV4_LENGTH)
            .load(BYTE, R3, R7, ip + 9)
            .load(WORD, R0, R7, ip + 12)
            .load(WORD, R2, R7, ip + 16)
            .alu(ADD, R0, R2)
            .alu(MOV, R5, R3)
            .alu(LSH, R5, Byte.SIZE)
            .alu(ADD, R0, R5)
            .alu(MOV, R5, R1)
            .bigEndian(R5, HALF)
            .alu(ADD, R0, R5);
        Steps.fold(to, R0, R5);
        to.alu(XOR, R0, Steps.ALL_ONES)
            .alu(MOV, R5, ip + IPV4_LENGTH)
            .jump(NE, R3, PROTOCOL_ICMP, "sum_transport")
            .comment("ICMP has no pseudo-header")
            .jump(LT, R1, ICMP_LENGTH, unknown)
            .alu(MOV, R0, 0)
            .jump("sum_ethernet");
    }

    /** The addresses and the length are in the pseudo-header, too, so that only the other fields count. */
    private static void ipv6(final Assembler to, final int ip, final String unknown)
    {
        Steps.requireBytes(to, ip + IPV6_LENGTH, unknown);
        to.alu(SUB, R1, IPV6_LENGTH)
            .alu(SUB, R4, IPV6_LENGTH)
            .load(HALF, R2, R7, ip + 4)
            .bigEndian(R2, HALF)
            .jump(NE, R2, R4, unknown)
            .load(BYTE, R3, R7, ip + 6)
            .load(WORD, R0, R7, ip)
            .load(HALF, R2, R7, ip + 6)
            .alu(ADD, R0, R2)
            .alu(MOV, R5, R3)
            .alu(LSH, R5, Byte.SIZE)
            .alu(XOR, R5, Steps.ALL_ONES)
            .alu(ADD, R0, R5)
            .alu(MOV, R5, ip + IPV6_LENGTH)
            .jump(NE, R3, PROTOCOL_ICMPV6, "sum_transport")
            .jump(LT, R1, ICMP_LENGTH, unknown)
            .jump("sum_ethernet");
    }
}
