// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf.assembler;

/**
 * The registers, of 64 bits each. A helper gets its arguments in R1 to R5 and returns its result in R0; R1 to R5 have
 * no value after it, and R6 to R9 keep theirs. R10 is the end of the stack of 512 bytes and cannot be written.
 */
public enum Register
{
    R0, R1, R2, R3, R4, R5, R6, R7, R8, R9, R10;

    String text(final boolean is64)
    {
        return (is64 ? "r" : "w") + ordinal();
    }
}
