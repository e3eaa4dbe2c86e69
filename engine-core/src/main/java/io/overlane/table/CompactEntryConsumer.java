package io.overlane.table;

/** Receives the entries of a {@link CompactTable}, on the thread that asked. */
@FunctionalInterface
public interface CompactEntryConsumer
{
    /**
     * @param k0    24 bits of the key.
     * @param k1    48 bits.
     * @param value of the entry, never 0.
     * @param slot  of the entry, for as long as it lives.
     */
    void accept(int k0, long k1, long value, int slot);
}
