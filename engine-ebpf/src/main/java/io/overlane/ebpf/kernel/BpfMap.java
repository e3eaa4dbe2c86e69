// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf.kernel;

import static io.overlane.ebpf.kernel.BpfCall.DATA;

import io.overlane.memory.MemoryBuffer;
import io.overlane.tun.libc.Descriptor;
import io.overlane.tun.libc.Linux;
import org.agrona.BitUtil;

/**
 * A table in the kernel that programs and this process read and write. The caller fills {@link #key()}, and
 * {@link #value()} for {@link #put()}, in the machine's byte order. One thread at a time; no call but {@link #create}
 * allocates.
 *
 * <p>A program reads values while they change: the kernel overwrites those of an array where they are, and may use the
 * memory of an entry of a hash for another key as soon as the entry is replaced or removed. So a program must find out
 * whether all that it has read belongs together.
 */
public final class BpfMap implements AutoCloseable
{
    private static final int FLAGS_OFFSET = 16;
    private static final int NAME_OFFSET = 28;

    /** Kinds of maps. */
    public enum Kind
    {
        /** Entries by any key; memory is taken when an entry is put. */
        HASH(1, 1),

        /** Entries by index; all are there from the beginning, with zeros. */
        ARRAY(2, 0),

        /** As {@link #ARRAY}, but each CPU has values of its own, which this process reads one after the other. */
        PER_CPU_ARRAY(6, 0);

        private final int number;
        /** BPF_F_NO_PREALLOC. */
        private final int flags;

        Kind(final int number, final int flags)
        {
            this.number = number;
            this.flags = flags;
        }
    }

    private final String name;
    private final Descriptor descriptor;
    private final BpfCall call;
    private final MemoryBuffer key;
    private final MemoryBuffer value;

    private BpfMap(final String name, final int fd, final int keySize, final int valueSize)
    {
        this.name = name;
        descriptor = new Descriptor(fd);
        final int valueOffset = DATA + BitUtil.align(keySize, Long.BYTES);
        call = new BpfCall(valueOffset + valueSize - DATA);
        key = new MemoryBuffer(call.memory(), DATA, keySize);
        value = new MemoryBuffer(call.memory(), valueOffset, valueSize);
        call.putInt(0, fd).putPointer(8, DATA).putPointer(16, valueOffset);
    }

    /**
     * @param name       for people; at most 15 letters, digits and "_".
     * @param keySize    bytes of a key; 4 for an array.
     * @param valueSize  bytes of a value, of one CPU; a multiple of 8 where each CPU has its own.
     * @param maxEntries number of entries at most.
     * @throws BpfException if the kernel refuses it.
     */
    public static BpfMap create(
        final Kind kind, final String name, final int keySize, final int valueSize, final int maxEntries)
        throws BpfException
    {
        final int copies = kind == Kind.PER_CPU_ARRAY ? PossibleCpus.count() : 1;
        final BpfCall call = new BpfCall(0)
            .putInt(0, kind.number)
            .putInt(4, keySize)
            .putInt(8, valueSize)
            .putInt(12, maxEntries)
            .putInt(FLAGS_OFFSET, kind.flags)
            .putName(NAME_OFFSET, name);
        final int fd = call.call(BpfCall.MAP_CREATE, BpfCall.MAP_CREATE_SIZE);
        if (fd < 0)
        {
            throw BpfException.of(-fd, "cannot create BPF map '" + name + "' of " + maxEntries + " entries");
        }
        return new BpfMap(name, fd, keySize, valueSize * copies);
    }

    /** @return the key for the next call. */
    public MemoryBuffer key()
    {
        return key;
    }

    /** @return the value for the next {@link #put()}, or of the last {@link #get()}: for each CPU, if they differ. */
    public MemoryBuffer value()
    {
        return value;
    }

    int fd()
    {
        return descriptor.fd();
    }

    /**
     * Put the value at the key, or replace the value there.
     *
     * @return false if the map is full, or the kernel has no memory for the entry; a former value stays then.
     * @throws BpfException if the kernel refuses it for another reason.
     */
    public boolean put() throws BpfException
    {
        final int result = element(BpfCall.MAP_UPDATE_ELEM, BpfCall.MAP_ELEM_SIZE);
        return result != -Linux.ENOMEM && check(result, Linux.E2BIG, "write to");
    }

    /**
     * Read the value at the key.
     *
     * @return false if there is none.
     * @throws BpfException if the kernel refuses it for another reason.
     */
    public boolean get() throws BpfException
    {
        return check(element(BpfCall.MAP_LOOKUP_ELEM, BpfCall.MAP_ELEM_SIZE), Linux.ENOENT, "read");
    }

    /**
     * Remove the key and its value.
     *
     * @return false if there is none.
     * @throws BpfException if the kernel refuses it for another reason.
     */
    public boolean remove() throws BpfException
    {
        return check(element(BpfCall.MAP_DELETE_ELEM, BpfCall.MAP_KEY_SIZE), Linux.ENOENT, "remove from");
    }

    private int element(final int command, final int attributes)
    {
        return descriptor.isClosed() ? -Linux.EBADF : call.call(command, attributes);
    }

    private boolean check(final int result, final int expected, final String operation) throws BpfException
    {
        if (result < 0 && result != -expected)
        {
            throw BpfException.of(-result, "cannot " + operation + " BPF map '" + name + "'");
        }
        return result >= 0;
    }

    /** The kernel removes the map when no program uses it any more. Closing twice does no harm. */
    @Override
    public void close()
    {
        descriptor.close();
    }
}
