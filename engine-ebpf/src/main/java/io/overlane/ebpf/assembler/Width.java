// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf.assembler;

/** The number of bytes that a load or a store moves (RFC 9669 §5). */
public enum Width
{
    /** One byte. */
    BYTE(0x10, 1),

    /** Two bytes. */
    HALF(0x08, 2),

    /** Four bytes. */
    WORD(0x00, 4),

    /** Eight bytes. */
    LONG(0x18, 8);

    final int code;
    final int bytes;

    Width(final int code, final int bytes)
    {
        this.code = code;
        this.bytes = bytes;
    }

    /** The type in C, as the kernel prints it. */
    String text()
    {
        return "u" + bytes * Byte.SIZE;
    }
}
