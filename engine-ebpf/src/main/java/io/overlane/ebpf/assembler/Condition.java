// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf.assembler;

/** Comparisons of two operands (RFC 9669 §4.3); unsigned but for those that say signed. */
public enum Condition
{
    /** Equal. */
    EQ(0x10, "=="),

    /** Greater. */
    GT(0x20, ">"),

    /** Greater or equal. */
    GE(0x30, ">="),

    /** At least one bit is set in both. */
    SET(0x40, "&"),

    /** Not equal. */
    NE(0x50, "!="),

    /** Signed: greater. */
    SGT(0x60, "s>"),

    /** Signed: greater or equal. */
    SGE(0x70, "s>="),

    /** Less. */
    LT(0xa0, "<"),

    /** Less or equal. */
    LE(0xb0, "<="),

    /** Signed: less. */
    SLT(0xc0, "s<"),

    /** Signed: less or equal. */
    SLE(0xd0, "s<=");

    final int code;
    final String sign;

    Condition(final int code, final String sign)
    {
        this.code = code;
        this.sign = sign;
    }
}
