// SPDX-License-Identifier: Apache-2.0
package io.overlane.fdb;

import io.overlane.control.FdbKind;

/**
 * Reads and makes the entry words of the {@link Fdb}, and destinations, which are their lower bits.
 *
 * <pre>
 *  63         31 30  28 27 26 25  24 23              0
 *  +------------+------+--+--+------+----------------+
 *  |      0     | kind |R |0 |target|     number     |
 *  +------------+------+--+--+------+----------------+
 *                             destination
 * </pre>
 */
public final class FdbEntry
{
    /** No entry. */
    public static final long MISSING = 0;

    /** The kind of {@link #MISSING}. */
    public static final int NONE = 0;

    /** Configured by the user; stays until removed. Linux {@code static}. */
    public static final int STATIC = 1;

    /** Configured by a control plane; stays until removed. Linux {@code extern_learn}. */
    public static final int EXTERNAL = 2;

    /** Learned from the source of a frame; moves and ages. */
    public static final int LEARNED = 3;

    /** Configured by the user, but moves and ages as a learned one; never evicted. */
    public static final int DYNAMIC = 4;

    /** The number is that of a remote, in a {@code RemoteTable}; such a destination is equal to its number. */
    public static final int REMOTE = 0;

    /** The number is that of a list of remotes, in a {@code RemoteLists}; each gets a copy. */
    public static final int LIST = 1;

    /** The greatest number of a destination. */
    public static final int MAX_NUMBER = 0xFF_FFFF;

    private static final FdbKind[] KINDS = FdbKind.values();
    private static final int TARGET_SHIFT = 24;
    private static final int TARGET_MASK = 3;
    private static final int DESTINATION_MASK = 0x3FF_FFFF;
    private static final long ROUTER = 1L << 27;
    private static final int KIND_SHIFT = 28;
    private static final int KIND_MASK = 7;

    private FdbEntry()
    {
    }

    /**
     * @param target {@link #REMOTE} or {@link #LIST}.
     * @param number 0…{@link #MAX_NUMBER}.
     * @return the destination.
     */
    public static int destination(final int target, final int number)
    {
        return target << TARGET_SHIFT | number;
    }

    /** @return destination of an entry; meaningless for {@link #MISSING}. */
    public static int destination(final long word)
    {
        return (int)word & DESTINATION_MASK;
    }

    /** @return {@link #REMOTE} or {@link #LIST}, of a destination or an entry. */
    public static int target(final long destination)
    {
        return (int)(destination >>> TARGET_SHIFT) & TARGET_MASK;
    }

    /** @return number of the remote or list, of a destination or an entry; meaningless for {@link #MISSING}. */
    public static int number(final long destination)
    {
        return (int)destination & MAX_NUMBER;
    }

    /**
     * @return number of the remote of an entry, or a number that no remote has if the destination is a list;
     *         meaningless for {@link #MISSING}.
     */
    public static int remote(final long word)
    {
        return destination(word);
    }

    /** @return {@link #STATIC}, {@link #EXTERNAL}, {@link #LEARNED}, {@link #DYNAMIC} or {@link #NONE}. */
    public static int kind(final long word)
    {
        return (int)(word >>> KIND_SHIFT) & KIND_MASK;
    }

    /** @return kind of an entry other than {@link #MISSING}. */
    public static FdbKind kindOf(final long word)
    {
        return KINDS[kind(word) - 1];
    }

    /** @return true if a user or a control plane put the entry there to stay. */
    public static boolean isConfigured(final long word)
    {
        final int kind = kind(word);
        return kind == STATIC || kind == EXTERNAL;
    }

    /** @return true if neighbour advertisements for the MAC say that it is a router (Linux {@code NTF_ROUTER}). */
    public static boolean isRouter(final long word)
    {
        return (word & ROUTER) != 0;
    }

    /**
     * @return the word of an entry. {@code isRouter} is set if neighbour advertisements for its MAC say that it is a
     *         router.
     */
    public static long word(final int kind, final int destination, final boolean isRouter)
    {
        return (long)kind << KIND_SHIFT | (isRouter ? ROUTER : 0) | destination;
    }

    /** @return the word of an entry, as {@link #word(int, int, boolean)}. */
    public static long word(final FdbKind kind, final int destination, final boolean isRouter)
    {
        return word(kind.ordinal() + 1, destination, isRouter);
    }

    static long word(final int kind, final int destination)
    {
        return word(kind, destination, false);
    }

    /** The same entry with another destination. */
    static long moved(final long word, final int destination)
    {
        return word & ~DESTINATION_MASK | destination;
    }
}
