package io.overlane.tun;

/** What the kernel may leave undone in frames it hands to the device's reader. */
public enum TunOffload
{
    /** Nothing: every frame is complete. */
    NONE(0),

    /** Checksums: the reader completes them ({@code Frame.NEEDS_CHECKSUM}). */
    CHECKSUM(Linux.TUN_F_CSUM);

    private final int features;

    TunOffload(final int features)
    {
        this.features = features;
    }

    /** @return the argument of TUNSETOFFLOAD. */
    int features()
    {
        return features;
    }
}
