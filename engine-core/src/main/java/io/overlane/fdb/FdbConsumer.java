package io.overlane.fdb;

/** Receives the entries of an {@link Fdb}, on the thread that asked. */
@FunctionalInterface
public interface FdbConsumer
{
    /**
     * @param vni        of the segment.
     * @param mac        in the low 48 bits.
     * @param word       to be read with {@link FdbEntry}.
     * @param lastSeenMs when a learned entry was last confirmed, on the clock given to
     *                   {@link Fdb#learn(int, long, int, long)}; 0 for a configured one.
     */
    void accept(int vni, long mac, long word, long lastSeenMs);
}
