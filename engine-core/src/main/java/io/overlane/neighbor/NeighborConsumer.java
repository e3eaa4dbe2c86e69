package io.overlane.neighbor;

/** Receives the entries of a {@link NeighborTable}, on the thread that asked. */
@FunctionalInterface
public interface NeighborConsumer
{
    /**
     * @param vni  of the segment.
     * @param high first word of the IP address.
     * @param low  second word.
     * @param mac  that has the address, in the low 48 bits.
     */
    void accept(int vni, long high, long low, long mac);
}
