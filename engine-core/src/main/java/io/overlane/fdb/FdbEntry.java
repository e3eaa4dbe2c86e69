// SPDX-License-Identifier: Apache-2.0
package io.overlane.fdb;

import io.overlane.control.FdbKind;

/**
 * What an entry word of the {@link Fdb} says.
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

    /** The kind of no entry. */
    public static final int NONE = 0;

    /** Configured by the user; stays until removed. Linux {@code static}. */
    public static final int STATIC = 1;

    /** Configured by a control plane; stays until removed. Linux {@code extern_learn}. */
    public static final int EXTERNAL = 2;

    /** Learned from a frame's source; moves and ages. */
    public static final int LEARNED = 3;

    /** Configured by the user as if it had been learned: it moves and ages, but is never evicted. */
    public static final int DYNAMIC = 4;

    /** The number is that of a remote, in a {@code RemoteTable}; destinations of this kind are equal to it. */
    public static final int REMOTE = 0;

    /** The number is that of a list of remotes, in a {@code RemoteLists}; each gets a copy. */
    public static final int LIST = 1;

    /** A destination's greatest number. */
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
     * @return both in one, as the methods of {@link Fdb} take it.
     */
    public static int destination(final int target, final int number)
    {
        return target << TARGET_SHIFT | number;
    }

    /**
     * @param word of an entry.
     * @return where the MAC is; meaningless for {@link #MISSING}.
     */
    public static int destination(final long word)
    {
        return (int)word & DESTINATION_MASK;
    }

    /**
     * @param destination or the word of an entry.
     * @return {@link #REMOTE} or {@link #LIST}.
     */
    public static int target(final long destination)
    {
        return (int)(destination >>> TARGET_SHIFT) & TARGET_MASK;
    }

    /**
     * @param destination or the word of an entry.
     * @return number of the remote or list; meaningless for {@link #MISSING}.
     */
    public static int number(final long destination)
    {
        return (int)destination & MAX_NUMBER;
    }

    /**
     * @param word of an entry.
     * @return number of the remote the MAC is behind, or one that no remote has if it is behind a list; meaningless for
     *         {@link #MISSING}.
     */
    public static int remote(final long word)
    {
        return destination(word);
    }

    /**
     * @param word of an entry, or {@link #MISSING}.
     * @return {@link #STATIC}, {@link #EXTERNAL}, {@link #LEARNED}, {@link #DYNAMIC} or {@link #NONE}.
     */
    public static int kind(final long word)
    {
        return (int)(word >>> KIND_SHIFT) & KIND_MASK;
    }

    /**
     * @param word of an entry.
     * @return its kind; allocates nothing.
     */
    public static FdbKind kindOf(final long word)
    {
        return KINDS[kind(word) - 1];
    }

    /**
     * @param word of an entry, or {@link #MISSING}.
     * @return true if a user or a control plane put it there to stay.
     */
    public static boolean isConfigured(final long word)
    {
        final int kind = kind(word);
        return kind == STATIC || kind == EXTERNAL;
    }

    /**
     * @param word of an entry, or {@link #MISSING}.
     * @return true if it is known to be a router (Linux {@code NTF_ROUTER}): neighbour advertisements say so.
     */
    public static boolean isRouter(final long word)
    {
        return (word & ROUTER) != 0;
    }

    /**
     * @param kind        one of the kinds.
     * @param destination of the MAC.
     * @param isRouter    whether neighbour advertisements for it say that it is a router.
     * @return the word of such an entry.
     */
    public static long word(final int kind, final int destination, final boolean isRouter)
    {
        return (long)kind << KIND_SHIFT | (isRouter ? ROUTER : 0) | destination;
    }

    /**
     * @param kind        of the entry.
     * @param destination of the MAC.
     * @param isRouter    whether neighbour advertisements for it say that it is a router.
     * @return the word of such an entry.
     */
    public static long word(final FdbKind kind, final int destination, final boolean isRouter)
    {
        return word(kind.ordinal() + 1, destination, isRouter);
    }

    static long word(final int kind, final int destination)
    {
        return word(kind, destination, false);
    }

    /** The same entry behind another destination. */
    static long moved(final long word, final int destination)
    {
        return word & ~DESTINATION_MASK | destination;
    }
}
