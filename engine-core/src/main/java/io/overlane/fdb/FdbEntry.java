package io.overlane.fdb;

/**
 * What an entry word of the {@link Fdb} says.
 *
 * <pre>
 *  63              34  32 31                0
 *  +----------------+----+------------------+
 *  |       0        |kind|      remote      |
 *  +----------------+----+------------------+
 * </pre>
 */
public final class FdbEntry
{
    /** No entry. */
    public static final long MISSING = 0;

    /** The kind of no entry. */
    public static final int NONE = 0;

    /** Configured by the user; stays until removed. Linux {@code static}. */
    public static final int STATIC = 1;

    /** Configured by a control plane; stays until removed. Linux {@code extern_learn}. */
    public static final int EXTERNAL = 2;

    /** Learned from a frame's source; moves and ages. */
    public static final int LEARNED = 3;

    private static final int KIND_SHIFT = 32;
    private static final int KIND_MASK = 3;

    private FdbEntry()
    {
    }

    /**
     * @param word of an entry.
     * @return number of the remote the MAC is behind; meaningless for {@link #MISSING}.
     */
    public static int remote(final long word)
    {
        return (int)word;
    }

    /**
     * @param word of an entry, or {@link #MISSING}.
     * @return {@link #STATIC}, {@link #EXTERNAL}, {@link #LEARNED} or {@link #NONE}.
     */
    public static int kind(final long word)
    {
        return (int)(word >>> KIND_SHIFT) & KIND_MASK;
    }

    /**
     * @param word of an entry, or {@link #MISSING}.
     * @return true if a user or a control plane put it there.
     */
    public static boolean isConfigured(final long word)
    {
        return kind(word) == STATIC || kind(word) == EXTERNAL;
    }

    static long word(final int kind, final int remote)
    {
        return (long)kind << KIND_SHIFT | (remote & 0xFFFF_FFFFL);
    }
}
