package io.overlane.table;

/** Receives the keys of a {@link CompactTable}, on the thread that asked. */
@FunctionalInterface
public interface CompactKeyConsumer
{
    /**
     * @param k0 24 bits of the key.
     * @param k1 48 bits.
     */
    void accept(int k0, long k1);
}
