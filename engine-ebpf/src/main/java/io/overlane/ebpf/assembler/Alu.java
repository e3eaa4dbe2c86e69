// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf.assembler;

/** Operations of arithmetic with two operands (RFC 9669 §4.1). The first operand gets the result. */
public enum Alu
{
    /** Sum. */
    ADD(0x00, "+="),

    /** Difference. */
    SUB(0x10, "-="),

    /** Product. */
    MUL(0x20, "*="),

    /** Unsigned quotient; 0 if the divisor is 0. */
    DIV(0x30, "/="),

    /** Bits of either. */
    OR(0x40, "|="),

    /** Bits of both. */
    AND(0x50, "&="),

    /** Shift to the left. */
    LSH(0x60, "<<="),

    /** Shift to the right, filled with zeros. */
    RSH(0x70, ">>="),

    /** Unsigned remainder; the first operand if the divisor is 0. */
    MOD(0x90, "%="),

    /** Bits of exactly one. */
    XOR(0xa0, "^="),

    /** The second operand. */
    MOV(0xb0, "="),

    /** Shift to the right, filled with the sign. */
    ARSH(0xc0, "s>>=");

    final int code;
    final String sign;

    Alu(final int code, final String sign)
    {
        this.code = code;
        this.sign = sign;
    }
}
