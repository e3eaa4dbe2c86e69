package io.overlane.table;

/** Receives the entries of an {@link OffHeapTable}, on the thread that asked. */
@FunctionalInterface
public interface EntryConsumer
{
    /**
     * @param k0    first word of the key.
     * @param k1    second word.
     * @param k2    third word.
     * @param value of the entry, never 0.
     */
    void accept(long k0, long k1, long k2, long value);
}
