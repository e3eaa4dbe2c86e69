// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf.kernel;

import io.overlane.memory.MemoryBuffer;
import io.overlane.tun.libc.LibC;

/**
 * The memory for calls of bpf(2): {@code union bpf_attr}, and behind it everything that this points to. One thread.
 *
 * <pre>
 *  MAP_CREATE   0 type       4 key size     8 value size  12 entries      16 flags       20 inner map
 *              28 name(16)
 *  MAP_*_ELEM   0 map        8 key         16 value       24 flags
 *  PROG_LOAD    0 type       4 count        8 code        16 licence      24 log level   28 log size
 *              32 log       44 flags         48 name(16)    68 attach type
 *  LINK_CREATE  0 program    4 interface    8 attach type 12 flags
 *  INFO_BY_FD   0 object     4 info size    8 info, where a program or link has its number at 4
 * </pre>
 *
 * Numbers have four bytes, and pointers eight.
 */
final class BpfCall
{
    // Commands.
    static final int MAP_CREATE = 0;
    static final int MAP_LOOKUP_ELEM = 1;
    static final int MAP_UPDATE_ELEM = 2;
    static final int MAP_DELETE_ELEM = 3;
    static final int PROG_LOAD = 5;
    static final int INFO_BY_FD = 15;
    static final int LINK_CREATE = 28;

    // Lengths of the attributes that the commands above read.
    static final int MAP_CREATE_SIZE = 48;
    static final int MAP_ELEM_SIZE = 32;
    /** Of a removal, which has no value: the kernel refuses what it does not read, unless it is 0. */
    static final int MAP_KEY_SIZE = 16;
    static final int PROG_LOAD_SIZE = 72;
    static final int LINK_CREATE_SIZE = 32;
    static final int INFO_BY_FD_SIZE = 16;

    static final int NAME_SIZE = 16;
    /** Where the memory of the caller begins: behind the longest attributes. */
    static final int DATA = 80;

    private final LibC libc = LibC.get();
    private final MemoryBuffer memory;

    /** @param length of the caller's memory, in bytes. */
    BpfCall(final int length)
    {
        memory = MemoryBuffer.allocate(DATA + length, Long.BYTES);
    }

    MemoryBuffer memory()
    {
        return memory;
    }

    BpfCall putInt(final int offset, final int value)
    {
        memory.putInt(offset, value);
        return this;
    }

    /** Point to a place in this memory. */
    BpfCall putPointer(final int offset, final int to)
    {
        memory.putLong(offset, memory.addressOffset() + to);
        return this;
    }

    /** @param name cut to 15 characters; the kernel allows letters, digits, "_" and ".". */
    BpfCall putName(final int offset, final String name)
    {
        memory.putStringWithoutLengthAscii(offset, name, 0, NAME_SIZE - 1);
        return this;
    }

    /** The number that the kernel has given a program or link; 0 if it does not say. */
    static int id(final int fd)
    {
        final int infoSize = 8;
        final BpfCall call = new BpfCall(infoSize)
            .putInt(0, fd)
            .putInt(4, infoSize)
            .putPointer(8, DATA);
        return call.call(INFO_BY_FD, INFO_BY_FD_SIZE) < 0 ? 0 : call.memory.getInt(DATA + 4);
    }

    /** Call the kernel, and return what it returns, or the error as a negative number. */
    int call(final int command, final int attributes)
    {
        final int result = libc.bpf(command, memory, attributes);
        return result < 0 ? -LibC.errno() : result;
    }
}
